"""The LocationID of an order, by which a feed of several branches tells them apart."""

from decimal import Decimal

import pytest

from lib.order.content import PayloadError
from lib.order.payload import order_location


@pytest.mark.parametrize(
    ("sent", "location"),
    [
        *((value, "404") for value in (404, "404", 404.0, Decimal("404.00"), " 404 ", "404.0", "٤٠٤", "4\u200b04")),
        (" North ", "North"),
        ("007", "007"),
        (0, "0"),
        *((value, "") for value in (None, "", " ", [404], {"ID": 404}, True, 1.5, "x" * 65, "a\0b", float("nan"))),
    ],
)
def test_a_location_is_one_however_it_is_written(sent, location):
    assert order_location({"LocationID": sent}) == location


def test_the_digits_of_a_card_are_no_location():
    card = "4111 1111 1111 1111"
    assert card not in order_location({"LocationID": card})


def test_only_an_order_has_a_location():
    assert order_location({}) == ""
    with pytest.raises(PayloadError):
        order_location([{"LocationID": 404}])
