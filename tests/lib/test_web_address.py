"""Where a secret may be sent, and which parts of an address are shown."""

import itertools

import pytest

from lib.web_address import bind, has_credentials, is_bound, key_parameters, masked, may_follow, origin_of, secrets_in

ADDRESSES = [
    f"{scheme}://{host}{port}/orders"
    for scheme, host, port in itertools.product(
        ("http", "https"), ("shop.example", "www.shop.example", "[::1]"), ("", ":80", ":443", ":8443")
    )
]


def test_a_secret_goes_to_its_origin_alone_or_from_port_80_to_443_of_its_host():
    for base, target in itertools.product(map(origin_of, ADDRESSES), repeat=2):
        upgraded = (base[0], base[2], target[0], target[2]) == ("http", 80, "https", 443) and base.host == target.host
        assert may_follow(base, target) == (base == target or upgraded), (base, target)


@pytest.mark.parametrize("path", ["", "/", "/other?page=2#here"])
def test_the_path_is_not_part_of_an_origin(path):
    assert origin_of(f" https://Shop.Example:443{path} ") == origin_of("https://shop.example/orders")


@pytest.mark.parametrize(
    "address",
    [
        "",
        "shop.example",
        "http://",
        "http://[",
        "http://shop:x/",
        "http://shop:0/",
        "ftp://shop/",
        "http://a\\@b/",
        "http://a b/",
    ],
)
def test_what_is_not_an_address_has_no_origin_and_gets_nothing(address):
    assert origin_of(address) is None
    assert not is_bound(bind(["https://shop.example"]), address)
    assert not is_bound(bind([address]), address)


def test_a_secret_is_bound_to_its_addresses_and_to_who_signs_in():
    bound = bind(["https://a.example/x", "", "https://b.example"], "database", "login")
    assert is_bound(bound, "https://a.example", "database", "login")
    assert is_bound(bound, "https://b.example/y", "database", "login")
    assert not is_bound(bound, "https://c.example", "database", "login")
    assert not is_bound(bound, "https://a.example", "other", "login")
    assert not is_bound(bound, "https://a.example", "database", "other")
    assert not is_bound("", "https://a.example")


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("https://shop.example/orders", "https://shop.example/orders"),
        ("https://shop.example/orders?token=abc&page=1#x", "https://shop.example/orders?token=***&page=***"),
        ("https://user:word@shop.example/a@b", "https://***@shop.example/a@b"),
        ("https://shop.example/#token=abc", "https://shop.example/"),
        ("https://shop.example/a;token=abc/b;v=1?page=1", "https://shop.example/a;token=***/b;v=***?page=***"),
    ],
)
def test_an_address_is_shown_without_its_secrets(address, shown):
    assert masked(address) == shown


def test_what_an_address_gives_away_is_known():
    address = "https://user:w%40rd@shop.example/?api_key=abc&monkey=1&X-Auth-Token=d%20e&branch=7"
    assert has_credentials(address)
    assert key_parameters(address) == ["api_key", "X-Auth-Token"]
    assert secrets_in(address) == ["w@rd", "abc", "d e"]
    assert not has_credentials("https://shop.example/a@b?c=d@e")


@pytest.mark.parametrize(
    "behind", ["#token=abc", "#page=1&token=abc", "#/orders?token=abc", ";token=abc", ";v=1;token=abc/all?page=1",
               "?page=1;token=abc", "?page=1&v=2;token=abc#top"]
)  # fmt: skip
def test_a_key_is_found_in_every_part_that_has_names(behind):
    address = f"https://shop.example/orders{behind}"
    assert key_parameters(address) == ["token"]
    assert secrets_in(address) == ["abc"]


@pytest.mark.parametrize("behind", ["#token", "#top", ";v=1", "?code=abc", "?page=1;2", "?next=/a;b", "/token=abc"])
def test_what_is_no_key_is_none(behind):
    assert not key_parameters(f"https://shop.example/orders{behind}")
    assert not secrets_in(f"https://shop.example/orders{behind}")
