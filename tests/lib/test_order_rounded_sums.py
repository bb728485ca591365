"""The sums that a sender can state if it rounds their parts by one rule."""

from decimal import Decimal

import pytest

from lib.order.rounded_sums import NEAREST, ONE_WAY, RULES, Part, RoundedSums

CENT = Decimal("0.01")


def parts(*amounts, slack="0"):
    return [Part(Decimal(amount), Decimal(slack)) for amount in amounts]


def sums(least, most, *ways, rules=RULES):
    """Return those of the amounts from `least` to `most` that are rounded sums, in cents."""
    possible = RoundedSums(ways, CENT, rules)
    return [cents for cents in range(least, most + 1) if cents * CENT in possible]


def test_equal_parts_are_rounded_alike():
    assert sums(1400, 1700, parts(*["0.1515"] * 100)) == [1500, 1600]
    assert sums(1400, 1700, parts(*["0.1515"] * 100), parts("15.15")) == [1500, 1515, 1600]


@pytest.mark.parametrize("sign", [1, -1])
def test_halves_go_up_or_down_but_equal_ones_the_same_way(sign):
    halves = [Part(sign * part.amount) for part in parts("0.045", "0.045", "0.125")]
    assert sums(-30, 30, halves) == sorted(sign * cents for cents in (20, 21, 22, 23))
    assert sums(-30, 30, halves[:2]) == sorted((8 * sign, 10 * sign))


def test_one_rule_rounds_all_parts():
    # Nearest: 10 + 11, down: 10 + 10, up: 11 + 11; never 11 + 10, which is 21 as well, nor 9 + 11.
    assert sums(0, 100, parts("0.102", "0.108")) == [20, 21, 22]
    assert sums(0, 100, parts("0.102", "0.102", "0.108")) == [30, 31, 33]


def test_whole_parts_are_not_rounded():
    assert sums(-10, 100, parts("0.10", "0.20")) == [30]
    assert sums(-10, 100, []) == [0]


def test_a_part_that_is_not_known_exactly_is_one_of_its_neighbours():
    assert sums(0, 100, parts("0.104", "0.104", slack="0.002")) == [20, 22]
    assert sums(0, 100, parts("0.30", slack="0.02")) == [28, 29, 30, 31, 32]


def test_a_rule_may_be_excluded():
    assert sums(0, 100, parts("0.102", "0.108"), rules=[NEAREST]) == [21]
    assert sums(0, 100, parts("0.102", "0.108"), rules=ONE_WAY) == [20, 22]


def test_other_units():
    assert Decimal(20) in RoundedSums([parts("19.5")], Decimal(1))
    assert Decimal(21) not in RoundedSums([parts("19.5")], Decimal(1))
    assert Decimal("0.555") in RoundedSums([parts("0.5551")], Decimal("0.001"))


def test_sums_of_either_of_two():
    either = RoundedSums([parts("0.30")], CENT) | RoundedSums([parts("0.40")], CENT)
    assert [cents for cents in range(100) if cents * CENT in either] == [30, 40]


def test_many_parts_take_no_time():
    many = [Part(Decimal(number) / 10_000, Decimal("0.00005")) for number in range(5000)]
    total = sum(part.amount for part in many).quantize(CENT)
    possible = RoundedSums([many], CENT)
    assert total in possible
    assert total + 100 not in possible
