"""The readings of an order's discounts, and which of them comes first."""

from decimal import Decimal

import pytest
from orders import order_of

from lib.order.payload import discount_readings, expected_net

CENT = Decimal("0.01")


def amounts(*values):
    return tuple(map(Decimal, values))


def test_without_a_discount_of_the_order_the_lines_stand():
    assert discount_readings(order_of((80, 1, 8), (20, 1, 0)), CENT) == [amounts(8, 0)]


def test_all_readings_in_the_order_of_preference():
    order = order_of((80, 1, 8), (20, 2, 0), AmountDiscount=12, GrandTotal=100)
    assert discount_readings(order, CENT) == [
        amounts(8, 0),
        amounts("15.71", "4.29"),
        amounts("10.57", "1.43"),
    ]
    assert [expected_net(order, reading) for reading in discount_readings(order, CENT)] == [112, 100, 108]


def test_equal_readings_are_listed_once():
    assert discount_readings(order_of((80, 1, 8), AmountDiscount=8, GrandTotal=1), CENT) == [amounts(8), amounts(16)]
    assert discount_readings(order_of((80, 1, 0), AmountDiscount=8, GrandTotal=1), CENT) == [amounts(0), amounts(8)]


def test_the_lines_may_carry_more_than_the_order_tells():
    assert discount_readings(order_of((80, 1, 8), AmountDiscount=5, GrandTotal=1), CENT) == [amounts(8), amounts(13)]


@pytest.mark.parametrize(("grand_total", "first"), [("103.50", "10"), ("92.00", "20"), ("101.20", "12")])
def test_the_reading_that_the_totals_tell_comes_first(grand_total, first):
    tax = Decimal(grand_total) * 15 / 115
    order = order_of(
        (100, 1, 10), AmountDiscount={"20": 10}.get(first, 12), AmountTotal=100, Tax=tax, GrandTotal=grand_total
    )
    assert sum(discount_readings(order, CENT)[0]) == Decimal(first)


def test_without_a_total_the_discount_of_the_order_is_not_lost():
    order = order_of((80, 1, 8), (20, 1, 0), AmountDiscount=12)
    assert discount_readings(order, CENT)[0] == amounts("11.13", "0.87")
    assert sum(discount_readings(order, CENT)[0]) == 12


def test_no_line_is_discounted_below_nothing():
    assert discount_readings(order_of((80, 1, 0), AmountDiscount=81, GrandTotal=1), CENT) == [amounts(0)]


def test_in_an_exchange_the_discount_goes_to_the_lines_of_the_sale():
    order = order_of((80, 1, 0), (20, -1, 0), AmountDiscount=6, GrandTotal=1)
    assert discount_readings(order, CENT)[1] == amounts(6, 0)
    order = order_of((80, 1, 8), (20, -1, 0), AmountDiscount=5, GrandTotal=1)
    assert discount_readings(order, CENT) == [amounts(8, 0), amounts(13, 0)]


@pytest.mark.parametrize(
    ("unit", "parts"), [("1", (4, 3, 3)), ("0.01", ("3.34", "3.33", "3.33")), ("0.001", ("3.334", "3.333", "3.333"))]
)
def test_the_discount_is_spread_in_units_of_the_currency(unit, parts):
    order = order_of((10, 1, 0), (10, 1, 0), (10, 1, 0), AmountDiscount=10, GrandTotal=20)
    assert discount_readings(order, Decimal(unit))[1] == amounts(*parts)
