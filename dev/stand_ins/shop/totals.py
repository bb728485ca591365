"""The totals of a set of orders and of what came back of them, which an import must match."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from .chain import day_of
from .money import ZERO
from .order import Order
from .refunds import Refund, RefundedLine


@dataclass(frozen=True)
class Totals:
    """Sums over orders, less what came back of them.

    :param orders: number of sales, also of those that came back
    :param amount_total, discount, change: of the sales alone
    :param payments: per payment type (``Cash``, ``Card``), net of change
    :param shelf: per product name, the quantity that left the shelf as a line or as a component; returns are negative
    :param products: per product name, what was paid for it, with tax
    :param pickings: number of transfers that Odoo creates: per order, one for sold and one for returned products, and
        one for each refund with goods that go back on the shelf
    :param charges: without tax and without tips
    :param invoiced: total of the orders that are invoiced
    :param of_customers: number of orders whose customer can be recognized
    :param refunds: number of refunds and cancellations
    :param refunded: their total
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
    products: dict[str, Decimal] = field(default_factory=dict)
    refunds: int = 0
    refunded: Decimal = ZERO

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
            "products": {name: str(amount) for name, amount in self.products.items()},
            "refunds": self.refunds,
            "refunded": str(self.refunded),
        }


def compute_totals(orders: Iterable[Order]) -> Totals:
    """Add up orders with what came back of them, whenever that was."""
    orders = tuple(orders)
    return _compute(orders, [(order, refund) for order in orders for refund in order.refunds])


def compute_totals_by_day(orders: Iterable[Order]) -> dict[tuple[date, int], Totals]:
    """Add up the orders, and the refunds, of each day of business and branch, in this order."""
    sold: defaultdict[tuple[date, int], list[Order]] = defaultdict(list)
    back: defaultdict[tuple[date, int], list[tuple[Order, Refund]]] = defaultdict(list)
    for order in orders:
        sold[day_of(order.sold_at), order.location].append(order)
        for refund in order.refunds:
            back[day_of(refund.refunded_at), order.location].append((order, refund))
    return {key: _compute(sold[key], back[key]) for key in sorted({*sold, *back})}


def _compute(orders: Sequence[Order], refunds: Sequence[tuple[Order, Refund]]) -> Totals:
    """Add up sales, and refunds of these or other sales."""
    payments: defaultdict[str, Decimal] = defaultdict(lambda: ZERO)
    shelf: defaultdict[str, Decimal] = defaultdict(Decimal)
    products: defaultdict[str, Decimal] = defaultdict(lambda: ZERO)
    pickings = 0
    for order in orders:
        for payment in order.payments:
            payments[payment.payment_type] += payment.amount
        if order.change:
            payments["Cash"] -= order.change
        moved = [item for line in order.lines for item in (line, *line.components)]
        for item in moved:
            shelf[item.product.name] += item.quantity
        for line, net, tax in zip(order.lines, order.line_nets, order.line_taxes, strict=True):
            products[line.product.name] += net + tax
        pickings += any(item.quantity > 0 for item in moved) + any(item.quantity < 0 for item in moved)
    for order, refund in refunds:
        for payment in refund.payments:
            payments[payment.payment_type] -= payment.amount
        for line in refund.lines:
            products[order.lines[line.place].product.name] -= line.amount
            for name, quantity in _put_back(order, line):
                shelf[name] -= quantity
        pickings += any(line.goes_back for line in refund.lines)
    back = [refund for _order, refund in refunds]
    return Totals(
        orders=len(orders),
        amount_total=sum((order.amount_total for order in orders), ZERO),
        discount=sum(
            (order.amount_total + order.tax + order.charge_total + order.tip - order.grand_total for order in orders),
            ZERO,
        ),
        tax=sum((order.tax for order in orders), ZERO) - sum((refund.tax for refund in back), ZERO),
        grand_total=sum((order.grand_total for order in orders), ZERO) - sum((refund.total for refund in back), ZERO),
        change=sum((order.change for order in orders), ZERO),
        payments=dict(sorted(payments.items())),
        shelf=dict(sorted(shelf.items())),
        pickings=pickings,
        charges=sum((order.charge_total for order in orders), ZERO) - sum((refund.charges for refund in back), ZERO),
        tips=sum((order.tip for order in orders), ZERO) - sum((refund.tip for refund in back), ZERO),
        invoiced=sum((order.grand_total for order in orders if order.wants_invoice), ZERO)
        - sum((refund.total for order, refund in refunds if order.wants_invoice), ZERO),
        of_customers=sum(bool(order.customer and order.customer.can_be_recognized) for order in orders),
        products=dict(sorted(products.items())),
        refunds=len(back),
        refunded=sum((refund.total for refund in back), ZERO),
    )


def _put_back(order: Order, line: RefundedLine) -> Iterator[tuple[str, Decimal]]:
    """Yield the products that go back on the shelf, with their quantities: of a line with its components."""
    if line.goes_back:
        sold = order.lines[line.place]
        yield sold.product.name, line.quantity
        for part in sold.components:
            yield part.product.name, part.quantity * line.quantity / sold.quantity
