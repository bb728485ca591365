"""What an order says of its own amounts, whether it adds up, and which of its fields explains a difference."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import TYPE_CHECKING

from ..money import AmountError, exact, parse_amount, round_currency

if TYPE_CHECKING:
    from .discounts import Discounts
    from .parts import OrderPayload

_ZERO = Decimal(0)


@exact
def rounding_of(amounts: Iterable[Decimal], unit: Decimal) -> Decimal:
    """How much rounding may make of `amounts`: half a currency unit for each one that has parts of a unit.

    What is a whole number of units has nothing to be rounded.
    """
    return sum((unit / 2 for amount in amounts if amount % unit), _ZERO)


@exact
def item_nets(order: OrderPayload, discounts: Discounts) -> list[Decimal]:
    """What each item costs after what is taken off before tax, exact, not rounded."""
    return [item.gross - discount for item, discount in zip(order.items, discounts.lines, strict=True)]


@exact
def adds_up(
    order: OrderPayload, discounts: Discounts, total: Decimal, unit: Decimal, *, prices_include_tax: bool = False
) -> bool:
    """Whether the order's AmountTotal agrees with its lines, and with its Tax gives `total` under `discounts`.

    AmountTotal is the sum of the lines before or after their own discounts. AmountTotal - discounts + Tax is then
    `total`, or, where prices include tax and AmountTotal adds them up, AmountTotal - discounts is. What the order
    does not say is not checked.

    :param total: GrandTotal, or what stands for it, before the rounding of a cash payment
    """
    if order.amount_total is None:
        return True
    stated, tax = order.amount_total, order.tax
    own = [item.discount for item in order.items]
    carried = sum(own, _ZERO)
    # Figures are compared as they were sent: those with parts of a unit were not rounded yet.
    rounding = rounding_of((*discounts.lines, stated, tax or _ZERO, order.grand_total or _ZERO), unit)
    gross = [item.gross for item in order.items]
    net = [amount - discount for amount, discount in zip(gross, own, strict=True)]
    for amounts, further in ((gross, discounts.total), (net, discounts.total - carried)):
        if abs(stated - sum(amounts, _ZERO)) > rounding_of((*amounts, stated), unit):
            continue
        if not prices_include_tax and tax is None:
            return True
        if abs(stated - further + (_ZERO if prices_include_tax else tax) - total) <= rounding:
            return True
    if prices_include_tax and tax is not None:
        # A sender whose prices include tax may still state AmountTotal without it.
        return any(
            abs(stated - further + tax - total) <= rounding
            for further in (_ZERO, discounts.total, discounts.total - carried)
        )
    return False


@exact
def keeps_prices(
    order: OrderPayload, discounts: Discounts, total: Decimal, unit: Decimal, *, prices_include_tax: bool = False
) -> bool:
    """Whether `total` leaves the prices of the lines as they are, but for the rounding of parts of a unit.

    Where prices include tax, they add up to `total`; otherwise to `total` less the stated Tax.
    """
    nets = item_nets(order, discounts)
    rounding = rounding_of(nets, unit)
    amount = sum(nets, -discounts.after_tax)
    if prices_include_tax:
        return abs(total - amount) <= rounding
    return order.tax is None or bool(rounding) or total - round_currency(order.tax, unit) == amount


@exact
def field_of(order: OrderPayload, amount: Decimal, unit: Decimal) -> str | None:
    """The name of the field, any number of the order that its totals leave out, whose amount is `amount`; or None."""
    if not amount:
        return None
    known = [*order.charges, ("AmountDiscount", order.discount), ("BalanceAmount", order.balance), ("Tax", order.tax)]
    for name, value in [*known, *order.further]:
        try:
            if value is not None and abs(round_currency(parse_amount(value), unit)) == abs(amount):
                return name
        except AmountError:
            continue
    return None
