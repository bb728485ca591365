"""The amounts that a sender may have taxed."""

from decimal import Decimal

from lib.order.rounded_sums import NEAREST, ONE_WAY
from lib.order.taxable_amounts import line_amounts, spread_amounts

CENT = Decimal("0.01")


def amounts(*numbers):
    return tuple(map(Decimal, numbers))


def spread(lines, amount, kinds=None):
    return spread_amounts(lines, Decimal(amount), CENT, kinds or [15] * len(lines))


def test_whole_units_are_taxed_as_they_are():
    assert line_amounts(amounts("4.99", "-3"), amounts("0.50", "0"), CENT) == {amounts("4.49", "-3"): None}


def test_all_lines_are_rounded_alike():
    possible = line_amounts(amounts("1.234", "5.678"), amounts("0", "0"), CENT)
    down, up = ONE_WAY
    assert possible == {
        amounts("1.234", "5.678"): None,
        amounts("1.23", "5.68"): NEAREST,
        amounts("1.23", "5.67"): down,
        amounts("1.24", "5.68"): up,
    }


def test_a_price_and_its_discount_may_be_rounded_apart():
    possible = line_amounts(amounts("0.37"), amounts("0.0372"), CENT)
    assert {round(one, 9) for (one,) in possible} == {*amounts("0.3328", "0.33", "0.34")}


def test_a_discount_is_spread_in_few_ways():
    lines = amounts("4.99", "4.99", "4.99")
    possible = {one.amounts for one in spread(lines, "0.07")}
    rest_on_one = {amounts("4.96", "4.97", "4.97"), amounts("4.97", "4.96", "4.97"), amounts("4.97", "4.97", "4.96")}
    assert rest_on_one < possible
    assert amounts("4.97", "4.97", "4.97") in possible
    (exact,) = (one.amounts for one in spread(lines, "0.07") if one.is_exact)
    assert {round(left, 9) for left in exact} == {Decimal("4.966666667")}
    assert len(possible) < 10


def test_every_part_is_off_by_less_than_a_unit_but_one():
    lines = amounts(*(f"{number}.{number:02}" for number in range(3, 33)))
    share = Decimal("7.77") / sum(lines)
    for one in spread(lines, "7.77"):
        off = sorted(abs(line - share * line - left) for line, left in zip(lines, one.amounts, strict=True))
        assert off[-2] < CENT, one


def test_a_discount_may_be_spread_over_the_rates_first():
    lines = amounts("10", "10", "5")
    by_rate = [one.amounts for one in spread(lines, "1.01", [15, 15, 5]) if not one.by_line]
    assert amounts("9.595", "9.595", "4.80") in by_rate
    assert all(one.by_line for one in spread(lines, "1.01"))


def test_a_line_in_the_other_direction_has_no_part():
    assert {one.amounts[1] for one in spread(amounts("10", "-3", "20"), "1")} == {Decimal(-3)}
    assert [one.amounts for one in spread(amounts("-3"), "1")] == [amounts("-3")]
