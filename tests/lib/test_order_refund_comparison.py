"""What the external system says twice: a refund in two forms, or in the order itself."""

from decimal import Decimal

import pytest
from orders import guide_order

from lib.order.parts import OrderPayload, RefundPayload
from lib.order.payload import parse_order
from lib.order.refund_comparison import Returned, find_left_out, is_same_refund, is_what_is_left
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


def test_goods_at_other_prices_are_not_the_same_refund():
    one = back(some(OIL, 2, Price=10))
    assert is_same_refund(one, back(some(OIL, -2, Price=10)))
    assert is_same_refund(one, back(some(OIL, 2)))
    assert not is_same_refund(one, back(some(OIL, 2, Price=5)))
    assert not is_same_refund(back(some(OIL, 2, Amount=20)), back(some(OIL, 2, Amount=19.99)))
    two = some(OIL, 1, Price=10), some(OIL, 1, Price=5)
    assert is_same_refund(back(*two), back(*reversed(two)))
    assert is_same_refund(back(some(OIL, 1), two[0]), back(*two))
    assert is_same_refund(back(*two), back(some(OIL, 1), two[0]))


def returned(oil=0, filters=0, paid=None):
    cost = Decimal(10 * oil + 4 * filters)
    goods = {name: Decimal(quantity) for name, quantity in (("oil", oil), ("filter", filters)) if quantity}
    return Returned(goods, cost if paid is None else Decimal(paid), cost or Decimal(paid or 0))


def left_out(refunds, oil=0, filters=0, less: int | str | None = None, tolerance="0"):
    missing = {"oil": Decimal(oil), "filter": Decimal(filters)}
    return find_left_out(missing, None if less is None else Decimal(less), refunds, Decimal(tolerance))


def test_some_refunds_explain_what_an_order_lacks():
    refunds = {"R1": returned(oil=1), "R2": returned(oil=2), "R3": returned(filters=1), "R4": returned(paid=5)}
    assert left_out(refunds, oil=1, less=10) == ["R1"]
    assert left_out(refunds, oil=2) == ["R2"]
    assert left_out(refunds, oil=3, filters=1, less=34) == ["R1", "R2", "R3"]
    assert left_out(refunds, oil=1, less=15) == ["R1", "R4"]
    assert left_out(refunds, less=5) == ["R4"]


def test_what_an_order_lacks_may_be_worth_more_than_what_was_paid_back():
    refunds = {"R1": returned(oil=2, paid=15)}
    assert left_out(refunds, oil=2, less=15) == left_out(refunds, oil=2, less=20) == ["R1"]
    assert left_out(refunds, oil=2, less="19.99", tolerance="0.01") == ["R1"]
    assert left_out({"R1": returned(oil=2, paid=0)}, oil=2, less=0) == ["R1"]


def test_what_refunds_do_not_explain_is_a_change():
    refunds = {"R1": returned(oil=1), "R2": returned(paid=5)}
    for values in (
        {"oil": 2},
        {"oil": 2, "less": 12},
        {"oil": -1, "less": -10},
        {"oil": 1, "filters": 1},
        {"oil": 1, "filters": -1},
        {"less": 6},
        {"less": 0, "tolerance": "9"},
        {},
    ):
        assert not left_out(refunds, **values), values
    assert not left_out({}, oil=1)


def test_the_goods_alone_or_the_money_alone_explain_it():
    refunds = {"R1": returned(oil=1), "R2": returned(oil=2), "R3": returned(paid=5)}
    assert left_out(refunds, oil=1, less=12) == left_out(refunds, oil=1, less=-3) == ["R1"]
    assert left_out(refunds, less=20) == ["R2"]
    assert left_out(refunds, less=35) == ["R1", "R2", "R3"]
    assert left_out(refunds, oil=-1, less=5) == left_out(refunds, filters=1, less=5) == ["R3"]
    assert left_out(refunds, oil=3, less=5) == ["R1", "R2"]


def test_refunds_of_which_goods_and_money_explain_it_come_first():
    refunds = {"R1": returned(oil=1, paid=4), "R2": returned(oil=1), "R3": returned(paid=7)}
    assert left_out({"R0": Returned({"oil": Decimal(1)}, Decimal(3), Decimal(3)), **refunds}, oil=1, less=4) == ["R1"]
    assert left_out(refunds, oil=1, less=7) == ["R1"]


def test_many_refunds_do_not_hide_another_change():
    refunds = {number: returned(paid=2**number) for number in range(20)}
    assert not left_out(refunds, oil=1, less=-10)
    assert not left_out(refunds, less=-10)
    assert left_out(refunds, less=3) == [0, 1]


def test_more_refunds_than_can_be_told_apart_may_explain_it():
    refunds = {number: returned(oil=number) for number in range(1, 100)}
    assert left_out(refunds, oil=1000, less=10_000)
    different = {number: returned(oil=1, paid=2**number) for number in range(100)}
    assert len(left_out(different, oil=50, less=2**101)) == 100
