"""The ways in which an order's discounts can be meant.

A line has its own discount (`DiscountAmount`), and the order has one (`AmountDiscount`) that may contain the lines' own
or not, and may be taken off before tax or, like a voucher, after it. The order's own totals decide; this module lists
what they may choose from.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from ..money import allocate, exact, round_currency

if TYPE_CHECKING:
    from .parts import OrderPayload

_ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Discounts:
    """One reading of an order's discounts.

    :param lines: what is taken off each line before tax, one amount a line, in their order
    :param after_tax: what is taken off the total, without changing the tax
    :param is_spread: whether a discount of the order was spread over the lines: then the sender's parts may differ from
        these by a currency unit
    """

    lines: tuple[Decimal, ...]
    after_tax: Decimal = _ZERO
    is_spread: bool = False

    @property
    @exact
    def total(self) -> Decimal:
        """All discounts together."""
        return sum(self.lines, self.after_tax)


@exact
def discount_readings(order: OrderPayload, unit: Decimal) -> list[Discounts]:
    """The possible discounts of an order, the likeliest reading first.

    1. *own*: the lines' own discounts are all there is. AmountDiscount is then absent, 0, or their sum once more.
    2. *added*: AmountDiscount comes on top of the lines' own discounts.
    3. *whole*: AmountDiscount is the whole discount, a part of which the lines already carry; the rest is spread.
    4. *added* and *whole* once more, taken off after tax.

    What is spread goes to the lines in proportion to their net amounts, in multiples of the currency unit `unit`; not
    to lines that go the other way (a returned line in a sale). A reading that takes more off a line than the line is
    worth is left out, and equal ones are listed once. The list is empty if AmountDiscount can mean nothing.

    The totals may already tell the discount: GrandTotal = AmountTotal - discounts + Tax. Readings with that sum come
    first.
    """
    own = tuple(item.discount for item in order.items)
    carried = sum(own, _ZERO)
    stated = order.discount or _ZERO
    readings = []
    rounding = sum((unit / 2 for discount in own if discount % unit), _ZERO)
    if not stated or abs(stated - carried) <= rounding:
        readings.append(Discounts(own))
    rest = stated - carried
    further = [stated, rest] if rest * stated > 0 else [stated] if stated else []
    readings += [spread for amount in further if (spread := _spread(order, own, amount, unit))]
    readings += [Discounts(own, round_currency(amount, unit)) for amount in further]
    readings = list(dict.fromkeys(readings))
    told = _told_discount(order)
    if told is not None:
        # AmountTotal may be after the lines' own discounts; that is less likely.
        readings.sort(key=lambda reading: (told != reading.total, told != reading.total - carried))
    return readings


def _spread(order: OrderPayload, own: tuple[Decimal, ...], amount: Decimal, unit: Decimal) -> Discounts | None:
    """`own` and `amount` spread over the lines on top of it, or None if they cannot bear it."""
    nets = [item.gross - discount for item, discount in zip(order.items, own, strict=True)]
    weights = [net if net * amount > 0 else _ZERO for net in nets]
    if not any(weights):
        return None
    parts = allocate(amount, weights, unit)
    lines = tuple(discount + part for discount, part in zip(own, parts, strict=True))
    # But for the part of a unit that rounding may add.
    if any(abs(discount) >= abs(item.gross) + unit for item, discount in zip(order.items, lines, strict=True)):
        return None
    return Discounts(lines, is_spread=True)


def _told_discount(order: OrderPayload) -> Decimal | None:
    """The discounts by GrandTotal = AmountTotal - discounts + Tax, or None if one of the totals is missing."""
    if order.grand_total is None or order.amount_total is None or order.tax is None:
        return None
    return order.amount_total + order.tax - order.grand_total
