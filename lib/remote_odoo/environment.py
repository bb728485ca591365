"""The source that the environment describes: ``ODOO_URL ODOO_DB ODOO_USER ODOO_PASSWORD ODOO_SYNC_INTERVAL``."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from ..message import Message
from ..message import message as _lt

DEFAULT_INTERVAL = 15
NEEDED = ("ODOO_URL", "ODOO_DB", "ODOO_USER", "ODOO_PASSWORD")


@dataclass(frozen=True)
class EnvironmentSource:
    """What the environment says; `interval` is in minutes, `missing` names the variables that are not set."""

    url: str
    database: str
    login: str
    secret: str = field(repr=False)
    interval: int = DEFAULT_INTERVAL
    missing: tuple[str, ...] = ()


def read_environment(variables: Mapping[str, str]) -> EnvironmentSource | None:
    """Return the source of the environment, None without ``ODOO_URL``.

    The interval may be followed by a comment, as in the spec's example; one that is no number above 0 is the default.
    """
    values = [variables.get(name, "").strip() for name in NEEDED]
    if not values[0]:
        return None
    missing = tuple(name for name, value in zip(NEEDED, values, strict=True) if not value)
    text = variables.get("ODOO_SYNC_INTERVAL", "").partition("#")[0].strip()
    interval = int(text) if text.isdecimal() and text.isascii() and len(text) < 7 else 0
    return EnvironmentSource(*values, interval=interval or DEFAULT_INTERVAL, missing=missing)


def incomplete(missing: Iterable[str]) -> Message:
    """Return the sentence that names the variables that are not set."""
    return _lt("Missing environment variables: %s.", ", ".join(missing))
