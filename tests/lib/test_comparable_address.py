"""Addresses that request the same resource, and addresses that only look alike."""

import pytest

from lib.comparable_address import comparable_address


@pytest.mark.parametrize(
    "other",
    [
        "HTTPS://Shop.Example.com/api/orders",
        "https://shop.example.com:443/api/orders",
        " https://shop.example.com/api/orders/ ",
        "https://shop.example.com/api/orders#top",
        "https://shop.example.com./api/orders?",
    ],
)
def test_other_spellings_of_one_address_are_equal(other):
    assert comparable_address(other) == comparable_address("https://shop.example.com/api/orders")


def test_the_order_of_the_query_does_not_count():
    assert comparable_address("http://s/o?b=2&a=1") == comparable_address("http://s:80/o/?a=1&b=2")


@pytest.mark.parametrize(
    "host", ["localhost", "LOCALHOST.", "127.0.0.1", "127.0.0.1.", "127.1", "2130706433", "0x7f000001", "[::1]",
             "[0:0:0:0:0:0:0:1]", "[::ffff:127.0.0.1]"]
)  # fmt: skip
def test_the_names_of_this_machine_are_one(host):
    assert comparable_address(f"http://{host}:8080/o") == comparable_address("http://localhost:8080/o")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("[2001:db8:0::1]", "[2001:DB8::1]"),
        ("[::ffff:192.0.2.7]", "192.0.2.7"),
        ("bücher.example", "xn--bcher-kva.example"),
        ("BÜCHER.example", "bücher.example"),
        ("xn--!.example.", "xn--!.example"),
    ],
)
def test_ways_to_write_a_host_are_one(one, other):
    assert comparable_address(f"http://{one}/o") == comparable_address(f"http://{other}/o")


@pytest.mark.parametrize("host", ["www.shop.example", "127.0.0.2", "localhost.example", "shop.localhost", "[::2]"])
def test_hosts_that_may_be_others_differ(host):
    for known in ("shop.example", "localhost", "127.0.0.1"):
        assert comparable_address(f"http://{host}/o") != comparable_address(f"http://{known}/o")


def test_a_zone_belongs_to_its_address():
    assert comparable_address("http://[fe80::1%eth0]/o") == comparable_address("http://[FE80:0::1%eth0]/o")
    assert comparable_address("http://[fe80::1%eth0]/o") != comparable_address("http://[fe80::1%eth1]/o")


@pytest.mark.parametrize("path", ["/./dup", "/x/../dup", "/%64up", "//dup", "/dup/.", "/../dup#top"])
def test_ways_to_write_a_path_are_one(path):
    assert comparable_address(f"http://s{path}") == comparable_address("http://s/dup")


def test_parameters_that_each_request_adds_do_not_count():
    assert comparable_address("http://s/o?since=2020&a=1", ["since"]) == comparable_address("http://s/o?a=1")


@pytest.mark.parametrize(
    "other",
    [
        "http://shop.example.com/api/orders",
        "https://shop.example.com:8443/api/orders",
        "https://shop.example.com/api/Orders",
        "https://shop.example.com/api/orders?store=2",
        "https://other.example.com/api/orders",
    ],
)
def test_other_addresses_differ(other):
    assert comparable_address(other) != comparable_address("https://shop.example.com/api/orders")


@pytest.mark.parametrize("text", ["", "shop", "http://[", "http://shop:port/"])
def test_what_is_not_an_address_is_itself(text):
    assert comparable_address(text) == text
