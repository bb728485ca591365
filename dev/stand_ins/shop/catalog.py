"""The shop's products: products of Odoo's Point of Sale demo data, matched by their names.

They are products that an order can name unambiguously: sellable goods, available in the Point of Sale, neither combos
nor tracked by lot, and with only one variant (variants share a name). The prices are the shop's and exclude tax.
``tax_percent`` matches the product's sales tax in the demo data, which is 15 % or none; because an order has a single
``TaxPercent``, a basket never mixes them.
"""

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True)
class Product:
    """A product of the shop.

    :param name: the product's name in Odoo's demo data
    :param price: unit price without tax
    :param tax_percent: 0 or 15
    :param item_id: the shop's number, 0 for none; far above any id of a demo database, so that the product must be
        found by its name
    :param odoo_id: the product's id in Odoo, which the shop does not know by default
    :param contains: names and quantities of the components in one unit
    :param by_weight: whether it is also sold in quarters of a unit
    """

    name: str
    price: Decimal
    tax_percent: Decimal
    item_id: int = 0
    odoo_id: int = 0
    contains: tuple[tuple[str, Decimal], ...] = ()
    by_weight: bool = False


_TAX_RATES = {"taxed": Decimal(15), "untaxed": Decimal(0)}

_ROWS = (
    # tax, name, price, components of one unit
    ("taxed", "Apple Pie", "12.00", {"Flour": 1}),
    ("taxed", "Bagel", "1.25", {}),
    ("taxed", "Cherry Pie", "14.00", {}),
    ("taxed", "Flour", "3.20", {}),
    ("taxed", "LED Lamp", "0.90", {}),
    ("taxed", "Leather Jacket", "120.00", {}),
    ("taxed", "Letter Tray", "4.80", {}),
    ("taxed", "Magnetic Board", "1.98", {}),
    ("taxed", "Newspaper Rack", "1.28", {}),
    ("taxed", "Sport Shoes", "80.00", {}),
    ("taxed", "Summer Hat", "19.99", {}),
    ("taxed", "Whiteboard", "1.70", {"Whiteboard Pen": 4, "Magnetic Board": 1}),
    ("taxed", "Whiteboard Pen", "1.20", {}),
    ("untaxed", "Cabinet with Doors", "140.00", {"Small Shelf": 2}),
    ("untaxed", "Desk Pad", "1.98", {}),
    ("untaxed", "Desk Stand with Screen", "2100.00", {}),
    ("untaxed", "Individual Workplace", "885.00", {"Office Chair": 1, "Desk Pad": 2}),
    ("untaxed", "Large Cabinet", "320.00", {}),
    ("untaxed", "Monitor Stand", "3.19", {}),
    ("untaxed", "Office Chair", "70.00", {}),
    ("untaxed", "Office Lamp", "40.00", {}),
    ("untaxed", "Small Shelf", "2.83", {}),
    ("untaxed", "Storage Box", "15.80", {}),
)

PRODUCTS: dict[str, Product] = {
    name: Product(
        name=name,
        price=Decimal(price),
        tax_percent=_TAX_RATES[tax],
        # Every third product has no number, like the sample item of docs/order_format.md.
        item_id=0 if index % 3 == 0 else 175700 + index,
        contains=tuple((component, Decimal(quantity)) for component, quantity in components.items()),
        by_weight=name == "Flour",
    )
    for index, (tax, name, price, components) in enumerate(_ROWS)
}


def products_taxed_at(tax_percent: Decimal) -> tuple[Product, ...]:
    """Return the products that an order with this ``TaxPercent`` may contain."""
    return tuple(product for product in PRODUCTS.values() if product.tax_percent == tax_percent)
