"""Which network addresses are public, and which belong to the own network or machine."""

import ipaddress


def is_public(address: str) -> bool:
    """Return whether an IP address is one of the public internet: not private, local, reserved or a group."""
    try:
        parsed = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    parsed = getattr(parsed, "ipv4_mapped", None) or parsed
    return parsed.is_global and not parsed.is_multicast


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
