"""The JSON form of an order in each generation of the shop system's format, ready for ``json.dumps``.

``guide`` is that of the examples in `docs/order_format.md`; the system wrote ``first`` before and writes ``today`` now.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

from .money import as_number, as_text

if TYPE_CHECKING:
    from .order import Component, Line, Order

GENERATIONS = ("guide", "first", "today")
ORDER_STATUS_CLOSED = 103
ITEM_STATUS_SOLD = 201
PAYMENT_MODE_CASH = 1


def written(order: Order) -> dict[str, Any]:
    """Return an order in the format of its generation."""
    return {"guide": _guide, "first": _first, "today": _today}[order.generation](order)


def _guide(order: Order) -> dict[str, Any]:
    charges = {"ServiceCharges": as_number(order.service_charge)} if order.service_charge else {}
    return {
        **_totals(order),
        **charges,
        "OrderStatus": ORDER_STATUS_CLOSED,
        "PaymentMode": _payment_mode(order),
        "CheckoutDetails": [payment.payload() for payment in order.payments],
        "OrderItems": [_guide_item(line) for line in order.lines],
    }


def _totals(order: Order) -> dict[str, Any]:
    printed = as_text if order.totals_as_text else as_number
    return {
        "OrderID": order.number,
        "AmountDiscount": as_number(order.discount),
        "AmountPaid": as_text(order.amount_paid),
        "AmountTotal": printed(order.amount_total),
        "BalanceAmount": 0.0,
        "GrandTotal": printed(order.grand_total),
        "Tax": as_number(order.tax),
        "TaxPercent": as_number(order.tax_percent),
    }


def _payment_mode(order: Order) -> int:
    return order.payments[0].payment_mode if order.payments else PAYMENT_MODE_CASH


def _guide_item(line: Line) -> dict[str, Any]:
    return {
        "ItemID": line.product.item_id,
        "ItemName": line.product.name,
        "Price": as_number(line.product.price),
        "Quantity": as_number(line.quantity),
        "DiscountAmount": as_number(line.discount),
        "OrderDetailPackages": [_component(part, "ItemName", "Price") for part in line.components],
    }


def _component(part: Component, name: str, price: str) -> dict[str, Any]:
    return {
        "ItemID": part.product.item_id,
        name: part.product.name,
        price: as_number(part.product.price),
        "Quantity": as_number(part.quantity),
    }


def _first(order: Order) -> dict[str, Any]:
    return {
        **_totals(order),
        "ServiceCharges": as_number(order.service_charge),
        "OrderStatus": ORDER_STATUS_CLOSED,
        "CheckoutDate": order.sold_at.strftime("%d-%m-%Y %I:%M:%S %p"),
        "LocationID": order.location,
        "CustomerName": "",
        "PaymentMode": _payment_mode(order),
        "OrderDetails": [_first_item(line) for line in order.lines],
        "OrderCheckoutDetails": [payment.payload() for payment in order.payments],
    }


def _first_item(line: Line) -> dict[str, Any]:
    return {
        "ItemID": line.product.item_id,
        "Name": line.product.name,
        "Price": as_number(line.product.price),
        "Quantity": as_number(line.quantity),
        "DiscountAmount": as_number(line.discount),
        "Status": ITEM_STATUS_SOLD,
        "Mode": "Add",
        "OrderDetailPackages": [_component(part, "Name", "Price") for part in line.components],
    }


def _today(order: Order) -> dict[str, Any]:
    """Return an order without totals: what was paid, less change, is its total."""
    optional = {"AmountDiscount": order.discount, "ServiceCharges": order.service_charge}
    return {
        "OrderID": str(order.number),
        "OrderDate": order.sold_at.isoformat(timespec="seconds"),
        "OrderStatus": ORDER_STATUS_CLOSED,
        "customer_ref": order.customer_ref,
        **{name: as_number(amount) for name, amount in optional.items() if amount},
        "OrderItems": [_today_item(line) for line in order.lines],
        "CheckoutDetails": _kept_payments(order),
    }


def _today_item(line: Line) -> dict[str, Any]:
    item = {
        "OdooItemID": line.product.odoo_id,
        "ItemID": line.product.item_id,
        "ItemName": line.product.name,
        "PriceWithoutTax": as_number(line.product.price),
        "Quantity": as_number(line.quantity),
        "DiscountPercentage": as_number(line.discount_percent),
    }
    if line.components:
        item["OrderDetailPackages"] = [_component(part, "ItemName", "PriceWithoutTax") for part in line.components]
    return item


def _kept_payments(order: Order) -> list[dict[str, Any]]:
    """Return the payments less the change, which was given on the last one; a payment of 0 if nothing was paid."""
    if not order.payments:
        return [{"PaymentMode": PAYMENT_MODE_CASH, "CardType": "Cash", "AmountPaid": 0.0}]
    *others, last = order.payments
    kept = dataclasses.replace(last, amount=last.amount - order.change)
    return [payment.payload() for payment in (*others, kept)]
