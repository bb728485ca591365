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
