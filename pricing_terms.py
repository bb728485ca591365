"""What the pricing of many orders has in common, so that it is read from the database once."""

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any


@dataclass
class TaxChoice:
    """The taxes of a line: before the fiscal position, as `pos.order.line` stores them, and `applied`, after it."""

    taxes: Any
    applied: Any
    is_included: bool = field(init=False)
    is_proportional: bool = field(init=False)

    def __post_init__(self):
        flat = self.applied.flatten_taxes_hierarchy()
        self.is_included = any(flat.mapped("price_include"))
        self.is_proportional = all(tax.amount_type in ("percent", "division") for tax in flat)


class TaxReading:
    """One way to tax an order: which taxes a product has, and the order's fiscal position. It remembers its answers."""

    def __init__(self, taxes_of, fiscal_position):
        self.fiscal_position = fiscal_position
        self._taxes_of = taxes_of
        self._choices = {}

    def choose(self, line):
        product = line.product.browse() if line.is_free else line.product
        if product.id not in self._choices:
            taxes = self._taxes_of(product)
            self._choices[product.id] = TaxChoice(taxes, self.fiscal_position.map_tax(taxes))
        return self._choices[product.id]


@dataclass
class PricingTerms:
    """What pricing has to know of a Point of Sale, read once for many orders of one synchronization.

    :param unit: the smallest unit of the currency
    :param quantity_unit: the smallest part of a quantity that Odoo keeps (Decimal Accuracy *Product Unit*)
    :param rate: units of the Point of Sale's currency for one of the company's
    :param cash_rounding: the ``account.cash.rounding`` of all payment methods, or none
    """

    company: Any
    currency: Any
    unit: Decimal
    quantity_unit: Decimal
    rate: float
    cash_rounding: Any
    own_taxes: TaxReading
    taxes_of_percent: dict = field(default_factory=dict)

    def tolerance(self, lines):
        """Return how much tax rounding may make of ``lines``: one unit each."""
        return self.unit * len(lines)
