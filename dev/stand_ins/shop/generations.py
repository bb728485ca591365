"""The JSON form of an order in each generation of the shop system's format, ready for ``json.dumps``.

``guide`` is that of the examples in `docs/order_format.md`; the system wrote ``first`` before and writes ``today`` now.
"""

from __future__ import annotations

import dataclasses
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from .money import as_number, as_text
from .parts import PAYMENT_MODE_CASH
from .refund_writing import with_refunds

if TYPE_CHECKING:
    from .order import Order
    from .parts import Charge, Component, Line

GENERATIONS = ("guide", "first", "today")
ORDER_STATUS_CLOSED = 103
ITEM_STATUS_SOLD = 201


def written(order: Order) -> dict[str, Any]:
    """Return an order in the format of its generation, with what came back of it."""
    return with_refunds(order, {"guide": _guide, "first": _first, "today": _today}[order.generation])


def _guide(order: Order) -> dict[str, Any]:
    return {
        **_totals(order),
        **_guide_details(order),
        "OrderStatus": ORDER_STATUS_CLOSED,
        "PaymentMode": _payment_mode(order),
        "CheckoutDetails": [payment.payload() for payment in order.payments],
        "OrderItems": [
            *(_guide_item(line) for line in order.lines),
            *({**_guide_item(line), "Status": "voided"} for line in order.voided),
        ],
    }


def _guide_details(order: Order) -> dict[str, Any]:
    """Return the optional fields of the order format that have a value."""
    place = {"LocationID": order.location, "OrderDate": order.sold_at.isoformat(timespec="seconds")}
    return {
        **(place if order.location else {}),
        **_sent({"ServiceCharges": order.service_charge, "DeliveryCharges": order.delivery_charge, "Tip": order.tip}),
        **_further(order),
        **({"Customer": _customer(order)} if order.customer else {}),
    }


def _further(order: Order) -> dict[str, Any]:
    """Return the fields that have the same name in all generations, without empty ones."""
    values = {
        "Charges": [_charge(charge) for charge in order.charges],
        "Invoice": order.wants_invoice,
        "OrderType": order.order_type,
        "OrderTakerID": order.taker,
        "Remark": order.note,
    }
    return {name: value for name, value in values.items() if value}


def _charge(charge: Charge) -> dict[str, Any]:
    entry = {"Type": charge.type, "Name": charge.name, "Amount": as_number(charge.amount)}
    return {**entry, "TaxPercent": as_number(charge.tax_percent)}


def _customer(order: Order) -> dict[str, Any]:
    """Return the Customer object."""
    buyer = order.customer
    values = {"ID": buyer.number, "Ref": buyer.ref, "Name": buyer.name, "Email": buyer.email, "Phone": buyer.phone}
    return {name: value for name, value in {**values, "VAT": buyer.vat}.items() if value}


def _flat_customer(order: Order) -> dict[str, Any]:
    """Return the order's fields with the customer; there is none for a VAT number."""
    if not order.customer:
        return {}
    names = {"ID": "CustomerID", "Ref": "customer_ref", "Name": "CustomerName", "Email": "CustomerEmail"}
    values = _customer(order)
    flat = {name: values[key] for key, name in {**names, "Phone": "CustomerContact"}.items() if key in values}
    return {**flat, **({"Customer": {"VAT": values["VAT"]}} if "VAT" in values else {})}


def _sent(amounts: dict[str, Decimal]) -> dict[str, float]:
    return {name: as_number(amount) for name, amount in amounts.items() if amount}


def _totals(order: Order) -> dict[str, Any]:
    printed = as_text if order.totals_as_text else as_number
    return {
        "OrderID": order.number,
        "AmountDiscount": as_number(order.discount),
        "AmountPaid": as_text(order.amount_paid),
        "AmountTotal": printed(order.amount_total),
        "BalanceAmount": 0.0,
        "GrandTotal": printed(order.stated_total),
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
        **_sent({"DeliveryCharges": order.delivery_charge, "TipAmount": order.tip}),
        **_further(order),
        **_flat_customer(order),
        "PaymentMode": _payment_mode(order),
        "OrderDetails": [
            *(_first_item(line) for line in order.lines),
            *({**_first_item(line), "Mode": "Void"} for line in order.voided),
        ],
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
    charges = {"ServiceCharges": order.service_charge, "DeliveryCharges": order.delivery_charge, "TipAmount": order.tip}
    return {
        "OrderID": str(order.number),
        "OrderDate": order.sold_at.isoformat(timespec="seconds"),
        "OrderStatus": ORDER_STATUS_CLOSED,
        "customer_ref": order.customer_ref,
        **({"LocationID": order.location} if order.location else {}),
        **_sent({"AmountDiscount": order.discount, **charges}),
        **_further(order),
        **_flat_customer(order),
        "OrderItems": [
            *(_today_item(line) for line in order.lines),
            *({**_today_item(line), "Status": "cancelled"} for line in order.voided),
        ],
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
