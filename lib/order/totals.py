"""Checks whether the stated amounts of an order add up, and which of its fields explains a difference."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

from ..money import AmountError, exact, parse_amount, round_currency

if TYPE_CHECKING:
    from .discounts import Discounts
    from .parts import OrderPayload

_ZERO = Decimal(0)


@exact
def rounding_of(amounts: Iterable[Decimal], unit: Decimal) -> Decimal:
    """Return the largest rounding difference of `amounts`.

    It is half a currency unit for each amount that is not a whole number of units; others need no rounding.
    """
    return sum((unit / 2 for amount in amounts if amount % unit), _ZERO)


@exact
def item_nets(order: OrderPayload, discounts: Discounts) -> list[Decimal]:
    """Return the exact cost of each item after discounts before tax, then the exact amount of each charge."""
    items = [item.gross - discount for item, discount in zip(order.items, discounts.lines, strict=True)]
    return [*items, *(charge.amount for charge in order.charges)]


@exact
def adds_up(
    order: OrderPayload,
    discounts: Discounts,
    total: Decimal,
    unit: Decimal,
    *,
    prices_include_tax: bool = False,
    charge_taxes: Sequence[Decimal] = (),
) -> bool:
    """Return whether AmountTotal agrees with the order's lines and, with Tax and `discounts`, gives `total`.

    AmountTotal is the sum of the lines before or after their own discounts; it contains all charges, none, or all but
    tips. `total` is then AmountTotal - discounts + Tax + the other charges or, if prices and AmountTotal include tax,
    the same without Tax. Missing figures are not checked.

    :param total: GrandTotal or its replacement, before cash rounding
    :param charge_taxes: the exact tax of each charge; needed if charges include it, but AmountTotal does not
    """
    if order.amount_total is None:
        return True
    stated, tax = order.amount_total, order.tax
    own = [item.discount for item in order.items]
    carried = sum(own, _ZERO)
    charges = [charge.amount for charge in order.charges]
    # Compare figures as sent: those with fractions of a unit are not rounded yet.
    rounding = rounding_of((*discounts.lines, *charges, stated, tax or _ZERO, order.grand_total or _ZERO), unit)
    gross = [item.gross for item in order.items]
    net = [amount - discount for amount, discount in zip(gross, own, strict=True)]
    subtotals = _subtotals(order)
    for contained in subtotals:
        inside = [amount for amount, is_inside in zip(charges, contained, strict=True) if is_inside]
        beside = sum(charges, _ZERO) - sum(inside, _ZERO)
        for lines, further in ((gross, discounts.total), (net, discounts.total - carried)):
            amounts = [*lines, *inside]
            if abs(stated - sum(amounts, _ZERO)) > rounding_of((*amounts, stated), unit):
                continue
            if not prices_include_tax and tax is None:
                return True
            if abs(stated - further + beside + (_ZERO if prices_include_tax else tax) - total) <= rounding:
                return True
    if prices_include_tax and tax is not None:
        # A sender whose prices include tax may still state AmountTotal without it.
        taxes = charge_taxes or [_ZERO] * len(charges)
        for contained in subtotals:
            beside = [
                (amount, tax_of_it)
                for amount, tax_of_it, is_inside in zip(charges, taxes, contained, strict=True)
                if not is_inside
            ]
            rest = stated + tax + sum((amount - tax_of_it for amount, tax_of_it in beside), _ZERO)
            allowed = rounding + rounding_of((tax_of_it for _amount, tax_of_it in beside), unit)
            if any(
                abs(rest - further - total) <= allowed
                for further in (_ZERO, discounts.total, discounts.total - carried)
            ):
                return True
    return False


def _subtotals(order: OrderPayload) -> list[tuple[bool, ...]]:
    """Return what AmountTotal may contain of the charges: for each possibility, whether it contains each charge."""
    charges = order.charges
    return list(
        dict.fromkeys(
            (
                tuple(False for _charge in charges),
                tuple(True for _charge in charges),
                tuple(charge.type != "tip" for charge in charges),
            )
        )
    )


@exact
def keeps_prices(
    order: OrderPayload, discounts: Discounts, total: Decimal, unit: Decimal, *, prices_include_tax: bool = False
) -> bool:
    """Return whether `total` agrees with the prices of the lines and the charges, except for rounding.

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
    """Return the name of a field whose amount is `amount`, or None: a charge, AmountDiscount, Tax, or a field that the
    totals do not use.

    Percentages and BalanceAmount, which is about payments, cannot be part of a total.
    """
    if not amount:
        return None
    known = [
        *((charge.field, charge.amount) for charge in order.charges),
        ("AmountDiscount", order.discount),
        ("Tax", order.tax),
    ]
    for name, value in [*known, *order.further]:
        try:
            if value is not None and abs(round_currency(parse_amount(value), unit)) == abs(amount):
                return name
        except AmountError:
            continue
    return None
