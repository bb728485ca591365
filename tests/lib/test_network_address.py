import pytest

from lib.network_address import is_public, may_be_public


@pytest.mark.parametrize("address", ["93.184.216.34", "2606:2800:220:1:248:1893:25c8:1946", "64:ff9b::93.184.216.34"])
def test_public(address):
    assert is_public(address)
    assert may_be_public(address)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1",
        "::1", "fe80::1%eth0", "fd00::1", "::ffff:127.0.0.1", "ff02::1", "not an address",
        "::127.0.0.1", "64:ff9b::10.0.0.1", "64:ff9b:1::10.0.0.1", "2002:7f00:1::", "fec0::1",
        "2001:0:4136:e378:8000:63bf:80ff:fffe",
    ],
)  # fmt: skip
def test_not_public(address):
    assert not is_public(address)


@pytest.mark.parametrize(
    "host", ["localhost", "LOCALHOST.", "printer.local", "x.localhost", "db.internal", "2130706433", "0x7f.1", "127.1"]
)
def test_names_that_are_never_public(host):
    assert not may_be_public(host)


@pytest.mark.parametrize("host", ["example.com", "shop.example.com", "1password.com"])
def test_names_that_may_be_public(host):
    assert may_be_public(host)
