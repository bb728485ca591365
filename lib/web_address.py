"""Addresses of other systems: where a secret may be sent, and which parts of an address may be shown.

A secret belongs to the origin (scheme, host, port) and the user that it was entered for. `bind` returns these as a text
to store with the secret, and `is_bound` checks whether an address still matches it.
"""

import json
import re
from collections.abc import Iterable
from typing import NamedTuple
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

DEFAULT_PORTS = {"http": 80, "https": 443}
MASK = "***"
# Programs interpret blanks, control characters and backslashes differently.
_CHARACTERS = re.compile(r"[^\x00-\x20\x7f-\xa0\\]+")
_BEHIND_PATH = re.compile(r"[?#]")
_BEHIND_HOST = re.compile(r"[/?#\\]")
_PATH_PARAMETER = re.compile(r";([^;/=]+)=([^;/]*)")
_KEY_NAME = re.compile(
    r"(?:^|[_.-])(?:key|apikey|token|accesstoken|secret|password|passwd|pwd|pass|auth|authorization|sig|signature)$",
    re.IGNORECASE,
)


class AddressError(ValueError):
    """The text is not an unambiguous address. `reason`: "characters", "invalid" or "scheme"."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Origin(NamedTuple):
    """Scheme and host in lowercase, and the port, even if the address omits it."""

    scheme: str
    host: str
    port: int

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        port = "" if self.port == DEFAULT_PORTS[self.scheme] else f":{self.port}"
        return f"{self.scheme}://{host}{port}"


def split_address(url: str) -> SplitResult:
    """Return the parts of an HTTP address.

    :raise AddressError: if it is not an HTTP address, or if programs could disagree about its host
    """
    if not _CHARACTERS.fullmatch(url):
        raise AddressError("characters")
    try:
        parts = urlsplit(url)
        port = parts.port  # raises if the port is not a number
    except ValueError:
        raise AddressError("invalid") from None
    if port == 0:
        raise AddressError("invalid")
    if parts.scheme not in DEFAULT_PORTS or not parts.hostname:
        raise AddressError("scheme")
    return parts


def origin_of_parts(parts: SplitResult) -> Origin:
    """Return the origin of the parts of a valid address."""
    port = DEFAULT_PORTS[parts.scheme] if parts.port is None else parts.port
    return Origin(parts.scheme, parts.hostname, port)


def origin_of(url: str) -> Origin | None:
    """Return the origin of an address, or None if it is not valid."""
    try:
        return origin_of_parts(split_address(url.strip()))
    except AddressError:
        return None


def may_follow(base: Origin, target: Origin) -> bool:
    """Return whether a secret of `base` may be sent to `target`.

    Both must be equal. The one exception is the usual step to encryption: from port 80 to port 443 of the same host.
    Another port may belong to someone else, encrypted or not.
    """
    upgraded = base.scheme == "http" and base.port == 80 and target == Origin("https", base.host, 443)
    return target == base or upgraded


# ---- what a secret was entered for -----------------------------------------------------------------------------------


def bind(urls: Iterable[str], *identity: str) -> str:
    """Return a text with the addresses, and the user there, that a secret was entered for."""
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
    """Return the addresses of `bind` for display, or an empty text."""
    return ", ".join(str(origin) for origin in _read(bound)[0])


def _read(bound: str) -> tuple[list[Origin], list[str]]:
    origins, identity = json.loads(bound) if bound else ([], [])
    return [Origin(*origin) for origin in origins], identity


# ---- what an address gives away --------------------------------------------------------------------------------------


def has_credentials(url: str) -> bool:
    """Return whether an address holds a user name or password (`user:password@host`)."""
    return "@" in _netloc(url)


def key_parameters(url: str) -> list[str]:
    """Return the names of the parameters that seem to contain a key."""
    return [name for name, _value in _named_values(url) if _KEY_NAME.search(name)]


def secrets_in(url: str) -> list[str]:
    """Return the parts of an address that must not be shown: its password, and the values of parameters with a key."""
    userinfo = _netloc(url).rpartition("@")[0]
    password = userinfo.partition(":")[2] or userinfo
    values = [value for name, value in _named_values(url) if _KEY_NAME.search(name)]
    return [secret for secret in (unquote(password), *values) if secret]


def is_plain(url: str) -> bool:
    """Return whether an address consists of host and path alone: no user, parameters or fragment."""
    return not (has_credentials(url) or any(mark in url for mark in "?#;"))


def masked(url: str) -> str:
    """Return an address for users who may not read a key: the user and the values of parameters are hidden."""
    if is_plain(url):
        return url
    head = _PATH_PARAMETER.sub(rf";\1={MASK}", _BEHIND_PATH.split(url, maxsplit=1)[0])
    netloc = _netloc(url)
    if "@" in netloc:
        head = head.replace(netloc, f"{MASK}@{netloc.rpartition('@')[2]}", 1)
    query = "&".join(f"{name}={MASK}" for name, _value in _query(url))
    return f"{head}?{query}" if "?" in url.partition("#")[0] else head


def _netloc(url: str) -> str:
    return _BEHIND_HOST.split(url.partition("://")[2], maxsplit=1)[0]


def _named_values(url: str) -> list[tuple[str, str]]:
    """Return the names and values of all parameters: of the query, after semicolons, and of the fragment."""
    page, _mark, fragment = url.partition("#")
    path, _mark, query = page.partition("?")
    behind_semicolons = [(name, unquote(value)) for name, value in _PATH_PARAMETER.findall(path)]
    for part in query.split("&"):
        behind_semicolons += parse_qsl("&".join(part.split(";")[1:]), keep_blank_values=True)
    of_fragment = parse_qsl(fragment.rpartition("?")[2])
    return [*_query(url), *behind_semicolons, *of_fragment]


def _query(url: str) -> list[tuple[str, str]]:
    return parse_qsl(url.partition("#")[0].partition("?")[2], keep_blank_values=True)
