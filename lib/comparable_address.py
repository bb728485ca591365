"""Recognizes web addresses that are written differently but request the same resource."""

from collections.abc import Collection
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit

from .web_address import DEFAULT_PORTS


def comparable_address(url: str, ignored_parameters: Collection[str] = ()) -> str:
    """Return the normalized form of an address, equal for addresses that request the same resource.

    It ignores the case of scheme and host, the default port, dot segments, percent-encoding, repeated slashes and one
    at the end of the path, the order of the query and the fragment (RFC 3986, section 6.2, and common server behavior).
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
    scheme, host = parts.scheme.lower(), parts.hostname.lower().rstrip(".")
    shown_port = "" if port in (None, DEFAULT_PORTS.get(scheme)) else f":{port}"
    user = f"{parts.netloc.rpartition('@')[0]}@" if "@" in parts.netloc else ""
    pairs = parse_qsl(parts.query, keep_blank_values=True)
    query = urlencode(sorted(pair for pair in pairs if pair[0] not in ignored_parameters))
    return f"{scheme}://{user}{host}{shown_port}{_plain_path(parts.path)}{'?' if query else ''}{query}"


def _plain_path(path: str) -> str:
    """Return the path decoded, without dot segments (RFC 3986, section 5.2.4) and empty segments."""
    segments: list[str] = []
    for segment in unquote(path).split("/"):
        if segment == "..":
            del segments[-1:]
        elif segment not in ("", "."):
            segments.append(segment)
    return "".join(f"/{segment}" for segment in segments)
