"""The totals of a set of orders, which an import of them must match."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from .chain import day_of
from .money import ZERO
from .order import Order


@dataclass(frozen=True)
class Totals:
    """Sums over orders.

    :param payments: per payment type (``Cash``, ``Card``), net of change
    :param shelf: per product name, the quantity that left the shelf as a line or as a component; returns are negative
    :param charges: without tax and without tips
    :param invoiced: total of the orders that are invoiced
    :param of_customers: number of orders whose customer can be recognized
    :param pickings: number of transfers that Odoo creates: per order, one for sold and one for returned products
    """

    orders: int
    amount_total: Decimal
    discount: Decimal
    tax: Decimal
    grand_total: Decimal
    change: Decimal
    payments: dict[str, Decimal]
    shelf: dict[str, Decimal]
    pickings: int
    charges: Decimal = ZERO
    tips: Decimal = ZERO
    invoiced: Decimal = ZERO
    of_customers: int = 0

    def as_json(self) -> dict:
        """Return the figures for ``json.dumps``; money and quantities are exact strings."""
        return {
            "orders": self.orders,
            "amount_total": str(self.amount_total),
            "discount": str(self.discount),
            "tax": str(self.tax),
            "grand_total": str(self.grand_total),
            "change": str(self.change),
            "payments": {name: str(amount) for name, amount in self.payments.items()},
            "shelf": {name: str(quantity) for name, quantity in self.shelf.items()},
            "pickings": self.pickings,
            "charges": str(self.charges),
            "tips": str(self.tips),
            "invoiced": str(self.invoiced),
            "of_customers": self.of_customers,
        }


def compute_totals(orders: Iterable[Order]) -> Totals:
    """Add up orders."""
    orders = tuple(orders)
    payments: defaultdict[str, Decimal] = defaultdict(lambda: ZERO)
    shelf: defaultdict[str, Decimal] = defaultdict(Decimal)
    pickings = 0
    for order in orders:
        for payment in order.payments:
            payments[payment.payment_type] += payment.amount
        if order.change:
            payments["Cash"] -= order.change
        moved = [item for line in order.lines for item in (line, *line.components)]
        for item in moved:
            shelf[item.product.name] += item.quantity
        pickings += any(item.quantity > 0 for item in moved) + any(item.quantity < 0 for item in moved)
    return Totals(
        orders=len(orders),
        amount_total=sum((order.amount_total for order in orders), ZERO),
        discount=sum(
            (order.amount_total + order.tax + order.charge_total + order.tip - order.grand_total for order in orders),
            ZERO,
        ),
        tax=sum((order.tax for order in orders), ZERO),
        grand_total=sum((order.grand_total for order in orders), ZERO),
        change=sum((order.change for order in orders), ZERO),
        payments=dict(sorted(payments.items())),
        shelf=dict(sorted(shelf.items())),
        pickings=pickings,
        charges=sum((order.charge_total for order in orders), ZERO),
        tips=sum((order.tip for order in orders), ZERO),
        invoiced=sum((order.grand_total for order in orders if order.wants_invoice), ZERO),
        of_customers=sum(bool(order.customer and order.customer.can_be_recognized) for order in orders),
    )


def compute_totals_by_day(orders: Iterable[Order]) -> dict[tuple[date, int], Totals]:
    """Add up the orders of each business day and branch, in this order."""
    groups: defaultdict[tuple[date, int], list[Order]] = defaultdict(list)
    for order in orders:
        groups[day_of(order.sold_at), order.location].append(order)
    return {key: compute_totals(groups[key]) for key in sorted(groups)}
