"""What the model of a shop (see `life_model`) consists of: goods, sales, refunds, and what the books must say."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

CENT = Decimal("0.01")
ZERO = Decimal("0.00")
CASH, CARD, VOUCHER = METHODS = ("Cash", "Card", "Voucher")


def cents(amount):
    """``amount`` at the nearest cent, halves away from zero."""
    return amount.quantize(CENT, ROUND_HALF_UP)


@dataclass(frozen=True)
class Good:
    """What the shop sells.

    :param rate: its tax in per cent, on top of the price
    :param tracking: ``lot`` or ``serial``, if it is tracked
    :param is_stored: whether it leaves a shelf; services do not
    :param contains: what leaves the shelf with one piece, by name
    """

    name: str
    rate: int
    tracking: str = "none"
    is_stored: bool = True
    contains: tuple[tuple[str, int], ...] = ()


GOODS = {
    good.name: good
    for good in (
        Good("Tea", 15),
        Good("Scarf", 5),
        Good("Book", 0),
        Good("Lamp", 15),
        Good("Phone", 15, tracking="serial"),
        Good("Vitamins", 0, tracking="lot"),
        Good("Advice", 15, is_stored=False),
        Good("Basket", 5, contains=(("Biscuits", 2), ("Honey", 1))),
        Good("Biscuits", 5),
        Good("Honey", 0),
    )
}
SOLD = [name for name in GOODS if name not in ("Biscuits", "Honey")]


@dataclass(frozen=True)
class Line:
    """A line; ``key`` stays the same when the order is changed."""

    key: int
    good: Good
    price: Decimal
    quantity: Decimal
    discount: Decimal = ZERO

    @property
    def net(self):
        return cents(self.price * self.quantity) - self.discount

    @property
    def tax(self):
        return cents(self.net * self.good.rate / 100)

    @property
    def total(self):
        return self.net + self.tax

    @property
    def is_even(self):
        """Whether each piece costs whole cents, with and without tax, so that no part of the line is rounded."""
        per_piece = self.net / self.quantity
        return all(amount == round(amount, 2) for amount in (per_piece, per_piece * self.good.rate / 100))


@dataclass(frozen=True)
class Sale:
    """What was sold, and how it was paid: ``paid`` is what the shop kept, by method."""

    lines: tuple[Line, ...]
    charges: tuple[tuple[str, Decimal], ...]
    paid: tuple[tuple[str, Decimal], ...]
    change: Decimal = ZERO
    wants_invoice: bool = False

    @property
    def charged(self):
        return sum((amount for _name, amount in self.charges), ZERO)

    @property
    def total(self):
        return sum((line.total for line in self.lines), self.charged)

    def line(self, key):
        return next(line for line in self.lines if line.key == key)


@dataclass(frozen=True)
class Part:
    """What came back of a line: pieces, or with a ``quantity`` of 0 only money.

    :param has_fee: whether less came back than the pieces cost
    :param is_exact: whether ``tax`` is what any shop would have said, so that Odoo must say it too
    """

    key: int
    quantity: Decimal
    amount: Decimal
    tax: Decimal
    restock: bool | None = None
    states_amount: bool = False
    is_exact: bool = True
    has_fee: bool = False


@dataclass(frozen=True)
class Refund:
    """What came back at once.

    :param form: ``list``, ``status`` (the order with a refund status) or ``cancelled``
    :param is_rest: whether it is written without items: all that is left
    """

    number: str
    day: date
    parts: tuple[Part, ...]
    paid: tuple[tuple[str, Decimal], ...]
    charges: Decimal = ZERO
    form: str = "list"
    is_rest: bool = False
    states_payments: bool = True

    @property
    def tax(self):
        return sum((part.tax for part in self.parts), ZERO)

    @property
    def total(self):
        return sum((part.amount for part in self.parts), self.charges)


@dataclass
class Ledger:
    """What the books of an order must say in the end.

    :param slack: how far sums by product and by tax may be off, because their parts were rounded
    :param tax_slack: how far the tax in all may be off
    """

    total: Decimal = ZERO
    tax: Decimal = ZERO
    days: dict = field(default_factory=lambda: defaultdict(lambda: ZERO))
    paid: dict = field(default_factory=lambda: defaultdict(lambda: ZERO))
    products: dict = field(default_factory=lambda: defaultdict(lambda: ZERO))
    taxes: dict = field(default_factory=lambda: defaultdict(lambda: ZERO))
    shelf: dict = field(default_factory=lambda: defaultdict(Decimal))
    invoiced: Decimal = ZERO
    slack: Decimal = ZERO
    tax_slack: Decimal = ZERO
