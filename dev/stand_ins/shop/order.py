"""An order of the shop: its arithmetic and its JSON form."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import cached_property

from .catalog import Product
from .generations import GENERATIONS, PAYMENT_MODE_CASH, written
from .money import ZERO, as_number, round_half_up, spread


@dataclass(frozen=True)
class Component:
    """A component that leaves the shelf with a line; ``quantity`` is for the whole line."""

    product: Product
    quantity: Decimal


@dataclass(frozen=True)
class Line:
    """A sold product, or a returned one if the quantity is negative; the discount is for the whole line."""

    product: Product
    quantity: Decimal
    discount_percent: Decimal = ZERO
    components: tuple[Component, ...] = ()

    @property
    def gross(self) -> Decimal:
        return round_half_up(self.product.price * self.quantity)

    @property
    def discount(self) -> Decimal:
        return round_half_up(self.gross * self.discount_percent / 100) if self.discount_percent else ZERO

    @property
    def net(self) -> Decimal:
        return self.gross - self.discount


@dataclass(frozen=True)
class Payment:
    """One entry of ``CheckoutDetails``; ``amount`` is the amount handed over, before change."""

    card_type: str
    payment_mode: int
    amount: Decimal
    reference: str = ""
    card_number: str = ""

    @property
    def payment_type(self) -> str:
        """``Cash`` or ``Card``, regardless of its spelling."""
        return self.card_type.capitalize() or ("Cash" if self.payment_mode == PAYMENT_MODE_CASH else "Card")

    def payload(self) -> dict:
        return {
            "AmountPaid": as_number(self.amount),
            "CardNumber": self.card_number,
            "CardType": self.card_type,
            "PaymentMode": self.payment_mode,
            "ReferenceID": self.reference,
        }


@dataclass(frozen=True)
class Order:
    """A paid order.

    - ``AmountTotal`` is the sum of price times quantity before any discount.
    - ``AmountDiscount`` (:attr:`discount`) is a discount on the whole order that the lines do *not* carry; a line's own
      discount is only in its ``DiscountAmount``. Sums are reduced by both.
    - ``Tax`` is the sum over the lines of ``round_half_up(net * TaxPercent / 100)``, where net is the line after its
      own discount and its proportional share of the order's. Odoo, which by default rounds the tax of an order once,
      may therefore differ by at most one cent a line.
    - ``GrandTotal`` = ``AmountTotal`` - all discounts + ``Tax`` + ``ServiceCharges``, which are not taxed.
    - Any amount paid above ``GrandTotal`` was given back in cash.

    :param sold_at: when the order was made, with its time zone
    :param changed_at: when it was made or last changed, with its time zone
    :param generation: the format in which it is written, one of ``GENERATIONS``; only ``first`` has a ``location``,
        only ``today`` a ``customer_ref``
    :param totals_as_text: whether ``AmountTotal`` and ``GrandTotal`` are sent as strings
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

    def __post_init__(self):
        if self.generation not in GENERATIONS:
            raise ValueError(f"generation must be one of {', '.join(GENERATIONS)}, not {self.generation!r}")

    @cached_property
    def amount_total(self) -> Decimal:
        return sum((line.gross for line in self.lines), ZERO)

    @cached_property
    def line_taxes(self) -> tuple[Decimal, ...]:
        nets = [line.net for line in self.lines]
        if self.discount:
            nets = [net - share for net, share in zip(nets, spread(self.discount, nets), strict=True)]
        return tuple(round_half_up(net * self.tax_percent / 100) for net in nets)

    @cached_property
    def tax(self) -> Decimal:
        return sum(self.line_taxes, ZERO)

    @cached_property
    def grand_total(self) -> Decimal:
        return sum((line.net for line in self.lines), ZERO) - self.discount + self.tax + self.service_charge

    @cached_property
    def amount_paid(self) -> Decimal:
        return sum((payment.amount for payment in self.payments), ZERO)

    @property
    def change(self) -> Decimal:
        return self.amount_paid - self.grand_total

    def payload(self) -> dict:
        """Return the order in the format of its generation, ready for ``json.dumps``."""
        return written(self)
