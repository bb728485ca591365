"""What Odoo's books say about the orders of `life_model`, and in what they differ from what they must say."""

from collections import defaultdict
from decimal import Decimal

from .life_parts import ZERO, Ledger


def exact(value, digits=2):
    """The decimal number that a float of Odoo stands for."""
    return Decimal(str(round(value, digits))) + ZERO


class Books:
    """The POS orders of one Point of Sale, by the OrderID that each belongs to."""

    def __init__(self, config, products, methods, taxes):
        self.config = config
        self.name_of = {product: name for name, product in products.items()}
        self.method_of = {method: name for name, method in methods.items()}
        self.rate_of = {tax: rate for rate, tax in taxes.items()}
        self.orders = config.env["pos.order"].search([("config_id", "=", config.id)], order="id")
        self.by_number = defaultdict(config.env["pos.order"].browse)
        for order in self.orders:
            self.by_number[self._number(order)] |= order

    def _number(self, order):
        """The OrderID of an order: its own, or that of the sale that it refunds."""
        while not order.external_order_number and order.refunded_order_id:
            order = order.refunded_order_id
        return order.external_order_number or ""

    def ledger(self, number):
        """Return what is booked for an OrderID."""
        books = Ledger()
        for order in self.by_number[number]:
            day = order.date_order.date()
            books.total += exact(order.amount_total)
            books.tax += exact(order.amount_tax)
            books.days[day] += exact(order.amount_total)
            for payment in order.payment_ids:
                books.paid[day, self.method_of[payment.payment_method_id]] += exact(payment.amount)
            for line in order.lines:
                amount, tax = exact(line.price_subtotal_incl), exact(line.price_subtotal_incl - line.price_subtotal)
                books.products[self.name_of.get(line.product_id, "")] += amount
                if tax:
                    books.taxes[self.rate_of.get(line.tax_ids)] += tax
            for move in order.picking_ids.move_ids.filtered(lambda move: move.state == "done"):
                sign = 1 if move.location_dest_id.usage == "customer" else -1
                books.shelf[self.name_of[move.product_id]] += sign * exact(move.quantity, 3)
            if order.account_move.state == "posted":
                books.invoiced += exact(order.account_move.amount_total_signed)
        return books

    def left(self, order):
        """Return how many pieces of each good Odoo's register would still refund of an order."""
        left = defaultdict(Decimal)
        for line in order.lines:
            if line.product_id in self.name_of and line.price_subtotal_incl:
                left[self.name_of[line.product_id]] += exact(line.qty - line.refunded_qty, 3)
        return left


def differences(right, booked, life, has_guessed_payments=False):
    """Yield a sentence for each way in which an order's books are not what they must be.

    :param right: the `Ledger` as it must be
    :param booked: the one in Odoo
    :param life: the `Life`
    :param has_guessed_payments: whether a person is told that the methods of a cancellation's payments are a guess
    """
    if booked.total != right.total:
        yield f"total {booked.total}, not {right.total}"
    if abs(booked.tax - right.tax) > right.tax_slack:
        yield f"tax {booked.tax}, not {right.tax}"
    if booked.invoiced != right.invoiced:
        yield f"invoiced {booked.invoiced}, not {right.invoiced}"
    yield from _differing("product", booked.products, right.products, right.slack)
    yield from _differing("tax at", booked.taxes, right.taxes, right.slack)
    yield from _differing("shelf:", booked.shelf, right.shelf)
    if life.is_cancelled:
        # It may have been left out as well. With payments of other methods than the sale's, several ways are right.
        if not life.has_other_methods and not has_guessed_payments:
            yield from _differing("paid by", _by_method(booked.paid), _by_method(right.paid))
    else:
        yield from _differing("day", booked.days, right.days)
        yield from _differing("paid", booked.paid, right.paid)


def _by_method(paid):
    sums = defaultdict(lambda: ZERO)
    for (_day, method), amount in paid.items():
        sums[method] += amount
    return sums


def _differing(what, booked, right, slack=ZERO):
    for key in {*booked, *right}:
        there, expected = booked.get(key, ZERO), right.get(key, ZERO)
        if abs(there - expected) > slack:
            name = "/".join(map(str, key)) if isinstance(key, tuple) else key
            yield f"{what} {name}: {there}, not {expected}"


def stock(env, products, location):
    """Return the pieces of each good on the shelf, and the lots that cannot be right."""
    quants = env["stock.quant"].search(
        [("product_id", "in", [product.id for product in products.values()]), ("location_id", "child_of", location.id)]
    )
    shelf, lots = defaultdict(Decimal), defaultdict(Decimal)
    name_of = {product: name for name, product in products.items()}
    for quant in quants:
        shelf[name_of[quant.product_id]] += exact(quant.quantity, 3)
        if quant.product_id.tracking != "none":
            lots[quant.product_id, quant.lot_id] += exact(quant.quantity, 3)
    wrong = [
        f"{product.name} {lot.name or 'without lot'}: {quantity} on the shelf"
        for (product, lot), quantity in lots.items()
        if not lot or quantity < 0 or (product.tracking == "serial" and quantity > 1)
    ]
    return shelf, wrong
