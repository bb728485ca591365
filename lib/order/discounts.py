"""The possible readings of an order's discounts.

A line has its own discount (`DiscountAmount`). The order's discount (`AmountDiscount` or `DiscountPercent`) may or may
not include those of the lines, and may apply before tax or, like a voucher, after it. This module lists the possible
readings; the order's totals decide between them.
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

    :param lines: the discount of each line before tax, one amount per line, in their order
    :param after_tax: the discount on the total that does not change the tax
    :param is_spread: whether a discount of the order was spread over the lines; the sender's parts may then differ from
        these by a currency unit
    """

    lines: tuple[Decimal, ...]
    after_tax: Decimal = _ZERO
    is_spread: bool = False

    @property
    @exact
    def total(self) -> Decimal:
        """Sum of all discounts."""
        return sum(self.lines, self.after_tax)


@exact
def discount_readings(order: OrderPayload, unit: Decimal) -> list[Discounts]:
    """Return the possible discounts of an order, the likeliest reading first.

    1. *own*: only the lines have discounts. AmountDiscount is then absent, 0, or repeats their sum.
    2. *added*: AmountDiscount comes on top of the lines' own discounts.
    3. *whole*: AmountDiscount is the whole discount, including those of the lines; the rest is spread.
    4. *added* and *whole* again, but after tax.

    An order with a discount in percent has the readings of `_percent_readings` instead.

    Spread discounts go to the lines in proportion to their net amounts, in multiples of the currency unit `unit`,
    except to lines in the other direction (a return within a sale). Readings that would discount a line by more than
    its amount are left out, and equal ones are listed once. The list is empty if no reading of AmountDiscount is
    possible.

    The totals may already determine the discount: GrandTotal = AmountTotal - discounts + Tax. Readings with that sum
    come first.
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
    if not stated and order.discount_percent:
        readings = _percent_readings(order, own, unit)
    readings = list(dict.fromkeys(readings))
    implied = _implied_discount(order)
    if implied is not None:
        # Less likely: AmountTotal is after the lines' own discounts.
        readings.sort(key=lambda reading: (implied != reading.total, implied != reading.total - carried))
    return readings


def _percent_readings(order: OrderPayload, own: tuple[Decimal, ...], unit: Decimal) -> list[Discounts]:
    """Return the possible discounts of an order with a DiscountPercent.

    It is a percentage of the items' amounts before, or after, their own discounts: taken off each line exactly, or
    rounded and spread, or off the total after tax. If the lines' own discounts are that percentage, they may be the
    whole discount.
    """
    share = order.discount_percent / 100
    gross = [item.gross for item in order.items]
    nets = [amount - discount for amount, discount in zip(gross, own, strict=True)]
    readings = []
    carried, whole = sum(own, _ZERO), share * sum(gross, _ZERO)
    if carried and abs(carried - whole) <= sum((unit / 2 for amount in gross if amount * share % unit), _ZERO):
        readings.append(Discounts(own))
    bases = (gross, nets)
    for amounts in bases:
        amount = round_currency(share * sum(amounts, _ZERO), unit)
        lines = tuple(discount + share * base for discount, base in zip(own, amounts, strict=True))
        if amount and (spread := _spread(order, own, amount, unit)):
            readings.append(spread)
        if all(abs(discount) <= abs(line) for line, discount in zip(gross, lines, strict=True)):
            readings.append(Discounts(lines))
    return readings + [Discounts(own, round_currency(share * sum(amounts, _ZERO), unit)) for amounts in bases]


def _spread(order: OrderPayload, own: tuple[Decimal, ...], amount: Decimal, unit: Decimal) -> Discounts | None:
    """Return `own` plus `amount` spread over the lines, or None if it exceeds their amounts."""
    nets = [item.gross - discount for item, discount in zip(order.items, own, strict=True)]
    weights = [net if net * amount > 0 else _ZERO for net in nets]
    if not any(weights):
        return None
    parts = allocate(amount, weights, unit)
    lines = tuple(discount + part for discount, part in zip(own, parts, strict=True))
    # Tolerate the fraction of a unit that rounding may add.
    if any(abs(discount) >= abs(item.gross) + unit for item, discount in zip(order.items, lines, strict=True)):
        return None
    return Discounts(lines, is_spread=True)


def _implied_discount(order: OrderPayload) -> Decimal | None:
    """Return the discounts implied by GrandTotal = AmountTotal - discounts + Tax, or None if a total is missing."""
    if order.grand_total is None or order.amount_total is None or order.tax is None:
        return None
    return order.amount_total + order.tax - order.grand_total
