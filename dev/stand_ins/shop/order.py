"""An order of the shop: its arithmetic and its JSON form."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import cached_property

from .generations import GENERATIONS, written
from .money import ZERO, round_half_up, spread
from .parts import Charge, Customer, Line, Payment
from .refunds import Refund


@dataclass(frozen=True)
class Order:
    """A paid order.

    - ``AmountTotal`` is the sum of price times quantity before any discount.
    - ``AmountDiscount`` (`discount`) is a discount on the whole order that the lines do *not* carry; a line's own
      discount is only in its ``DiscountAmount``. Sums are reduced by both.
    - ``Tax`` is the sum over the lines of ``round_half_up(net * TaxPercent / 100)``, where net is the line after its
      own discount and its proportional share of the order's. Odoo, which by default rounds the tax of an order once,
      may therefore differ by at most one cent a line.
    - ``GrandTotal`` = ``AmountTotal`` - all discounts + ``Tax`` + charges + tip. Only the charges in ``Charges`` may be
      taxed; their tax is part of ``Tax``.
    - Any amount paid above ``GrandTotal`` was given back in cash. Only a tip that was paid by card may come on top of
      the ``GrandTotal`` that is sent (`stated_total`).

    :param sold_at: when the order was made, with its time zone
    :param changed_at: when it was made or last changed, with its time zone
    :param generation: the format in which it is written, one of ``GENERATIONS``; only ``first`` has a ``location``,
        only ``today`` a ``customer_ref``, unless it is an order of a chain
    :param totals_as_text: whether ``AmountTotal`` and ``GrandTotal`` are sent as strings
    :param location: the branch of a chain, 0 for a shop without branches
    :param voided: lines that were voided before the order was paid
    :param refunds: what came back after it was paid, the oldest first
    """

    number: int
    tax_percent: Decimal
    lines: tuple[Line, ...]
    payments: tuple[Payment, ...]
    sold_at: datetime
    changed_at: datetime
    discount: Decimal = ZERO
    totals_as_text: bool = False
    generation: str = GENERATIONS[0]
    service_charge: Decimal = ZERO
    location: int = 0
    customer_ref: str = ""
    delivery_charge: Decimal = ZERO
    tip: Decimal = ZERO
    charges: tuple[Charge, ...] = ()
    customer: Customer | None = None
    wants_invoice: bool = False
    note: str = ""
    order_type: str = ""
    taker: int = 0
    voided: tuple[Line, ...] = ()
    refunds: tuple[Refund, ...] = ()

    def __post_init__(self):
        if self.generation not in GENERATIONS:
            raise ValueError(f"generation must be one of {', '.join(GENERATIONS)}, not {self.generation!r}")

    @cached_property
    def amount_total(self) -> Decimal:
        return sum((line.gross for line in self.lines), ZERO)

    @cached_property
    def line_nets(self) -> tuple[Decimal, ...]:
        """Each line without tax, after its own discount and its share of the order's."""
        nets = tuple(line.net for line in self.lines)
        if self.discount:
            nets = tuple(net - share for net, share in zip(nets, spread(self.discount, nets), strict=True))
        return nets

    @cached_property
    def line_taxes(self) -> tuple[Decimal, ...]:
        return tuple(round_half_up(net * self.tax_percent / 100) for net in self.line_nets)

    @cached_property
    def tax(self) -> Decimal:
        return sum((*self.line_taxes, *(charge.tax for charge in self.charges)), ZERO)

    @cached_property
    def charge_total(self) -> Decimal:
        """All charges without tax and without the tip."""
        return sum((charge.amount for charge in self.charges), self.service_charge + self.delivery_charge)

    @cached_property
    def grand_total(self) -> Decimal:
        return sum((line.net for line in self.lines), ZERO) - self.discount + self.tax + self.charge_total + self.tip

    @property
    def stated_total(self) -> Decimal:
        """``GrandTotal`` as it is sent."""
        is_on_top = self.number % 2 and all(payment.payment_type == "Card" for payment in self.payments)
        return self.grand_total - self.tip if is_on_top else self.grand_total

    @cached_property
    def amount_paid(self) -> Decimal:
        return sum((payment.amount for payment in self.payments), ZERO)

    @property
    def change(self) -> Decimal:
        return self.amount_paid - self.grand_total

    def payload(self) -> dict:
        """Return the order in the format of its generation, ready for ``json.dumps``."""
        return written(self)
