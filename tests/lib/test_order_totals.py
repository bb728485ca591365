"""Whether an order's amounts agree, and which of its fields explains a difference."""

from decimal import Decimal

import pytest
from orders import order_of

from lib.order.discounts import discount_readings
from lib.order.totals import adds_up, field_of, item_nets, keeps_prices, rounding_of

CENT = Decimal("0.01")


def adding_up(order, total, **rules):
    """Return the discounts of the readings in which the order adds up to ``total``."""
    return [
        reading.total
        for reading in discount_readings(order, CENT)
        if adds_up(order, reading, Decimal(total), CENT, **rules)
    ]


def test_only_parts_of_a_unit_are_rounded():
    assert rounding_of(map(Decimal, ("10", "0.01", "-3.50")), CENT) == 0
    assert rounding_of(map(Decimal, ("1.005", "-0.001", "2")), CENT) == CENT
    assert rounding_of([Decimal("1.5")], Decimal(1)) == Decimal("0.5")


@pytest.mark.parametrize(("subtotal", "is_right"), [(100, True), (90, True), (85, False), ("99.99", False), (0, False)])
def test_the_subtotal_is_that_of_the_lines_before_or_after_their_own_discounts(subtotal, is_right):
    order = order_of((50, 1, 10), (50, 1, 0), AmountTotal=subtotal, Tax=9, GrandTotal=99)
    assert adding_up(order, 99) == ([10] if is_right else [])


@pytest.mark.parametrize("field", ["AmountTotal", "Tax", "GrandTotal", "AmountDiscount"])
@pytest.mark.parametrize("off", ["0.01", "-0.01", "5"])
def test_totals_that_contradict_each_other_add_up_in_no_reading(field, off):
    values = {"AmountTotal": 100, "AmountDiscount": 10, "Tax": 9, "GrandTotal": 99}
    assert adding_up(order_of((100, 1, 0), **values), 99) == [10, 10]
    values[field] += Decimal(off)
    assert adding_up(order_of((100, 1, 0), **values), values["GrandTotal"]) == []


def test_what_is_not_stated_is_not_checked():
    assert adding_up(order_of((100, 1, 0), Tax=9), 200) == [0]
    assert adding_up(order_of((100, 1, 0), AmountTotal=100), 200) == [0]
    assert adding_up(order_of((100, 1, 0), AmountTotal=101), 200) == []


def test_a_subtotal_of_rounded_lines():
    items = [("0.335", 3, 0)] * 3
    for subtotal, tax, total in (("3.03", "0.45", "3.48"), ("3.02", "0.45", "3.47"), ("3", "0.45", "3.45")):
        assert adding_up(order_of(*items, AmountTotal=subtotal, Tax=tax), total) == [0]
    assert adding_up(order_of(*items, AmountTotal="3.04", Tax="0.45"), "3.49") == []


@pytest.mark.parametrize(
    ("subtotal", "tax", "total", "is_right"),
    [
        (115, 15, 115, True),
        (115, None, 115, True),
        (100, 15, 115, True),
        (100, 15, 100, False),
        (115, 15, "115.01", False),
    ],
)
def test_where_prices_include_tax_the_subtotal_may_too(subtotal, tax, total, is_right):
    order = order_of((115, 1, 0), AmountTotal=subtotal, Tax=tax, GrandTotal=total)
    assert bool(adding_up(order, total, prices_include_tax=True)) is is_right


@pytest.mark.parametrize(
    ("tax", "total", "includes_tax", "is_right"),
    [
        (15, 115, False, True),
        (15, "115.01", False, False),
        (None, "115.01", False, True),
        (13, 100, True, True),
        (None, 100, True, True),
        (13, "100.01", True, False),
        (13, 113, True, False),
    ],
)
def test_prices_stay_as_they_are(tax, total, includes_tax, is_right):
    order = order_of((100, 1, 0), Tax=tax, GrandTotal=total)
    (reading,) = discount_readings(order, CENT)
    assert keeps_prices(order, reading, Decimal(total), CENT, prices_include_tax=includes_tax) is is_right


def test_a_percentage_or_a_balance_is_not_part_of_a_total():
    order = order_of((80, 1, 0), BalanceAmount=8, DiscountPercent=8, discount_percentage="8")
    assert field_of(order, Decimal(8), CENT) is None


def test_the_field_whose_amount_is_the_difference():
    order = order_of((80, 1, 0), Packaging="1,008.00", TipAmount=3, AmountDiscount=5, Note="8.00x", Flag=True)
    assert field_of(order, Decimal(1008), CENT) == "Packaging"
    assert field_of(order, Decimal(-3), CENT) == "TipAmount"
    assert field_of(order, Decimal("-5.00"), CENT) == "AmountDiscount"
    assert field_of(order, Decimal(8), CENT) is None
    assert field_of(order, Decimal(0), CENT) is None


@pytest.mark.parametrize(
    ("subtotal", "is_right"), [(100, True), (110, True), (108, True), (102, False), ("109.99", False), (90, False)]
)
def test_the_subtotal_contains_all_charges_or_none_or_all_but_tips(subtotal, is_right):
    charges = {"ServiceCharges": 8, "TipAmount": 2}
    order = order_of((100, 1, 0), AmountTotal=subtotal, Tax=10, GrandTotal=120, **charges)
    assert adding_up(order, 120) == ([0] if is_right else [])


@pytest.mark.parametrize("off", ["0.01", "-0.01", "5", "-8"])
@pytest.mark.parametrize("field", ["ServiceCharges", "TipAmount", "AmountTotal", "Tax"])
def test_a_charge_that_is_off_adds_up_in_no_reading(field, off):
    values = {"AmountTotal": 100, "Tax": 10, "ServiceCharges": 8, "TipAmount": 2}
    values[field] += Decimal(off)
    assert adding_up(order_of((100, 1, 0), GrandTotal=120, **values), 120) == []


def test_charges_that_include_tax_beside_a_subtotal_that_does_not():
    order = order_of((115, 1, 0), AmountTotal=100, Tax="16.2", GrandTotal="124.2", ServiceCharges="9.2")
    rules = {"prices_include_tax": True}
    assert adding_up(order, "124.2", charge_taxes=[Decimal("1.2")], **rules) == [0]
    assert adding_up(order, "124.2", charge_taxes=[Decimal(0)], **rules) == []
    assert adding_up(order, "124.21", charge_taxes=[Decimal("1.2")], **rules) == []


def test_charges_are_part_of_the_price():
    order = order_of((100, 1, 0), Tax=10, GrandTotal=118, ServiceCharges=8)
    (reading,) = discount_readings(order, CENT)
    assert item_nets(order, reading) == [100, 8]
    assert keeps_prices(order, reading, Decimal(118), CENT)
    assert not keeps_prices(order, reading, Decimal(110), CENT)
    assert field_of(order, Decimal(-8), CENT) == "ServiceCharges"
