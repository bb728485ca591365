"""A sale as it stands: its lines with what has come back of each so far, in goods and in money."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from decimal import Decimal

from ...lib.money import decimal, exact, round_currency

ZERO = Decimal(0)


@dataclass
class Amounts:
    """Money of a line: with tax, and the amount and base of each of its taxes, by their ids.

    Taxes of which a reverse charge takes the same off again are `reversed`: the customer does not pay them.
    """

    total: Decimal = ZERO
    taxes: dict = field(default_factory=lambda: defaultdict(Decimal))
    bases: dict = field(default_factory=lambda: defaultdict(Decimal))
    reversed: frozenset = frozenset()

    @property
    @exact
    def tax(self):
        return sum((tax for key, tax in self.taxes.items() if key not in self.reversed), ZERO)

    @property
    @exact
    def net(self):
        return self.total - self.tax

    @exact
    def add(self, other, sign=1):
        """Add ``other``, or take it off if ``sign`` is -1."""
        self.total += sign * other.total
        self.reversed |= other.reversed
        for ours, theirs in ((self.taxes, other.taxes), (self.bases, other.bases)):
            for key, amount in theirs.items():
                ours[key] += sign * amount


class SoldLine:
    """A line of a sale.

    `quantity` and `sold` (`Amounts`) are what was sold; `returned` and `refunded` what has come back of it, in goods
    and in money, with the same sign. `returns` counts the lines that brought it back. `lots` are the names of its lots
    or serial numbers that have not come back, in the order in which they left.
    """

    def __init__(self, line, sold, quantity_unit):
        self.line = line
        self.product = line.product_id
        self.quantity_unit = quantity_unit
        self.quantity = self._quantity(line)
        self.sold = sold
        self.returned = ZERO
        self.refunded = Amounts()
        self.returns = 0
        self.lots = line.pack_lot_ids.sorted("id").mapped("lot_name")
        self.components = []

    @exact
    def add_refund(self, line, amounts):
        """Record a line of a refund.

        :param Amounts amounts: of that line, below 0 for money back
        """
        if line.refunded_orderline_id:
            self.returned -= self._quantity(line)
            self._take_lots_off(line)
        self.refunded.add(amounts, -1)
        self.returns += 1

    @property
    @exact
    def left_quantity(self):
        return self.quantity - self.returned

    @property
    @exact
    def left(self):
        return self.sold.total - self.refunded.total

    @exact
    def has_exact_prices(self, unit, quantity=None):
        """Return whether neither the price, the discount nor a tax of a quantity, by default all, has to be rounded.

        :param Decimal unit: the smallest unit of the currency
        """
        quantity = self.quantity if quantity is None else quantity
        line, taxes = self.line, self.line.tax_ids_after_fiscal_position.flatten_taxes_hierarchy()
        price = decimal(line.price_unit) * quantity * (100 - decimal(line.discount)) / 100
        if price % unit or self.sold.reversed or len(taxes) != len(self.sold.taxes) or not self.quantity:
            return False
        for tax in taxes:
            base, booked = self.sold.bases[tax.id], self.sold.taxes[tax.id]
            share = booked * quantity / self.quantity
            if tax.amount_type != "percent" or share % unit or base * decimal(tax.amount) != 100 * booked:
                return False
        return True

    def _quantity(self, line):
        return round_currency(decimal(line.qty), self.quantity_unit)

    def _take_lots_off(self, line):
        if self.product.tracking != "serial":
            return  # the rest of a lot
        back, kept = Counter(line.pack_lot_ids.mapped("lot_name")), []
        for name in self.lots:
            if back[name]:
                back[name] -= 1
            else:
                kept.append(name)
        self.lots = kept


class SoldItem:
    """What was sold as one item: its line, or several lines if it came from several lots, and its components.

    Of a charge, `is_stated` says whether a refund states that it came back.
    """

    def __init__(self, line):
        self.lines = [line]
        self.is_charge = self.is_discount = self.is_stated = False

    @property
    def product(self):
        return self.lines[0].product

    @property
    def components(self):
        return self.lines[0].components

    @property
    def all_lines(self):
        return [*self.lines, *self.components]

    @property
    @exact
    def quantity(self):
        return sum((line.quantity for line in self.lines), ZERO)

    @property
    @exact
    def left_quantity(self):
        return sum((line.left_quantity for line in self.lines), ZERO)

    @property
    @exact
    def total(self):
        return sum((line.sold.total for line in self.all_lines), ZERO)

    def takes(self, line):
        """Return whether ``line``, the next one of the sale, is of the same item, from another lot."""
        return (
            line.product == self.product
            and line.product.tracking == "lot"
            and not line.components
            and bool(line.lots)
            and len(self.lines[-1].line.pack_lot_ids) == 1
            and line.line.price_unit == self.lines[-1].line.price_unit
        )


class SoldOrder:
    """A sale of the Point of Sale and all its refunds, also those that were made in the register.

    :param sale: the ``pos.order``, with access to everything
    :param Decimal quantity_unit: the smallest quantity that Odoo stores
    :param without: refunds that do not count, ``pos.order`` records
    """

    def __init__(self, sale, quantity_unit, without=()):
        self.sale = sale
        self.unit = decimal(sale.currency_id.rounding)
        self.quantity_unit = quantity_unit
        amounts = read_amounts(sale, self.unit)
        self.lines = {line: SoldLine(line, amounts[line], quantity_unit) for line in sale.lines.sorted("id")}
        for sold in self.lines.values():
            if parent := self.lines.get(sold.line.combo_parent_id):
                parent.components.append(sold)
        self.items = []
        for sold in self.lines.values():
            if sold.line.combo_parent_id in self.lines:
                continue
            if self.items and self.items[-1].takes(sold):
                self.items[-1].lines.append(sold)
            else:
                self.items.append(SoldItem(sold))
        self.paid_for_rounding = ZERO
        self._add_paid_for_rounding(sale, amounts)
        self.refunds = sale._get_all_refunds().filtered(lambda refund: refund not in without)
        for refund in self.refunds:
            self._add_refund(refund)

    @property
    @exact
    def total(self):
        """Return what was sold, with tax."""
        return sum((line.sold.total for line in self.lines.values()), ZERO)

    @property
    @exact
    def tax(self):
        """Return the tax in what was sold."""
        return sum((line.sold.tax for line in self.lines.values()), ZERO)

    @property
    @exact
    def left(self):
        """Return the money of the sale that has not been paid back, with tax."""
        return sum((line.left for line in self.lines.values()), ZERO)

    @property
    @exact
    def paid_left(self):
        """Return what was paid for the sale and has not been paid back: `left`, and what cash rounding made of it.

        Other goods in a refund that was made in the register do not count.
        """
        return self.left + self.paid_for_rounding

    @property
    @exact
    def left_tax(self):
        """Return the tax of the sale that has not been paid back."""
        return sum((line.sold.tax - line.refunded.tax for line in self.lines.values()), ZERO)

    @property
    @exact
    def is_all_back(self):
        """Return whether nothing is left to come back, neither goods nor money."""
        return not self.left and not any(line.left_quantity for line in self.lines.values())

    @property
    def most_rounding(self):
        """Return the step of the cash rounding of the Point of Sale, below which it changes a payment; 0 without it."""
        config = self.sale.config_id
        return decimal(config.rounding_method.rounding) if config.cash_rounding else ZERO

    @property
    @exact
    def most_rounding_left(self):
        """Return below which amount the cash rounding of the sale and its refunds changes what is left of payments."""
        return self.most_rounding * (len(self.refunds) + 1)

    @property
    def rounds_total(self):
        """Return whether the sale, and so its refunds, have the total of a Point of Sale that rounds all payments."""
        config = self.sale.config_id
        if not config.cash_rounding or config.only_round_cash_method:
            return False
        rounded = decimal(config.rounding_method.round(float(self.total)))
        return round_currency(decimal(self.sale.amount_total) - rounded, self.unit) == 0

    @exact
    def get_payments_left(self):
        """Return what was paid by each ``pos.payment.method`` and has not been paid back, in the order of payment.

        :rtype: dict
        """
        paid = defaultdict(Decimal)
        for order in (self.sale, *self.refunds):
            for payment in order.payment_ids.sorted("id"):
                paid[payment.payment_method_id] += round_currency(decimal(payment.amount), self.unit)
        return paid

    @exact
    def _add_paid_for_rounding(self, order, amounts):
        for payment in order.payment_ids:
            self.paid_for_rounding += round_currency(decimal(payment.amount), self.unit)
        self.paid_for_rounding -= sum((of_line.total for of_line in amounts.values()), ZERO)

    def _add_refund(self, refund):
        amounts = read_amounts(refund, self.unit)
        self._add_paid_for_rounding(refund, amounts)
        for line in refund.lines:
            sold = self.lines.get(line.refunded_orderline_id) or self.lines.get(line.external_refunded_line_id)
            if sold:
                sold.add_refund(line, amounts[line])


@exact
def read_amounts(order, unit):
    """Return the `Amounts` of each line of a ``pos.order`` as Odoo computes them; those of money back are below 0."""
    base_lines = order.lines._prepare_tax_base_line_values()
    Tax = order.env["account.tax"]
    Tax._add_tax_details_in_base_lines(base_lines, order.company_id)
    Tax._round_base_lines_tax_details(base_lines, order.company_id)
    # Odoo computes a refund with amounts above 0.
    sign = -1 if order.amount_total < 0 else 1
    amounts = {}
    for base_line in base_lines:
        details = base_line["tax_details"]
        net = details["total_excluded_currency"] + details["delta_total_excluded_currency"]
        total = round_currency(decimal(net), unit)
        of_line = Amounts()
        reverse = set()
        for data in details["taxes_data"]:
            tax = round_currency(decimal(data["tax_amount_currency"]), unit)
            total += tax
            if data["is_reverse_charge"]:
                reverse.add(data["tax"].id)
                continue
            of_line.taxes[data["tax"].id] += sign * tax
            of_line.bases[data["tax"].id] += sign * round_currency(decimal(data["base_amount_currency"]), unit)
        of_line.total = sign * total + ZERO
        of_line.reversed = frozenset(reverse)
        amounts[base_line["record"]] = of_line
    return amounts
