"""What the changes of an order took out of it, and whether a refund may be that."""

from decimal import Decimal

import pytest

from lib.order.refund_comparison import Returned
from lib.order.refund_taken_out import Reading, Version, find_taken_out

NONE = range(0)


def sold(oil: int, price: int = 10, total: int | None = None, **others: int) -> Version:
    goods = {("oil", price): Decimal(oil), **{(name, 4): Decimal(count) for name, count in others.items()}}
    cost = sum(price * count for (_name, price), count in goods.items())
    return Version({key: count for key, count in goods.items() if count}, cost if total is None else Decimal(total))


def back(oil: int, price: int | None = 10, paid: int | None = None, states_money: bool = True) -> Reading:
    goods = {"oil": Decimal(oil)} if oil else {}
    priced = {("oil", price): Decimal(oil)} if oil and price is not None else {} if not oil else None
    return Reading(goods, priced, Decimal(oil * (price or 0) if paid is None else paid), states_money)


def find(versions: list[Version], refund: Reading, *settled: Reading, last: Version | None = None, **values) -> range:
    def on_all(reading: Reading) -> list[Reading]:
        return [reading] * len(versions)

    return find_taken_out(versions, last or versions[-1], on_all(refund), list(map(on_all, settled)), **values)


@pytest.mark.parametrize(
    ("numbers", "oil", "expected"),
    [
        ([5, 3], 2, range(1, 2)),
        ([5, 3], 1, NONE),
        ([5, 3], 3, NONE),
        ([5, 4, 3], 2, range(1, 3)),
        ([5, 4, 2], 2, range(2, 3)),
        ([5, 4, 2], 3, range(1, 3)),
        ([5, 3, 5], 2, NONE),
        ([5, 3, 4], 2, range(1, 2)),
        ([3, 5], 2, NONE),
        ([-5, -3], -2, range(1, 2)),
        ([-5, -3], 2, NONE),
        ([5, 3], -2, NONE),
        ([5], 2, NONE),
    ],
)
def test_goods(numbers, oil, expected):
    assert find([sold(number) for number in numbers], back(oil)) == expected


def test_the_same_goods_for_other_money_are_others_unless_nothing_is_said_of_it():
    versions = [sold(5), sold(3)]
    assert find(versions, back(2, None, 15)) == NONE
    assert find(versions, back(2, None, 15, states_money=False)) == range(1, 2)
    assert find(versions, back(2, None, 19)) == NONE
    assert find(versions, back(2, None, 19), tolerance=Decimal(1)) == range(1, 2)
    assert find([sold(5), sold(3, 12)], back(2, 12)) == range(1, 2)
    assert find([sold(5), sold(3)], back(2, 12)) == NONE


def test_money_without_goods():
    assert find([sold(5), sold(5, 8)], back(0, paid=10)) == range(1, 2)
    assert find([sold(5), sold(4)], back(0, paid=10)) == range(1, 2)
    assert find([sold(5), sold(4)], back(0, paid=9)) == NONE
    assert find([sold(5), sold(5, total=30)], back(2, None, 20)) == range(1, 2)
    assert find([sold(2, 20), sold(2)], back(2, paid=20)) == NONE  # all of it
    assert find([sold(5), sold(3, filter=1)], back(0, paid=0)) == NONE


def test_an_ignored_refund_uses_up_what_was_taken_out_unless_it_was_made_by_hand():
    versions, two = [sold(5), sold(3)], back(2)
    by_hand = [Returned({"oil": Decimal(2)}, Decimal(20), Decimal(20))]
    assert find(versions, two, two) == NONE
    assert find(versions, two, two, by_hand=by_hand) == range(1, 2)
    assert find(versions, back(1), back(1)) == range(1, 2)
    assert find(versions, back(1), back(1), back(1)) == NONE
    assert find(versions, two, back(3)) == range(1, 2)
    assert find([sold(5), sold(3), sold(1)], two, two) == range(1, 3)
    assert find(versions, back(0, paid=20), back(0, paid=20)) == NONE


def test_all_of_one_product_and_the_last_of_the_goods():
    versions = [sold(5, filter=3), sold(3, filter=1)]
    assert find(versions, back(2)) == range(1, 2)
    assert find(versions, back(1)) == NONE
    one = Returned({"oil": Decimal(1)}, Decimal(10), Decimal(10))
    assert find(versions, back(1), since=[(one, 2)]) == range(1, 2)
    assert find(versions, back(2), since=[(one, 2)]) == range(1, 2)
    assert find(versions, back(1), since=[(one, 1)]) == NONE  # it was booked before


def test_an_ignored_refund_that_a_change_knew_does_not_use_it_up():
    versions, two = [sold(5), sold(3)], back(2)
    assert find_taken_out(versions, versions[-1], [two, two], [[two]]) == range(1, 2)


def test_a_refund_that_cannot_be_booked_on_the_versions_is_another_one():
    versions = [sold(5), sold(3)]
    assert find_taken_out(versions, versions[-1], [None, None]) == NONE
    assert find_taken_out(versions, versions[-1], [back(2), None]) == range(1, 2)
