"""The shop's arithmetic and its way of printing money. Amounts are ``Decimal`` in a currency of two decimals.

The shop is what the import is compared with, so it shares no code with it.
"""

from collections.abc import Sequence
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal

CENT = Decimal("0.01")
ZERO = Decimal("0.00")


def round_half_up(amount: Decimal) -> Decimal:
    """Round to a cent, half a cent away from zero."""
    return amount.quantize(CENT, ROUND_HALF_UP)


def spread(amount: Decimal, weights: Sequence[Decimal]) -> list[Decimal]:
    """Spread an amount over positive weights in proportion, in whole cents; the parts add up to the amount.

    The cents that rounding down leaves over go to the largest remainders first.
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
    """Return the number that JSON prints as the guide does: ``80.0``, ``1092.35``.

    A float prints the shortest text that reads back as itself, so two decimals come out exactly as they went in.
    """
    return float(amount)


def as_text(amount: Decimal) -> str:
    """Print money as text the way such systems do: ``92.0``, and ``1,092.00`` from a thousand on."""
    return f"{amount:,.2f}" if abs(amount) >= 1000 else str(float(amount))
