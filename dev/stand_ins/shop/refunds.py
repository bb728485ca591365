"""What comes back to the shop: pieces, money, or all that is left of an order."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from random import Random
from typing import TYPE_CHECKING

from .money import ZERO, round_half_up
from .parts import PAYMENT_MODE_CASH, Payment

if TYPE_CHECKING:
    from .order import Order

# How a refund is written: as an entry of ``Refunds``, as the order with a refund status, or as a cancelled order.
FORMS = LISTED, BY_STATUS, CANCELLED = ("list", "status", "cancelled")
# What comes back: some pieces, money for a line without its goods, or everything that is left.
PARTS = PIECES, MONEY, REST = ("pieces", "money", "rest")
# How it is paid back: as it was paid, or by one payment of this type whatever the sale's.
METHODS = SAME, CASH, CARD = ("same", "Cash", "Card")


class CannotRefund(ValueError):
    """The order has nothing left to refund in this way."""


@dataclass(frozen=True)
class RefundedLine:
    """What comes back of a line of an order.

    :param place: the line's place in the order, from 0
    :param quantity: number of pieces, 0 if only money comes back
    :param amount: the money for it, with tax
    :param tax: the tax in ``amount``
    :param restock: whether the goods go back on the shelf; ``None``: not said, so they do
    """

    place: int
    quantity: Decimal
    amount: Decimal
    tax: Decimal
    restock: bool | None = None

    @property
    def goes_back(self) -> bool:
        return bool(self.quantity) and self.restock is not False


@dataclass(frozen=True)
class Refund:
    """A refund of an order.

    :param number: its RefundID; none unless it is listed
    :param charges, charge_tax, tip: charges of the order that come back too, above 0 if they were fees
    :param payments: what was paid back, above 0
    :param states_payments: whether the feed says how it was paid back
    """

    number: str
    refunded_at: datetime
    lines: tuple[RefundedLine, ...]
    payments: tuple[Payment, ...]
    charges: Decimal = ZERO
    charge_tax: Decimal = ZERO
    tip: Decimal = ZERO
    form: str = LISTED
    states_payments: bool = True

    @property
    def tax(self) -> Decimal:
        return sum((line.tax for line in self.lines), self.charge_tax)

    @property
    def total(self) -> Decimal:
        return sum((line.amount for line in self.lines), self.charges + self.charge_tax + self.tip)


def refunded(
    order: Order,
    at: datetime,
    *,
    part: str = PIECES,
    form: str = LISTED,
    method: str = SAME,
    restock: bool | None = None,
    seed: int = 1,
) -> Order:
    """Return an order after one more refund, changed now.

    :param part: one of ``PARTS``; other forms than a listed one always bring back all that is left
    :param method: one of ``METHODS``; a cancelled order is always paid back as it was paid
    :param restock: what the refund says about its goods
    :param seed: decides which pieces or which money
    :raise CannotRefund: (a ``ValueError``) if this is not possible
    """
    for value, choices in ((part, PARTS), (form, FORMS), (method, METHODS)):
        if value not in choices:
            raise ValueError(f"{value!r} is not one of {', '.join(choices)}")
    _check(order, part, form)
    random = Random(f"{seed}/{order.number}/refund {len(order.refunds)}")
    lines = {PIECES: _pieces, MONEY: _money, REST: _rest}[part if form == LISTED else REST](order, random)
    lines = tuple(dataclasses.replace(line, restock=restock if line.quantity else None) for line in lines)
    number = f"R{order.number}-{len(order.refunds) + 1}" if form == LISTED else ""
    refund = Refund(number, at, lines, (), form=form)
    if part == REST or form != LISTED:
        charge_tax = sum((charge.tax for charge in order.charges), ZERO)
        refund = dataclasses.replace(refund, charges=order.charge_total, charge_tax=charge_tax, tip=order.tip)
    left = money_left(order)
    if refund.total <= 0 or refund.total > left:  # more than is left, if money was off the order as a whole
        raise CannotRefund(f"{left} is left to refund of order {order.number}, not {refund.total}")
    payments = _payments(order, refund, method if form != CANCELLED else SAME)
    # A refund without payments is only sent where the payment method is clear.
    is_plain = method == SAME and (len(order.payments) == 1 or refund.total == order.grand_total)
    states_payments = not is_plain or (part == REST and restock is not None) or random.random() < 0.7
    refund = dataclasses.replace(refund, payments=payments, states_payments=states_payments)
    return dataclasses.replace(order, refunds=(*order.refunds, refund), changed_at=at)


def can_be_refunded(order: Order) -> bool:
    """Return whether an order is a plain sale, of which nothing came back yet."""
    return order.grand_total > 0 and not order.refunds and all(line.quantity > 0 for line in order.lines)


def _check(order: Order, part: str, form: str) -> None:
    if order.grand_total <= 0 or any(line.quantity <= 0 for line in order.lines):
        raise CannotRefund(f"order {order.number} is not a sale")
    if any(refund.form != LISTED for refund in order.refunds) or money_left(order) <= 0:
        raise CannotRefund(f"order {order.number} has come back as a whole")
    if form != LISTED and order.refunds:
        raise CannotRefund(f"a part of order {order.number} has come back: list the rest")
    if part == PIECES and order.discount:
        # Its share of the order's discount may be rounded otherwise in Odoo, which no payment could prove.
        raise CannotRefund(f"order {order.number} has a discount on the whole: refund the rest, or money")


def money_left(order: Order) -> Decimal:
    """Return the part of an order's total that has not come back."""
    return order.grand_total - sum((refund.total for refund in order.refunds), ZERO)


