"""The source described by ``ODOO_URL``, ``ODOO_DB``, ``ODOO_USER``, ``ODOO_PASSWORD`` and ``ODOO_SYNC_INTERVAL``."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from ..message import Message
from ..message import message as _lt

DEFAULT_INTERVAL = 15
NEEDED = ("ODOO_URL", "ODOO_DB", "ODOO_USER", "ODOO_PASSWORD")


@dataclass(frozen=True)
class EnvironmentSource:
    """The values of the environment; `interval` is in minutes, `missing` are the names of the unset variables."""

    url: str
    database: str
    login: str
    secret: str = field(repr=False)
    interval: int = DEFAULT_INTERVAL
    missing: tuple[str, ...] = ()


def read_environment(variables: Mapping[str, str]) -> EnvironmentSource | None:
    """Return the source of the environment, or None without ``ODOO_URL``.

    The interval may be followed by a comment. If it is not a number above 0, the default is used.
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
