"""Addresses of other systems: where a secret may be sent, and what of an address may be shown.

A secret belongs to the origin (scheme, host, port) that it was entered for, and to who signs in there. `bind` puts that
into a text to be stored beside the secret, `is_bound` asks whether an address is still covered by it.
"""

import json
import re
from collections.abc import Iterable
from typing import NamedTuple
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

DEFAULT_PORTS = {"http": 80, "https": 443}
MASK = "***"
# Blanks, control characters and backslashes are read differently by different programs.
_CHARACTERS = re.compile(r"[^\x00-\x20\x7f-\xa0\\]+")
_BEHIND_PATH = re.compile(r"[?#]")
_BEHIND_HOST = re.compile(r"[/?#\\]")
_KEY_NAME = re.compile(
    r"(?:^|[_.-])(?:key|apikey|token|accesstoken|secret|password|passwd|pwd|pass|auth|authorization|sig|signature)$",
    re.IGNORECASE,
)


class AddressError(ValueError):
    """The text is not an address that every program reads alike. `reason`: "characters", "invalid" or "scheme"."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Origin(NamedTuple):
    """Scheme and host in small letters, and the port, also where the address leaves it out."""

    scheme: str
    host: str
    port: int

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        port = "" if self.port == DEFAULT_PORTS[self.scheme] else f":{self.port}"
        return f"{self.scheme}://{host}{port}"


def split_address(url: str) -> SplitResult:
    """Return the parts of an HTTP address.

    :raise AddressError: if it is none, or if programs could disagree about its host
    """
    if not _CHARACTERS.fullmatch(url):
        raise AddressError("characters")
    try:
        parts = urlsplit(url)
        _port = parts.port  # raises for a port that is not a number
    except ValueError:
        raise AddressError("invalid") from None
    if parts.scheme not in DEFAULT_PORTS or not parts.hostname:
        raise AddressError("scheme")
    return parts


def origin_of_parts(parts: SplitResult) -> Origin:
    """Return the origin of the parts of a valid address."""
    port = DEFAULT_PORTS[parts.scheme] if parts.port is None else parts.port
    return Origin(parts.scheme, parts.hostname, port)


def origin_of(url: str) -> Origin | None:
    """Return the origin of an address, None if it is not a valid one."""
    try:
        return origin_of_parts(split_address(url.strip()))
    except AddressError:
        return None


def may_follow(base: Origin, target: Origin) -> bool:
    """Return whether a secret of `base` may be sent to `target`.

    Both must be equal. The one exception is the usual step to encryption: from port 80 to port 443 of the same host.
    Another port may belong to somebody else, encrypted or not.
    """
    upgraded = base.scheme == "http" and base.port == 80 and target == Origin("https", base.host, 443)
    return target == base or upgraded


# ---- what a secret was entered for -----------------------------------------------------------------------------------


def bind(urls: Iterable[str], *identity: str) -> str:
    """Return a text that says for which addresses, and for which user there, a secret was entered."""
    origins = sorted({origin for url in urls if (origin := origin_of(url or ""))})
    return json.dumps([origins, [value or "" for value in identity]])


def is_bound(bound: str, url: str, *identity: str) -> bool:
    """Return whether a secret that was bound by `bind` may be sent to this address for this user."""
    target = origin_of(url or "")
    origins, bound_identity = _read(bound)
    if target is None or bound_identity != [value or "" for value in identity]:
        return False
    return any(may_follow(origin, target) for origin in origins)


def bound_origins(bound: str) -> str:
    """Return the addresses of `bind`, for people; empty without one."""
    return ", ".join(str(origin) for origin in _read(bound)[0])


def _read(bound: str) -> tuple[list[Origin], list[str]]:
    origins, identity = json.loads(bound) if bound else ([], [])
    return [Origin(*origin) for origin in origins], identity


# ---- what an address gives away --------------------------------------------------------------------------------------


def has_credentials(url: str) -> bool:
    """Return whether an address holds a user name or password (`user:password@host`)."""
    return "@" in _netloc(url)


def key_parameters(url: str) -> list[str]:
    """Return the names of the query parameters that look as if they held a key."""
    return [name for name, _value in _query(url) if _KEY_NAME.search(name)]


def secrets_in(url: str) -> list[str]:
    """Return what must not be shown of an address: its password, and the values of parameters that hold a key."""
    userinfo = _netloc(url).rpartition("@")[0]
    password = userinfo.partition(":")[2] or userinfo
    values = [value for name, value in _query(url) if _KEY_NAME.search(name)]
    return [secret for secret in (unquote(password), *values) if secret]


def masked(url: str) -> str:
    """Return an address for people who may not read a key: the user and the values of its query are hidden."""
    if not (has_credentials(url) or "?" in url or "#" in url):
        return url
    head = _BEHIND_PATH.split(url, maxsplit=1)[0]
    netloc = _netloc(url)
    if "@" in netloc:
        head = head.replace(netloc, f"{MASK}@{netloc.rpartition('@')[2]}", 1)
    query = "&".join(f"{name}={MASK}" for name, _value in _query(url))
    return f"{head}?{query}" if "?" in url else head


def _netloc(url: str) -> str:
    return _BEHIND_HOST.split(url.partition("://")[2], maxsplit=1)[0]


def _query(url: str) -> list[tuple[str, str]]:
    return parse_qsl(url.partition("?")[2].partition("#")[0], keep_blank_values=True)
