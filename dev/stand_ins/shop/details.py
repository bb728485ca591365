"""What an order of the chain contains in addition to its items: customer, charges, tip, invoice, note and type.

The kinds come at fixed positions, so that even a short feed contains each of them.
"""

import dataclasses
from decimal import ROUND_HALF_UP, Decimal
from random import Random
from typing import Any

from . import customers
from .catalog import products_taxed_at
from .money import round_half_up
from .order import Order
from .parts import Charge, Customer, Line

ORDER_TYPES = ("Takeaway", "Delivery", "Dine In", "")
NOTES = ("Ring twice, please", "Gift, please wrap it", "")
# Smaller orders, returns and gifts have no charges.
LEAST_TOTAL = Decimal(20)
CASH_STEP = Decimal("0.05")

# Place in a row of ten orders: who buys; the others are unknown.
_CUSTOMERS: dict[int, tuple[Customer, ...]] = {
    1: customers.BY_REF,
    3: customers.BY_EMAIL,
    4: customers.NEW,
    5: customers.BY_VAT,
    6: customers.ONLY_NAMED,
    8: customers.NEW,
    9: customers.BY_REF,
}


def with_details(order: Order, seed: int, place: int) -> Order:
    """Return an order with its details, still without payments.

    :param place: its place among all orders, from 0
    """
    random = Random(f"{seed}/{order.number}/details")
    buyer = random.choice(_CUSTOMERS.get(place % 10, (None,)))
    values: dict[str, Any] = {
        "customer": buyer,
        "wants_invoice": bool(buyer and buyer.can_be_recognized) and (order.grand_total < 0 or place % 4 == 1),
        "order_type": random.choice(ORDER_TYPES),
        "note": random.choice(NOTES),
        "taker": random.randint(11, 14),
    }
    if place % 7 == 2:
        product = random.choice(products_taxed_at(order.tax_percent))
        values["voided"] = (Line(product, Decimal(1)),)
    if order.grand_total >= LEAST_TOTAL:
        values |= _charges(order, place)
    return dataclasses.replace(order, **values)


def _charges(order: Order, place: int) -> dict[str, Any]:
    """Return the charges and the tip of an order as values of its fields."""
    match place % 13:
        case 0:
            return {"delivery_charge": Decimal("4.90")}
        case 2:
            return {"tip": Decimal("3.00")}
        case 4:
            return {"charges": (Charge("packaging", Decimal("2.50"), "Gift box", order.tax_percent),)}
        case 5:
            return {"charges": (Charge("other", Decimal("-5.00"), "Voucher"),)}
        case 7:
            rounded = (order.grand_total / CASH_STEP).quantize(Decimal(1), ROUND_HALF_UP) * CASH_STEP
            return (
                {"charges": (Charge("rounding", rounded - order.grand_total),)} if rounded != order.grand_total else {}
            )
        case 8:
            return {
                "service_charge": round_half_up(order.grand_total / 10),
                "charges": (Charge("deposit", Decimal("1.50")),),
            }
        case 10:
            return {"service_charge": Decimal("6.00"), "delivery_charge": Decimal("3.50"), "tip": Decimal("2.00")}
        case 11:
            fee = round_half_up(order.grand_total * 8 / 100)
            return {"charges": (Charge("service", fee, "Table service", order.tax_percent),)}
    return {}
