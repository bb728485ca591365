"""Entries of a feed that are the same order to the import, and entries that are not."""

import pytest
from orders import guide_order

from lib.order.sameness import sameness_key

ITEM = guide_order()["OrderItems"][0]
PAYMENT = guide_order()["CheckoutDetails"][0]
OTHER_ITEM = {"ItemName": "Other", "Price": 1, "Quantity": 1}


def key(**values) -> str:
    return sameness_key(guide_order(**values))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({}, {"Remark": "ring twice"}),
        ({}, {"OrderStatus": 104}),
        ({}, {"LastUpdated": "2026-05-01T10:00:00"}),
        ({}, {"OrderID": " 639 "}),
        ({"GrandTotal": 10}, {"GrandTotal": "10.00"}),
        ({"LocationID": 1}, {"LocationID": "1"}),
        ({}, {"LocationID": ""}),
        ({}, {"OrderItems": [{**ITEM, "Note": "hot", "Price": "80.00"}]}),
        ({"OrderItems": [ITEM, OTHER_ITEM]}, {"OrderItems": [OTHER_ITEM, ITEM]}),
        (
            {"CheckoutDetails": [PAYMENT, {**PAYMENT, "AmountPaid": 5}]},
            {"CheckoutDetails": [{**PAYMENT, "AmountPaid": "5.0"}, PAYMENT]},
        ),
        ({"OrderItems": [], "OrderStatus": 1}, {"OrderItems": [], "OrderStatus": 2}),
    ],
)
def test_what_the_import_does_not_use_makes_no_other_order(one, other):
    assert key(**one) == key(**other)


@pytest.mark.parametrize(
    "values",
    [
        {"GrandTotal": 93},
        {"GrandTotal": None},
        {"Tax": 11},
        {"Currency": "USD"},
        {"Tip": 1},
        {"LocationID": 2},
        {"OrderDate": "2026-05-01"},
        {"OrderItems": [ITEM, ITEM]},
        {"OrderItems": [{**ITEM, "Quantity": 2}]},
        {"OrderItems": [{**ITEM, "ItemName": "Other"}]},
        {"OrderItems": [{**ITEM, "OrderDetailPackages": []}]},
        {"CheckoutDetails": [PAYMENT, PAYMENT]},
        {"CheckoutDetails": [{**PAYMENT, "CardType": "Visa"}]},
        {"OrderItems": "none"},
    ],
)
def test_what_the_import_uses_makes_another_order(values):
    assert key(**values) != key()
