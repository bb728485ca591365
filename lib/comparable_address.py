"""Recognizes web addresses that are written differently but request the same resource."""

import ipaddress
import socket
from collections.abc import Collection
from contextlib import suppress
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit

from .web_address import DEFAULT_PORTS

LOOPBACK = "localhost"
LOOPBACK_ADDRESSES = ("127.0.0.1", "::1")
ENCODED = "xn--"


def comparable_address(url: str, ignored_parameters: Collection[str] = ()) -> str:
    """Return the normalized form of an address, equal for addresses that request the same resource.

    It ignores how the host is written, the case of the scheme, the default port, dot segments, percent-encoding,
    repeated slashes and one at the end of the path, the order of the query and the fragment (RFC 3986, section 6.2, and
    common server behavior). Hosts with different names are different: nothing is looked up.
    A text that is not an address is returned without surrounding blanks.

    :param ignored_parameters: names of query parameters to ignore
    """
    text = url.strip()
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        return text
    if not parts.hostname:
        return text
    scheme, host = parts.scheme.lower(), _plain_host(parts.hostname)
    shown_port = "" if port in (None, DEFAULT_PORTS.get(scheme)) else f":{port}"
    user = f"{parts.netloc.rpartition('@')[0]}@" if "@" in parts.netloc else ""
    pairs = parse_qsl(parts.query, keep_blank_values=True)
    query = urlencode(sorted(pair for pair in pairs if pair[0] not in ignored_parameters))
    return f"{scheme}://{user}{host}{shown_port}{_plain_path(parts.path)}{'?' if query else ''}{query}"


def _plain_host(host: str) -> str:
    """Return the one way to write a host: an IP address, "localhost" for this machine, or a name in its own letters."""
    host = host.lower().rstrip(".")
    address, _mark, zone = host.partition("%")
    with suppress(ValueError, OSError):
        parsed: ipaddress.IPv4Address | ipaddress.IPv6Address
        if ":" in address:
            parsed = ipaddress.IPv6Address(address)
            parsed = parsed.ipv4_mapped or parsed
        else:
            # As programs connect to it, which also take 127.1 and 2130706433.
            parsed = ipaddress.IPv4Address(socket.inet_aton(address))
        written = str(parsed)
        if written in LOOPBACK_ADDRESSES:
            return LOOPBACK
        return f"[{written}%{zone}]" if zone else f"[{written}]" if ":" in written else written
    return ".".join(map(_plain_label, host.split(".")))


def _plain_label(label: str) -> str:
    """Return a part of a host name in its own letters, which an address may also have encoded (RFC 3492)."""
    with suppress(UnicodeError):
        if label.startswith(ENCODED):
            return label.removeprefix(ENCODED).encode("ascii").decode("punycode")
    return label


def _plain_path(path: str) -> str:
    """Return the path decoded, without dot segments (RFC 3986, section 5.2.4) and empty segments."""
    segments: list[str] = []
    for segment in unquote(path).split("/"):
        if segment == "..":
            del segments[-1:]
        elif segment not in ("", "."):
            segments.append(segment)
    return "".join(f"/{segment}" for segment in segments)
