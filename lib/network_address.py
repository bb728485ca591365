"""Which network addresses are public, and which belong to the own network or machine."""

import ipaddress

# IPv4 addresses inside IPv6 ones: RFC 4291 (2.5.5.1), RFC 6052 and RFC 8215.
COMPATIBLE = ipaddress.IPv6Network("::/96")
TRANSLATED = ipaddress.IPv6Network("64:ff9b::/96")
TRANSLATED_LOCALLY = ipaddress.IPv6Network("64:ff9b:1::/48")


def is_public(address: str) -> bool:
    """Return whether an IP address is one of the public internet: not private, local, reserved or a group."""
    try:
        parsed = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(parsed, ipaddress.IPv6Address):
        if parsed.is_site_local or parsed in TRANSLATED_LOCALLY:
            return False
        parsed = _get_inner(parsed) or parsed
    return parsed.is_global and not parsed.is_multicast


def _get_inner(address: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    """Return the IPv4 address that an IPv6 address stands for, to which a gateway may forward; None if it has none."""
    if address in COMPATIBLE or address in TRANSLATED:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour or (address.teredo or (None, None))[1]


def may_be_public(host: str) -> bool:
    """Return whether a host may be one of the public internet, as far as its name says: nothing is looked up."""
    host = host.rstrip(".").lower()
    try:
        ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        # A number in another notation, such as 2130706433 or 0x7f.1, is an IP address to many programs.
        is_number = all(part.isdecimal() or part.startswith("0x") for part in host.split("."))
        return not is_number and host != "localhost" and not host.endswith((".localhost", ".local", ".internal"))
    return is_public(host)
