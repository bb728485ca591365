"""Reading, rounding and spreading amounts."""

import decimal
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.money import AmountError, allocate, parse_amount, round_currency

UNITS = tuple(map(Decimal, ("1", "0.01", "0.001", "0.05", "5")))
AMOUNTS = st.decimals(min_value=-(10**12), max_value=10**12, places=4)


@pytest.mark.parametrize(
    ("value", "amount"),
    [
        (80, "80"),
        (-3, "-3"),
        (Decimal("92.00"), "92"),
        (92.5, "92.5"),
        (0.1, "0.1"),
        ("92.0", "92"),
        ("1,092.00", "1092"),
        ("12,345,678", "12345678"),
        ("-1,092.5", "-1092.5"),
        ("+7", "7"),
        (".5", "0.5"),
        ("5.", "5"),
        ("1e2", "100"),
        ("-3.5", "-3.5"),
        ("  92.0\t", "92"),
        ("\u00a092.0", "92"),
        ("-0.0", "0"),
        (999999999999999, "999999999999999"),
        ("123456789012345.67", "123456789012345.67"),
        ("0.0000000001", "0.0000000001"),
        ("92.000000000000000000000000000", "92"),
        # Sums in binary floating point, as JavaScript and Python print them.
        (0.1 + 0.2, "0.3"),
        (Decimal("91.99999999999999"), "92"),
        ("12.000000000000002", "12"),
        (Decimal("5.551115123125783E-17"), "0"),
        (1234567.8900000001, "1234567.89"),
    ],
)
def test_an_amount_is_read_exactly(value, amount):
    parsed = parse_amount(value)
    assert parsed == Decimal(amount)
    assert isinstance(parsed, Decimal)
    assert not (parsed == 0 and parsed.is_signed())


@pytest.mark.parametrize(
    "value",
    [
        None, True, False, [], {}, b"5", 1j, 10**15, -(10**15), float("nan"), float("inf"), 1e300, 5e-324,
        "", "  ", "abc", "12 000", "1_000", "0x10", "--5", "5-", "(5)", "$5", "\u0664\u0662", "NaN", "Infinity",
        "1e400", "1E-400", "1e16", "9" * 16, "9" * 5000,
        Decimal("NaN"), Decimal("sNaN"), Decimal("-Infinity"), Decimal("1E+400"), Decimal("1E-400"),
        Decimal("0.123456789012345678"), Decimal("999999999999999.999999999999"),
    ],
)  # fmt: skip
def test_what_is_no_amount_is_refused_in_a_short_clause(value):
    with pytest.raises(AmountError) as caught:
        parse_amount(value)
    assert len(str(caught.value)) < 140
    assert str(caught.value) == str(caught.value.problem.filled(field="The amount"))


def test_an_integer_too_long_to_be_printed_is_refused():
    with pytest.raises(AmountError, match="at most 15 digits"):
        parse_amount(10**5000)


@pytest.mark.parametrize("value", ["92,0", "92,50", "1,09,2.00", "1.092,00", "0,092", "1092,000", "1,092.0,0", "-92,0"])
def test_a_comma_that_may_be_a_decimal_comma_is_called_ambiguous(value):
    with pytest.raises(AmountError, match="is ambiguous"):
        parse_amount(value)


def test_the_message_never_repeats_what_may_be_a_card_number():
    for value in ("4111 1111 1111 1111", "4111,1111,1111,1111", "4111111111111111"):
        with pytest.raises(AmountError) as caught:
            parse_amount(value)
        assert "1111" not in str(caught.value)


@given(AMOUNTS)
def test_every_way_of_writing_an_amount_means_the_amount(amount):
    assert parse_amount(amount) == parse_amount(str(amount)) == parse_amount(f"{amount:,}") == amount


