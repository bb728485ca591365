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
        ({}, {"CustomerName": "", "Customer": {}, "Invoice": False, "ServiceCharges": 0, "DiscountPercent": 0}),
        ({}, {"Note": "hot", "OrderType": "Dine In", "OrderTakerID": 7, "ModifiedDate": "2026-05-01T10:00:00"}),
        ({}, {"OrderItems": None, "OrderDetails": [{**ITEM, "ItemName": "", "Name": ITEM["ItemName"]}]}),
        ({}, {"CheckoutDetails": [], "OrderCheckoutDetails": [PAYMENT]}),
        ({}, {"OrderItems": [ITEM, {**OTHER_ITEM, "Mode": "Void"}]}),
        ({"OrderItems": [{**ITEM, "DiscountAmount": 8}]}, {"OrderItems": [{**ITEM, "DiscountPercentage": "10.0"}]}),
        ({"CustomerID": 12}, {"Customer": {"ID": "12"}}),
        ({"OrderDate": "2026-05-01T10:00:00Z"}, {"CheckoutDate": "2026-05-01 12:00:00 +02:00"}),
        (
            {"OrderDate": "2026-05-01T10:00:00Z"},
            {"OrderDate": "2026-05-01T10:00:00Z", "CheckoutDate": "01-05-2026 09:00"},
        ),
        ({"Tip": 2}, {"Charges": [{"Type": "TIP", "Amount": "2.00"}]}),
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


def test_dates_that_cannot_be_read_are_told_apart():
    assert key(OrderDate="some day") != key(OrderDate="another day")
    assert key(OrderDate=" some day ") == key(OrderDate="some day")
    assert key(OrderDate="some day") == key(OrderDate="", CheckoutDate="some day")


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
        {"CheckoutDate": "01-05-2026 05:16:43 PM"},
        {"OrderDate": "some day"},
        {"CustomerID": 12},
        {"partner_id": 12},
        {"Customer": {"VAT": "DE123456788"}},
        {"Invoice": True},
        {"DiscountPercent": 10},
        {"Charges": [{"Type": "deposit", "Amount": -1}]},
        {"OrderItems": [{**ITEM, "Price": None, "PriceWithoutTax": 80}]},
        {"OrderItems": [{**ITEM, "DiscountPercentage": 10}]},
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