# ---- what comes back -------------------------------------------------------------------------------------------------


def _lines_back(order: Order, place: int) -> Iterable[RefundedLine]:
    return (line for refund in order.refunds for line in refund.lines if line.place == place)


def _left(order: Order, place: int) -> tuple[Decimal, Decimal, Decimal]:
    """Return the pieces, the amount with tax and the tax that have not come back of a line."""
    net, tax = order.line_nets[place], order.line_taxes[place]
    back = tuple(_lines_back(order, place))
    return (
        order.lines[place].quantity - sum((line.quantity for line in back), Decimal(0)),
        net + tax - sum((line.amount for line in back), ZERO),
        tax - sum((line.tax for line in back), ZERO),
    )


def _pieces(order: Order, random: Random) -> tuple[RefundedLine, ...]:
    """Return some pieces of some lines; the parts of a line add up to it to the cent."""
    places = [place for place, line in enumerate(order.lines) if _is_counted(order, place) and line.quantity]
    if not places:
        raise CannotRefund(f"no pieces of order {order.number} are left")
    chosen = sorted(random.sample(places, random.randint(1, min(2, len(places)))))
    return tuple(_some_of(order, place, random) for place in chosen)


def _is_counted(order: Order, place: int) -> bool:
    """Return whether pieces of a line are left, and no money came back without goods."""
    return _left(order, place)[0] > 0 and all(line.quantity for line in _lines_back(order, place))


def _some_of(order: Order, place: int, random: Random) -> RefundedLine:
    sold = order.lines[place].quantity
    pieces_left, amount_left, tax_left = _left(order, place)
    whole = int(pieces_left) == pieces_left and pieces_left > 1
    pieces = Decimal(random.randint(1, int(pieces_left))) if whole else pieces_left
    before = sold - pieces_left
    if before + pieces == sold:
        return RefundedLine(place, pieces, amount_left, tax_left)
    net, tax = order.line_nets[place], order.line_taxes[place]
    amount = round_half_up((net + tax) * (before + pieces) / sold) - round_half_up((net + tax) * before / sold)
    return RefundedLine(
        place, pieces, amount, round_half_up(tax * (before + pieces) / sold) - round_half_up(tax * before / sold)
    )


def _money(order: Order, random: Random) -> tuple[RefundedLine, ...]:
    """Return money for a line that stays with its customer: a tenth to a half of what is left of it."""
    places = [place for place in range(len(order.lines)) if _left(order, place)[1] >= 1]
    if not places:
        raise CannotRefund(f"no line of order {order.number} costs enough")
    place = random.choice(places)
    amount = round_half_up(_left(order, place)[1] * random.randint(10, 50) / 100)
    return (RefundedLine(place, Decimal(0), amount, amount - round_half_up(amount / (1 + order.tax_percent / 100))),)


def _rest(order: Order, random: Random) -> tuple[RefundedLine, ...]:
    left = ((place, *_left(order, place)) for place in range(len(order.lines)))
    return tuple(RefundedLine(*values) for values in left if any(values[1:]))


# ---- how it is paid back ---------------------------------------------------------------------------------------------


def _payments(order: Order, refund: Refund, method: str) -> tuple[Payment, ...]:
    if method == SAME:
        kept = _kept(order)
        if refund.total == order.grand_total:
            return kept
        # Of several payments, the largest one is reversed.
        largest = max(kept, key=lambda payment: payment.amount)
        method = largest.payment_type
    if method == CASH:
        return (Payment("Cash", PAYMENT_MODE_CASH, refund.total),)
    return (Payment("Card", 2, refund.total, f"RF-{order.number}-{len(order.refunds) + 1}"),)


def _kept(order: Order) -> tuple[Payment, ...]:
    """Return what the shop kept of each payment of a sale: the change was given on the last one."""
    *others, last = order.payments
    return (*others, dataclasses.replace(last, amount=last.amount - order.change))
