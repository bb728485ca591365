"""The shop's arithmetic and its format of money. Amounts are ``Decimal`` in a currency with two decimals.

The import is compared with the shop, so they share no code.
"""

from collections.abc import Sequence
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal

CENT = Decimal("0.01")
ZERO = Decimal("0.00")


def round_half_up(amount: Decimal) -> Decimal:
    """Round to a cent; half a cent is rounded away from zero."""
    return amount.quantize(CENT, ROUND_HALF_UP)


def spread(amount: Decimal, weights: Sequence[Decimal]) -> list[Decimal]:
    """Spread an amount over positive weights in proportion, in whole cents; the parts add up to the amount.

    The cents left over by rounding down go to the largest remainders first.
    """
    total = sum(weights)
    exact = [amount * weight / total for weight in weights]
    parts = [part.quantize(CENT, ROUND_DOWN) for part in exact]
    cents_left = int((amount - sum(parts)) / CENT)
    by_remainder = sorted(range(len(parts)), key=lambda index: parts[index] - exact[index])
    for index in by_remainder[:cents_left]:
        parts[index] += CENT
    return parts


def as_number(amount: Decimal) -> float:
    """Return the number that JSON writes in the format of `docs/order_format.md`: ``80.0``, ``1092.35``.

    A float is written as the shortest text that reads back as the same float, so two decimals are kept exactly.
    """
    return float(amount)


def as_text(amount: Decimal) -> str:
    """Return money as text, like such systems send it: ``92.0``, but ``1,092.00`` from a thousand on."""
    return f"{amount:,.2f}" if abs(amount) >= 1000 else str(float(amount))
