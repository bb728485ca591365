"""Reads, rounds and spreads amounts of external documents without ever losing a cent.

Everything is `Decimal`, and every operation runs in the context `EXACT`, so that the precision and traps of the
caller's thread cannot change a result.
"""

import functools
import re
from collections.abc import Callable, Sequence
from decimal import (
    ROUND_HALF_EVEN,
    ROUND_HALF_UP,
    Context,
    Decimal,
    DivisionByZero,
    InvalidOperation,
    Overflow,
    localcontext,
)
from fractions import Fraction
from typing import Any, ParamSpec, TypeVar

from .message import Message
from .message import message as _lt

P = ParamSpec("P")
R = TypeVar("R")

# Wide enough for the product of two amounts of maximum size, summed over every line of an order.
EXACT = Context(prec=100, rounding=ROUND_HALF_EVEN, traps=[InvalidOperation, DivisionByZero, Overflow])

MAX_INTEGER_DIGITS = 15
MAX_DECIMALS = 10
# A sum in binary floating point prints as 91.99999999999999, 12.000000000000002 or 5.551115123125783e-17: at most 17
# digits, of which 15 can be trusted. A long number with fewer decimals than this is not treated as such a sum.
MAX_FLOAT_DIGITS = 17
SAFE_FLOAT_DIGITS = 15
NOISE_DECIMALS = 4
MAX_TEXT_LENGTH = 64
MIN_EXPONENT = -64

_ZERO = Decimal(0)
_LAST_DECIMAL = Decimal(1).scaleb(-MAX_DECIMALS)
_SAFE = Context(prec=SAFE_FLOAT_DIGITS, rounding=ROUND_HALF_EVEN)
# Odoo's tax engine computes with floats. This many of their 17 digits are still reliable after some operations.
_ENGINE = Context(prec=13, rounding=ROUND_HALF_EVEN)
_PLAIN = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?")
# The first group of a number cannot start with 0, so "0,092" is not 92.
_GROUPED = re.compile(r"[+-]?[1-9][0-9]{0,2}(?:,[0-9]{3})+(?:\.[0-9]+)?")
_ONE_GROUP = re.compile(r"[+-]?[1-9][0-9]{0,2},[0-9]{3}")
_DIGITS_AND_SIGNS = re.compile(r"[+-]?[0-9][0-9.,]*")


def exact(function: Callable[P, R]) -> Callable[P, R]:
    """Decorator: run `function` in the context `EXACT`, so that sums, products and differences of amounts are exact."""

    @functools.wraps(function)
    def wrapper(*args: P.args, **kwargs: P.kwargs) -> R:
        with localcontext(EXACT):
            return function(*args, **kwargs)

    return wrapper


class AmountError(ValueError):
    """The value is not an amount; the sentence `problem` has the placeholder `field`."""

    def __init__(self, problem: Message):
        super().__init__(problem.filled(field=_lt("The amount")))
        self.problem = problem


def parse_amount(value: Any) -> Decimal:
    """Return the exact amount that `value` means.

    Accepts `int`, `Decimal`, finite `float` (by its shortest text) and text such as "92.0", "1,092.00", "-3.5" or
    "1e2", also with surrounding blanks. Floating point noise is rounded away (91.99999999999999 is 92); other numbers
    with more than `MAX_DECIMALS` decimals are refused.

    :raise AmountError: for anything else, including a comma that may be a decimal comma ("92,0").
    """
    if isinstance(value, bool) or value is None:
        raise _not_a_number(_shown(value))
    if isinstance(value, int):
        if abs(value) >= 10**MAX_INTEGER_DIGITS:
            raise _too_large()
        return Decimal(value)
    if isinstance(value, float):
        return _bounded(Decimal(repr(float(value))))
    if isinstance(value, Decimal):
        return _bounded(value)
    if isinstance(value, str):
        return _bounded(_parse_text(value.strip()))
    raise _not_a_number(_shown(value))


def _parse_text(text: str) -> Decimal:
    if not text:
        raise _not_a_number(_lt("an empty text"))
    if len(text) > MAX_TEXT_LENGTH:
        raise _not_a_number(_shown(text))
    if _PLAIN.fullmatch(text):
        return EXACT.create_decimal(text)
    if _GROUPED.fullmatch(text):
        return EXACT.create_decimal(text.replace(",", ""))
    if _DIGITS_AND_SIGNS.fullmatch(text) and "," in text:
        raise AmountError(
            _lt(
                "%(field)s is ambiguous: the comma in %(shown)s does not separate thousands. Write it like 1092.50 "
                "or 1,092.50.",
                shown=_shown(text),
            )
        )
    raise AmountError(_lt("%(field)s must be a number such as 1092.50, not %(shown)s.", shown=_shown(text)))


def may_be_decimal_comma(value: Any) -> bool:
    """Return whether `value` is a text like "1,092": a thousand and 92, or 1.092 written with a decimal comma."""
    return isinstance(value, str) and _ONE_GROUP.fullmatch(value.strip()) is not None


