"""The ways in which an order's discounts can be meant.

The guide has a discount on the line (`DiscountAmount`) and one on the order (`AmountDiscount`), and does not say
whether the latter contains the former. The order's own totals decide; this module lists what they may choose from.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

from ..money import allocate, exact

if TYPE_CHECKING:
    from .payload import OrderPayload

Reading = tuple[Decimal, ...]


@exact
def discount_readings(order: OrderPayload, unit: Decimal) -> list[Reading]:
    """The possible discounts of the lines, the likeliest reading first; a reading has one amount a line.

    1. *own*: the lines' own discounts are all there is. It comes first because it takes every line at its word and
       adds nothing; AmountDiscount is then absent, 0, or the sum of the lines' discounts once more.
    2. *added*: AmountDiscount comes on top of the lines' own discounts.
    3. *whole*: AmountDiscount is the whole discount, a part of which the lines already carry; the rest is spread. Not
       if they carry more.

    What is spread goes to the lines in proportion to their net amounts, in multiples of the currency unit `unit`; not
    to lines that go the other way (a returned line in a sale). A reading that takes more off a line than the line is
    worth is no reading, and equal ones are listed once.

    The feed may tell the discount: by GrandTotal = AmountTotal - discounts + Tax. Readings with that sum come first.
    And where no GrandTotal will choose, *whole* comes first, as what AmountDiscount says must not be lost.
    """
    own = tuple(item.discount for item in order.items)
    readings = [own]
    if order.discount:
        readings.append(_spread(order, own, order.discount, unit))
        rest = order.discount - sum(own)
        if rest * order.discount >= 0:
            readings.append(_spread(order, own, rest, unit))
    readings = list(
        dict.fromkeys(reading for reading in readings if reading == own or _is_bearable(order, reading, unit))
    )
    told = _told_discount(order)
    if told is not None:
        readings.sort(key=lambda reading: sum(reading) != told)
    elif order.grand_total is None and order.discount:
        readings.sort(key=lambda reading: sum(reading) != order.discount)
    return readings


@exact
def expected_net(order: OrderPayload, reading: Sequence[Decimal]) -> Decimal:
    """The order's amount before tax: the lines' amounts less the discounts of `reading`, exact, not rounded."""
    return sum((item.gross - discount for item, discount in zip(order.items, reading, strict=True)), Decimal(0))


def _spread(order: OrderPayload, own: Reading, amount: Decimal, unit: Decimal) -> Reading:
    """`own` and `amount` spread over the lines on top of it."""
    nets = [item.gross - discount for item, discount in zip(order.items, own, strict=True)]
    weights = [net if net * amount > 0 else Decimal(0) for net in nets]
    if not any(weights):
        return own
    return tuple(discount + part for discount, part in zip(own, allocate(amount, weights, unit), strict=True))


def _is_bearable(order: OrderPayload, reading: Reading, unit: Decimal) -> bool:
    """Whether no line is discounted below nothing (but for the part of a unit that rounding may add)."""
    return all(abs(discount) < abs(item.gross) + unit for item, discount in zip(order.items, reading, strict=True))


def _told_discount(order: OrderPayload) -> Decimal | None:
    """The discounts by GrandTotal = AmountTotal - discounts + Tax, or None if one of the totals is missing."""
    if order.grand_total is None or order.amount_total is None or order.tax is None:
        return None
    return order.amount_total + order.tax - order.grand_total
