"""Web addresses that mean the same."""

from urllib.parse import parse_qsl, urlencode, urlsplit

_DEFAULT_PORTS = {"http": 80, "https": 443}


def comparable_address(url: str) -> str:
    """Return the form in which two addresses that are written differently and ask for the same thing are equal.

    Upper case in scheme and host, the scheme's own port, a slash at the end of the path, the order of the query and a
    fragment do not count (RFC 3986, section 6.2, and what servers make of the rest). A text that is not an address is
    returned without surrounding blanks.
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
    shown_port = "" if port in (None, _DEFAULT_PORTS.get(scheme)) else f":{port}"
    user = f"{parts.netloc.rpartition('@')[0]}@" if "@" in parts.netloc else ""
    query = urlencode(sorted(parse_qsl(parts.query, keep_blank_values=True)))
    return f"{scheme}://{user}{host}{shown_port}{parts.path.rstrip('/')}{'?' if query else ''}{query}"