def ambiguous_comma(value: Any) -> AmountError:
    """Return the error that refuses a number because of its comma."""
    return AmountError(
        _lt(
            "%(field)s is ambiguous: the comma in %(shown)s may separate thousands or decimals. Write it like 1092 or "
            "1092.00.",
            shown=_shown(value),
        )
    )


def _not_a_number(shown: str | Message) -> AmountError:
    return AmountError(_lt("%(field)s must be a number, not %(shown)s.", shown=shown))


def _too_large() -> AmountError:
    return AmountError(
        _lt("%(field)s must have at most %(limit)s digits before the decimal point.", limit=MAX_INTEGER_DIGITS)
    )


def _too_precise() -> AmountError:
    return AmountError(_lt("%(field)s must have at most %(limit)s decimals.", limit=MAX_DECIMALS))


@exact
def _bounded(amount: Decimal) -> Decimal:
    """Return `amount` without floating point noise or a negative zero, if its size is allowed."""
    if not amount.is_finite():
        raise AmountError(_lt("%(field)s must be a finite number."))
    if not amount:
        return _ZERO
    if amount.adjusted() >= MAX_INTEGER_DIGITS:
        raise _too_large()
    digits = amount.as_tuple().digits
    if amount.adjusted() < MIN_EXPONENT or len(digits) > MAX_TEXT_LENGTH:
        raise _too_precise()
    shortest = amount.normalize().as_tuple()
    decimals, significant = -shortest.exponent, len(shortest.digits)
    if decimals > MAX_DECIMALS and significant > MAX_FLOAT_DIGITS:
        raise _too_precise()
    cleaned = amount.quantize(_LAST_DECIMAL) if decimals > MAX_DECIMALS else amount
    if decimals > NOISE_DECIMALS and significant > SAFE_FLOAT_DIGITS:
        cleaned = _SAFE.plus(cleaned)
    # Rounding may have produced 0 or an additional digit.
    return amount if cleaned == amount else _bounded(cleaned)


def _shown(value: Any) -> str | Message:
    """Return `value` for a message: short, and with too few digits for a card number."""
    if value is None:
        return _lt("empty")
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        if len(value) <= 32 and value.isprintable() and sum(map(str.isdigit, value)) < 12:
            return f"'{value}'"
        return _lt("a text of %s characters", len(value))
    if isinstance(value, dict):
        return _lt("an object")
    if isinstance(value, list | tuple):
        return _lt("a list")
    return _lt("a value of type %s", type(value).__name__)


def decimal(amount: float) -> Decimal:
    """Return the Decimal that a float of the ORM means."""
    return Decimal(repr(amount))


def engine_decimal(amount: float) -> Decimal:
    """Return the Decimal of an amount that Odoo's tax engine computed but did not round, without its float noise."""
    return _ENGINE.create_decimal(repr(amount)) + _ZERO


@exact
def round_currency(amount: Decimal, rounding: Decimal) -> Decimal:
    """Return `amount` rounded to a multiple of `rounding` (0.01, 1, 0.05 ...), half away from zero, as Odoo rounds
    money.

    :raise ValueError: if `rounding` is not above 0.
    """
    _check_unit(rounding)
    return (amount / rounding).quantize(Decimal(1), rounding=ROUND_HALF_UP) * rounding + _ZERO


@exact
def allocate(amount: Decimal, weights: Sequence[Decimal], unit: Decimal) -> list[Decimal]:
    """Spread `amount` over `weights` in proportion. Return one part per weight, in order, with the exact sum `amount`.

    Every part is a multiple of `unit`; the rest of `amount` that is not goes to the part of the largest weight. Units
    left over go to the largest remainders, the earlier weight first (largest remainder method), so the same input
    always gives the same parts. Only the absolute value of a weight counts; a weight of 0 gets nothing, unless all are
    0: then all count equally.

    :raise ValueError: if `unit` is not above 0, or if there is an amount to spread and no weight.
    """
    _check_unit(unit)
    if not weights:
        if amount:
            raise ValueError("There is nothing to spread the amount over.")
        return []
    sizes = [abs(Fraction(weight)) for weight in weights]
    whole = sum(sizes)
    if not whole:
        sizes, whole = [Fraction(1)] * len(sizes), Fraction(len(sizes))
    units, rest = divmod(abs(amount), unit)
    quotas = [int(units) * size / whole for size in sizes]
    counts = [int(quota) for quota in quotas]
    by_remainder = sorted(range(len(sizes)), key=lambda index: (counts[index] - quotas[index], index))
    for index in by_remainder[: int(units) - sum(counts)]:
        counts[index] += 1
    parts = [count * unit for count in counts]
    parts[sizes.index(max(sizes))] += rest
    return [-part + _ZERO for part in parts] if amount < 0 else parts


def _check_unit(unit: Decimal) -> None:
    if not unit.is_finite() or unit <= 0:
        raise ValueError("A currency unit must be above 0.")
