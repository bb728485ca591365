"""The parts of an order: lines, charges, payments, and the customer."""

from dataclasses import dataclass
from decimal import Decimal

from .catalog import Product
from .money import ZERO, as_number, round_half_up

PAYMENT_MODE_CASH = 1


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
    def net(self) -> Decimal:
        return round_half_up(self.gross * (100 - self.discount_percent) / 100)

    @property
    def discount(self) -> Decimal:
        return self.gross - self.net


@dataclass(frozen=True)
class Charge:
    """An entry of ``Charges``, such as a fee or, below 0, money off; ``amount`` excludes tax."""

    type: str
    amount: Decimal
    name: str = ""
    tax_percent: Decimal = ZERO

    @property
    def tax(self) -> Decimal:
        return round_half_up(self.amount * self.tax_percent / 100)


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
class Customer:
    """What the shop knows about a customer.

    :param number: the shop's number of the customer
    :param ref: the reference of the contact in Odoo
    """

    name: str
    number: str = ""
    ref: str = ""
    email: str = ""
    phone: str = ""
    vat: str = ""

    @property
    def can_be_recognized(self) -> bool:
        """Whether there is more than a name and a phone number."""
        return bool(self.number or self.ref or self.email or self.vat)
