"""What the external system says twice: a refund in two forms, or in the order itself."""

import pytest
from orders import guide_order

from lib.order.parts import OrderPayload, RefundPayload
from lib.order.payload import parse_order
from lib.order.refund_comparison import is_same_refund, is_what_is_left
from lib.order.refunds import listed_refunds, parse_refund

OIL = {"ItemID": 7, "ItemName": "Oil", "SKU": "O-1"}
FILTER = {"ItemID": 0, "ItemName": "Filter"}


def order(oil: int, filters: int = 0, total: float | None = None) -> OrderPayload:
    goods = [(OIL, 10.0, oil), (FILTER, 4.0, filters)]
    items = [{**item, "Price": price, "Quantity": quantity} for item, price, quantity in goods if quantity]
    return parse_order(guide_order(OrderItems=items, GrandTotal=10.0 * oil + 4.0 * filters if total is None else total))


def back(*items, paid: float | None = None, **values) -> RefundPayload:
    payments = [] if paid is None else [{"AmountPaid": paid, "CardType": "Cash"}]
    refund = {"RefundID": 1, "Items": list(items), "CheckoutDetails": payments, **values}
    ((_key, payload),) = listed_refunds(guide_order(Refunds=[refund]))
    return parse_refund(payload)


def some(item, quantity, **values):
    return {**item, "Quantity": quantity, **values}


@pytest.mark.parametrize("name", [OIL, {"ItemName": "OIL"}, {"SKU": "O-1"}, {"ItemID": 7}])
def test_an_order_without_what_came_back_is_what_is_left(name):
    refund = back(some(name, 2), paid=20)
    assert is_what_is_left(order(5), order(3), [refund])
    assert is_what_is_left(order(5), order(3, total=30.0), [back(some(name, 2))])
    assert not is_what_is_left(order(5), order(4), [refund])
    assert not is_what_is_left(order(5), order(3, total=29.0), [refund])
    assert not is_what_is_left(order(5), order(3), [])


def test_several_refunds_count_together():
    refunds = [back(some(OIL, 2), paid=20), back(some(FILTER, 1), paid=4)]
    assert is_what_is_left(order(5, 2), order(3, 1), refunds)
    assert not is_what_is_left(order(5, 2), order(3, 2), refunds)
    assert not is_what_is_left(order(5), order(3), refunds)


def test_money_alone_is_left_out_of_the_total():
    refund = back({**OIL, "Amount": 5}, paid=5)
    assert is_what_is_left(order(5), order(5, total=45.0), [refund])
    assert not is_what_is_left(order(5), order(5), [refund])
    assert not is_what_is_left(order(5), order(5, total=45.0), [back({**OIL, "Amount": 5})])


def test_the_same_refund_in_whatever_sequence_and_words():
    one = back(some(OIL, 2), some(FILTER, 1), paid=24)
    assert is_same_refund(one, back(some(FILTER, -1), some({"ItemName": "oil"}, -2), Amount=24))
    for other in (
        back(some(OIL, 2), paid=24),
        back(some(OIL, 2), some(FILTER, 1), paid=23),
        back(some(OIL, 1), some(FILTER, 2), paid=24),
        back(some(OIL, 2), some({"ItemName": "Mug"}, 1), paid=24),
        back(paid=24),
    ):
        assert not is_same_refund(one, other)
