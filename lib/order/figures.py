"""The figures of a business day, and the differences between those of the shop and those of the books."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from ..money import exact

ZERO = Decimal(0)
# Of a payment: the id of a payment method, or the name of a payment that no method stands for.
PaymentKey = int | str


@dataclass(frozen=True)
class Figures:
    """What was sold on a day in a place, less what came back on it.

    :param orders: number of sales
    :param refunds: number of refunds and cancellations
    :param gross: with tax
    :param payments: net of change; none of them is 0
    """

    orders: int = 0
    refunds: int = 0
    gross: Decimal = ZERO
    tax: Decimal = ZERO
    payments: Mapping[PaymentKey, Decimal] = field(default_factory=dict)

    @exact
    def __add__(self, other: "Figures") -> "Figures":
        payments = dict(self.payments)
        for key, amount in other.payments.items():
            payments[key] = payments.get(key, ZERO) + amount
        return Figures(
            self.orders + other.orders,
            self.refunds + other.refunds,
            self.gross + other.gross,
            self.tax + other.tax,
            {key: amount for key, amount in payments.items() if amount},
        )

    def __neg__(self) -> "Figures":
        return Figures(
            -self.orders,
            -self.refunds,
            -self.gross + ZERO,
            -self.tax + ZERO,
            {key: -amount for key, amount in self.payments.items()},
        )

    def __sub__(self, other: "Figures") -> "Figures":
        return self + -other

    def __bool__(self) -> bool:
        """Whether any figure is not 0."""
        return bool(self.orders or self.refunds or self.gross or self.tax or self.payments)


def total_of(figures: Iterable[Figures]) -> Figures:
    """Return the sum of figures."""
    total = Figures()
    for part in figures:
        total += part
    return total
