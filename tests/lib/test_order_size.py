"""The number of lines of an order as received, by which batches are bounded."""

import pytest
from orders import guide_order

from lib.order.payload import parse_order
from lib.order.refunds import listed_refunds
from lib.order.size import count_lines

ITEM = {"ItemName": "Tea", "Price": 2, "Quantity": 1}


def test_items_and_their_components():
    menu = {**ITEM, "OrderDetailPackages": [ITEM, ITEM]}
    assert count_lines(guide_order(OrderItems=[ITEM, menu, ITEM])) == 5
    assert count_lines({"OrderDetails": [ITEM, ITEM]}) == 2


def test_charges_are_lines():
    order = guide_order(
        OrderItems=[ITEM], ServiceCharges=8, DeliveryCharges=0, Tip="", TipAmount=2, Charges=[{"Amount": 3}]
    )
    assert count_lines(order) == 4


def test_it_agrees_with_what_is_imported():
    order = guide_order(ServiceCharges=8, Charges=[{"Name": "Bag", "Amount": 1}])
    payload = parse_order(order)
    assert count_lines(order) == sum(1 + len(item.components) for item in payload.items) + len(payload.charges)


def test_a_refund_has_the_lines_that_came_back_and_its_order_its_own():
    refund = {"RefundID": "R1", "Items": [ITEM, ITEM]}
    order = guide_order(OrderItems=[ITEM] * 3, Refunds=[refund])
    assert count_lines(order) == 3
    [(_key, payload)] = listed_refunds(order)
    assert count_lines(payload) == 2


@pytest.mark.parametrize(
    "order",
    [
        {},
        [],
        None,
        5,
        {"OrderItems": {}},
        {"OrderItems": "tea"},
        {"OrderItems": [1, None]},
        {"Refunds": [{"Items": 1}]},
    ],
)
def test_what_is_not_an_order_has_none(order):
    assert count_lines(order) == 0