@pytest.mark.parametrize(
    ("amount", "unit", "rounded"),
    [
        ("0.005", "0.01", "0.01"),
        ("-0.005", "0.01", "-0.01"),
        ("0.0049", "0.01", "0"),
        ("1.005", "0.01", "1.01"),
        ("2.5", "1", "3"),
        ("3.5", "1", "4"),
        ("0.0005", "0.001", "0.001"),
        ("1.02", "0.05", "1.00"),
        ("1.025", "0.05", "1.05"),
        ("-1.025", "0.05", "-1.05"),
        ("999999999999999.995", "0.01", "1000000000000000"),
    ],
)
def test_halves_round_away_from_zero(amount, unit, rounded):
    assert round_currency(Decimal(amount), Decimal(unit)) == Decimal(rounded)


@pytest.mark.parametrize("unit", ["0", "-0.01", "NaN", "Infinity"])
def test_a_unit_that_is_none_is_refused(unit):
    with pytest.raises(ValueError, match="currency unit"):
        round_currency(Decimal(1), Decimal(unit))
    with pytest.raises(ValueError, match="currency unit"):
        allocate(Decimal(1), [Decimal(1)], Decimal(unit))


@given(AMOUNTS, st.sampled_from(UNITS))
def test_rounding_moves_at_most_half_a_unit(amount, unit):
    rounded = round_currency(amount, unit)
    assert abs(rounded - amount) <= unit / 2
    assert rounded % unit == 0
    assert round_currency(rounded, unit) == rounded
    assert round_currency(-amount, unit) == -rounded


def _decimals(*texts):
    return [Decimal(text) for text in texts]


@pytest.mark.parametrize(
    ("amount", "weights", "unit", "parts"),
    [
        ("10", ("1", "1", "1"), "0.01", ("3.34", "3.33", "3.33")),
        ("-10", ("1", "1", "1"), "0.01", ("-3.34", "-3.33", "-3.33")),
        ("0.05", ("20", "50", "30"), "0.01", ("0.01", "0.03", "0.01")),
        ("10", ("0", "80", "0"), "1", ("0", "10", "0")),
        ("3", ("0", "0"), "1", ("2", "1")),
        ("10", ("-30", "-70"), "0.01", ("3", "7")),
        ("0.015", ("1", "3"), "0.01", ("0", "0.015")),
        ("7", ("1", "3"), "5", ("0", "7")),
        ("7", ("1", "1"), "5", ("7", "0")),
        ("0", ("1", "2"), "0.01", ("0", "0")),
        ("0", (), "0.01", ()),
    ],
)
def test_spreading(amount, weights, unit, parts):
    assert allocate(Decimal(amount), _decimals(*weights), Decimal(unit)) == _decimals(*parts)


def test_spreading_something_over_nothing_is_refused():
    with pytest.raises(ValueError, match="nothing to spread"):
        allocate(Decimal(1), [], Decimal("0.01"))


@given(AMOUNTS, st.lists(AMOUNTS, min_size=1, max_size=12), st.sampled_from(UNITS))
def test_the_parts_add_up_and_follow_the_proportions(amount, weights, unit):
    parts = allocate(amount, weights, unit)
    assert sum(parts) == amount
    assert len(parts) == len(weights)
    assert all(part * amount >= 0 for part in parts)
    whole = sum(map(abs, weights))
    for part, weight in zip(parts, weights, strict=True):
        share = amount * abs(weight) / whole if whole else amount / len(weights)
        # Less than a unit from the exact share, and the rest of less than a unit.
        assert abs(part - share) < 2 * unit
        assert weight or not whole or part == 0
    if amount % unit == 0:
        assert all(part % unit == 0 for part in parts)


def test_the_precision_of_the_callers_thread_does_not_matter():
    with decimal.localcontext() as context:
        context.prec = 3
        context.traps[decimal.Inexact] = True
        assert parse_amount("123456.78") == Decimal("123456.78")
        assert round_currency(Decimal("123456.785"), Decimal("0.01")) == Decimal("123456.79")
        assert allocate(Decimal("100000.01"), _decimals("1", "1"), Decimal("0.01")) == _decimals("50000.01", "50000.00")
