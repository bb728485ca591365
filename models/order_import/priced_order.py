"""A priced order and its lines, and the data that pricing reads once per batch: terms, taxes."""

from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from ...lib.money import exact
from ...lib.order.discounts import Discounts
from ...lib.order.parts import Charge, Item


@dataclass
class TaxChoice:
    """The taxes of a line: before the fiscal position, as `pos.order.line` stores them, and `applied`, after it."""

    taxes: Any
    applied: Any
    is_included: bool = field(init=False)
    is_all_included: bool = field(init=False)
    is_proportional: bool = field(init=False)

    def __post_init__(self):
        flat = self.applied.flatten_taxes_hierarchy()
        self.is_included = any(flat.mapped("price_include"))
        self.is_all_included = all(flat.mapped("price_include"))
        self.is_proportional = all(tax.amount_type in ("percent", "division") for tax in flat)


class TaxReading:
    """One way to tax an order: the taxes of each product under a fiscal position, cached."""

    def __init__(self, taxes_of, fiscal_position):
        self.fiscal_position = fiscal_position
        self._taxes_of = taxes_of
        self._choices = {}

    def under(self, fiscal_position):
        """Return the reading of the same taxes under another fiscal position."""
        return TaxReading(self._taxes_of, fiscal_position)

    def choose(self, line):
        product = line.product.browse() if line.is_untaxed else line.product
        if product.id not in self._choices:
            taxes = self._taxes_of(product)
            self._choices[product.id] = TaxChoice(taxes, self.fiscal_position.map_tax(taxes))
        return self._choices[product.id]


@dataclass(frozen=True)
class ChargeProduct:
    """The product of a type of charge, and whether a user chose it for the synchronization."""

    product: Any
    is_chosen: bool = False


@dataclass
class PricingTerms:
    """The pricing data of a Point of Sale, read once for many orders of one synchronization.

    :param unit: the smallest unit of the currency
    :param quantity_unit: the smallest quantity that Odoo stores (Decimal Accuracy *Product Unit*)
    :param rate: units of the Point of Sale's currency per unit of the company's, of today unless made by `on`
    :param cash_rounding: the ``account.cash.rounding`` of all payment methods, or none
    :param cash_only_rounding: the ``account.cash.rounding`` of cash only, or none
    :param prices_include_tax: whether the prices of the external system include tax
    :param get_customer_position: for an order with a customer: a function without arguments that returns the customer's
        ``account.fiscal.position``
    :param is_invoiced: for an order: whether it gets an invoice
    :param paid_otherwise: if only cash is rounded, for an order with a payment in cash: what was not paid in cash;
        otherwise None
    :param tax_of_percent: the company's sale taxes by rate, ``taxes_of_percent`` the `TaxReading`; both are filled
        when needed, like ``charge_products`` (`ChargeProduct` by type), ``charge_choices`` (the `TaxChoice` list of a
        charge) and ``base_lines`` (Odoo's tax computation of a line)
    """

    config: Any
    company: Any
    currency: Any
    unit: Decimal
    quantity_unit: Decimal
    rate: float
    cash_rounding: Any
    cash_only_rounding: Any
    prices_include_tax: bool
    own_taxes: TaxReading
    tax_of_percent: dict = field(default_factory=dict)
    taxes_of_percent: dict = field(default_factory=dict)
    rates: dict = field(default_factory=dict)
    taxes_of_position: dict = field(default_factory=dict)
    customer_positions: dict = field(default_factory=dict)
    get_customer_position: Any = None
    is_invoiced: bool = False
    paid_otherwise: Decimal | None = None
    charge_products: dict = field(default_factory=dict)
    charge_choices: dict = field(default_factory=dict)
    base_lines: dict = field(default_factory=dict)

    def on(self, moment):
        """Return the terms with the rate of the day of a sale.

        :param moment: in UTC; `pos.order` takes the rate of its date in UTC, too
        """
        ours = self.company.currency_id
        if self.currency == ours:
            return self
        day = moment.date()
        if day not in self.rates:
            self.rates[day] = self.currency._get_conversion_rate(ours, self.currency, self.company, day)
        return replace(self, rate=self.rates[day])


@dataclass
class Line:
    """A line of the future POS order. `price` is per unit, exact, with or without tax like the feed's prices.

    `parent` is the index of the line that this one is a component of, `combo_item` the chosen item of the Odoo combo;
    `lots` are names of lots or serial numbers; with `has_known_lots`, none are chosen in addition. `item` is the feed's
    item, None for a charge, for a discount after tax and in a refund. `charge` is the feed's charge, `choice` one of
    its possible taxes. `further_values` are those of the ``pos.order.line`` that only this kind of line has.
    """

    product: Any
    name: str
    quantity: Decimal
    price: Decimal
    item: Item | None
    item_index: int | None
    parent: int | None = None
    combo_item: Any = None
    is_free: bool = False
    charge: Charge | None = None
    choice: TaxChoice | None = None
    lots: list = field(default_factory=list)
    has_known_lots: bool = False
    further_values: dict = field(default_factory=dict)
    base_line: dict | None = None
    taxes: Any = None

    @property
    @exact
    def gross(self):
        return self.price * self.quantity

    @property
    def is_untaxed(self):
        """Whether the line has no tax, regardless of its product. Not for charges, which have a `choice`."""
        return self.is_free or self.item is None


@dataclass
class PricedOrder:
    """Lines with their taxes computed by Odoo's engine. `total` and `tax` in the currency of the Point of Sale.

    `discounts` is the reading of the discounts that the lines were priced under. In a return the lines are computed
    with amounts above 0, as `pos.order` does: then `sign` is -1. `is_far`: its total is so far from the stated one that
    nothing was rounded.
    """

    lines: list
    fiscal_position: Any
    total: Decimal
    tax: Decimal
    discounts: Discounts
    sign: int = 1
    warnings: list = field(default_factory=list)
    is_far: bool = False
