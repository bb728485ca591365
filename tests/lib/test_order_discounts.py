"""The readings of an order's discounts, and which of them comes first."""

from decimal import Decimal

import pytest
from orders import order_of

from lib.order.discounts import Discounts, discount_readings

CENT = Decimal("0.01")


def readings_of(*items, **values):
    return discount_readings(order_of(*items, **values), CENT)


def own(*values):
    return Discounts(tuple(map(Decimal, values)))


def spread(*values):
    return Discounts(tuple(map(Decimal, values)), is_spread=True)


def after_tax(*values, amount):
    return Discounts(tuple(map(Decimal, values)), Decimal(amount))


def test_without_a_discount_of_the_order_the_lines_stand():
    assert readings_of((80, 1, 8), (20, 1, 0)) == [own(8, 0)]
    assert readings_of((80, 1, 8), (20, 1, 0), AmountDiscount=0) == [own(8, 0)]


def test_all_readings_in_the_order_of_preference():
    readings = readings_of((80, 1, 8), (20, 2, 0), AmountDiscount=12, GrandTotal=100)
    assert readings == [
        spread("15.71", "4.29"),
        spread("10.57", "1.43"),
        after_tax(8, 0, amount=12),
        after_tax(8, 0, amount=4),
    ]
    assert [reading.total for reading in readings] == [20, 12, 20, 12]


def test_what_the_lines_carry_already_may_be_stated_once_more():
    assert readings_of((80, 1, 8), AmountDiscount=8, GrandTotal=1) == [own(8), spread(16), after_tax(8, amount=8)]


def test_what_the_lines_do_not_carry_is_not_passed_over():
    assert readings_of((80, 1, 0), AmountDiscount=8, GrandTotal=1) == [spread(8), after_tax(0, amount=8)]
    assert own(8) not in readings_of((80, 1, 8), AmountDiscount="8.01", GrandTotal=1)


def test_the_sum_of_discounts_may_be_rounded():
    readings = readings_of((10, 1, "3.333"), (10, 1, "3.333"), AmountDiscount="6.67")
    assert readings[0] == own("3.333", "3.333")


def test_the_lines_may_carry_more_than_the_order_tells():
    assert readings_of((80, 1, 8), AmountDiscount=5, GrandTotal=1) == [spread(13), after_tax(8, amount=5)]


@pytest.mark.parametrize(("grand_total", "first"), [("103.50", "10"), ("92.00", "20"), ("101.20", "12")])
def test_the_reading_that_the_totals_tell_comes_first(grand_total, first):
    tax = Decimal(grand_total) * 15 / 115
    discount = {"20": 10}.get(first, 12 if first == "12" else 10)
    readings = readings_of((100, 1, 10), AmountDiscount=discount, AmountTotal=100, Tax=tax, GrandTotal=grand_total)
    assert readings[0].total == Decimal(first)


def test_no_line_is_discounted_below_nothing():
    assert readings_of((80, 1, 0), AmountDiscount=81, GrandTotal=1) == [after_tax(0, amount=81)]


def test_in_an_exchange_the_discount_goes_to_the_lines_of_the_sale():
    assert readings_of((80, 1, 0), (20, -1, 0), AmountDiscount=6, GrandTotal=1)[0] == spread(6, 0)
    assert readings_of((80, 1, 8), (20, -1, 0), AmountDiscount=5, GrandTotal=1)[0] == spread(13, 0)


def test_a_discount_that_no_line_can_bear_may_only_be_taken_off_after_tax():
    assert readings_of((0, 1, 0), AmountDiscount=6, GrandTotal=1) == [after_tax(0, amount=6)]


def test_what_is_taken_off_a_return_has_its_direction():
    assert readings_of((80, -1, 0), AmountDiscount=6) == [spread(-6), after_tax(0, amount=-6)]


@pytest.mark.parametrize(
    ("unit", "parts"), [("1", (4, 3, 3)), ("0.01", ("3.34", "3.33", "3.33")), ("0.001", ("3.334", "3.333", "3.333"))]
)
def test_the_discount_is_spread_in_units_of_the_currency(unit, parts):
    order = order_of((10, 1, 0), (10, 1, 0), (10, 1, 0), AmountDiscount=10, GrandTotal=20)
    assert discount_readings(order, Decimal(unit))[0] == spread(*parts)


def test_a_percentage_of_the_items_before_or_after_their_own_discounts():
    assert readings_of((80, 1, 8), (20, 1, 0), DiscountPercent=10, GrandTotal=1) == [
        spread("15.83", "2.17"),
        own(16, 2),
        spread("15.20", "2.00"),
        own("15.2", 2),
        after_tax(8, 0, amount=10),
        after_tax(8, 0, amount="9.20"),
    ]


def test_a_percentage_is_exact_or_rounded():
    assert readings_of((12.34, 1, 0), DiscountPercent=10, GrandTotal=1) == [
        spread("1.23"),
        own("1.234"),
        after_tax(0, amount="1.23"),
    ]


def test_a_percentage_may_be_what_the_lines_carry():
    readings = readings_of((80, 1, 8), (12.34, 1, 1.23), DiscountPercent=10, GrandTotal=1)
    assert readings[0] == own(8, "1.23")
    assert own(8, 1) not in readings_of((80, 1, 8), (12.34, 1, 1), DiscountPercent=10, GrandTotal=1)


def test_a_percentage_of_everything_or_of_a_return():
    assert own(80) in readings_of((80, 1, 0), DiscountPercent=100, GrandTotal=1)
    assert readings_of((80, -1, 0), DiscountPercent=10, GrandTotal=-1)[0] == spread(-8)


def test_an_amount_goes_before_a_percentage():
    assert readings_of((80, 1, 0), AmountDiscount=5, DiscountPercent=10, GrandTotal=1)[0] == spread(5)
    assert own(0) == readings_of((80, 1, 0), DiscountPercent=0, GrandTotal=1)[0]


def test_the_totals_order_the_readings_of_a_percentage_too():
    readings = readings_of((80, 1, 8), DiscountPercent=10, AmountTotal=80, Tax=0, GrandTotal="64.80")
    assert readings[0] == spread("15.20")
