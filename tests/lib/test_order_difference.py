"""In what an order that came again differs from what was booked."""

import pytest
from orders import guide_order

from lib.order.difference import find_changes
from lib.order.payload import parse_order

ITEM = {"ItemName": "Oil", "Price": 10, "Quantity": 2}
CASH = {"AmountPaid": 20, "CardType": "Cash", "PaymentMode": 1}


def differences(was, now) -> list[tuple]:
    """Return the changes between two orders of one item, apart from these values."""
    base = {"OrderItems": [ITEM], "CheckoutDetails": [CASH], "AmountPaid": None, "GrandTotal": 20, "Tax": None}
    return [
        (change.kind, change.name, change.was, change.now)
        for change in find_changes(parse_order(guide_order(**base | was)), parse_order(guide_order(**base | now)))
    ]


@pytest.mark.parametrize(
    ("was", "now", "expected"),
    [
        ({}, {"OrderItems": [{**ITEM, "Quantity": 3}]}, ("quantity", "Oil", 2, 3)),
        ({}, {"OrderItems": [{**ITEM, "ItemName": "oil", "Quantity": 1}] * 3}, ("quantity", "oil", 2, 3)),
        ({}, {"OrderItems": [{**ITEM, "Price": 9}]}, ("price", "Oil", 10, 9)),
        ({}, {"OrderItems": [{**ITEM, "DiscountAmount": 1}]}, ("amount", "Oil", 20, 19)),
        ({}, {"OrderItems": [ITEM, {**ITEM, "ItemName": "Filter"}]}, ("quantity", "Filter", None, 2)),
        ({"OrderItems": [ITEM, {**ITEM, "ItemName": "Filter"}]}, {}, ("quantity", "Filter", 2, None)),
        ({}, {"GrandTotal": 21}, ("grand_total", "", 20, 21)),
        ({}, {"Tax": 3}, ("tax", "", None, 3)),
        ({}, {"DeliveryCharges": 4}, ("charge", "delivery", None, 4)),
        ({}, {"CheckoutDetails": [{**CASH, "CardType": "Visa"}]}, ("payment", "Cash", 20, None)),
        ({}, {"CheckoutDetails": [{**CASH, "CardType": "Visa"}]}, ("payment", "Visa", None, 20)),
        ({}, {"CustomerName": "Ada"}, ("customer", "", "", "Ada")),
        ({"partner_id": 12}, {}, ("customer", "", "partner_id 12", "")),
        ({"partner_id": 12}, {"partner_id": 13}, ("customer", "", "partner_id 12", "partner_id 13")),
        ({"CustomerContact": "123"}, {"CustomerContact": "124"}, ("customer", "", "123", "124")),
        ({"CustomerName": "Ada"}, {"CustomerName": "Ada", "partner_id": 9}, ("customer", "", "", "partner_id 9")),
        (
            {"CustomerName": "Ada", "CustomerEmail": "a@example.com"},
            {"CustomerName": "Ada", "CustomerEmail": "b@example.com", "CustomerContact": "123"},
            ("customer", "", "a@example.com", "b@example.com, 123"),
        ),
        ({}, {"LocationID": 4}, ("location", "", "", "4")),
        ({}, {"Invoice": True}, ("invoice", "", False, True)),
    ],
)
def test_a_difference_names_what_was_and_what_is(was, now, expected):
    assert expected in differences(was, now)


def test_a_moved_date_is_a_difference():
    ((kind, _name, was, now),) = differences({"OrderDate": "2026-11-01 10:00"}, {"OrderDate": "2026-11-02 10:00"})
    assert (kind, was.day, now.day) == ("sold_at", 1, 2)


def test_what_is_no_difference_of_these_is_another_one():
    reference = {"CheckoutDetails": [{**CASH, "ReferenceID": "TX-1"}]}
    assert [change[0] for change in differences({}, reference)] == ["other"]


def test_only_what_changed_is_named():
    assert len(differences({}, {"OrderItems": [{**ITEM, "Quantity": 3}]})) == 1
