"""The JSON form of what came back: entries of ``Refunds``, an order with a refund status, a cancelled order."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from .money import as_number, as_text
from .refunds import BY_STATUS, CANCELLED, LISTED, Refund, RefundedLine, money_left

if TYPE_CHECKING:
    from .order import Order

ORDER_STATUS_REFUNDED = 106
ORDER_STATUS_CANCELLED = "Cancelled"
# What an order with a refund status counts below 0; the tax rate and a price of one piece stay as they are.
_AMOUNTS = {
    *("AmountDiscount", "AmountPaid", "AmountTotal", "GrandTotal", "Tax", "ServiceCharges", "DeliveryCharges"),
    *("Tip", "TipAmount", "Amount", "Quantity", "DiscountAmount"),
}


def with_refunds(order: Order, write: Callable[[Order], dict[str, Any]]) -> dict[str, Any]:
    """Return an order as JSON.

    :param write: writes an order without its refunds
    """
    last = order.refunds[-1] if order.refunds else None
    if last and last.form == BY_STATUS:
        return _by_status(order, last, write)
    values = write(order)
    if last and last.form == CANCELLED:
        values["OrderStatus"] = ORDER_STATUS_CANCELLED
    listed = [_listed(order, refund) for refund in order.refunds if refund.form == LISTED]
    return {**values, **({"Refunds": listed} if listed else {})}


def _by_status(order: Order, refund: Refund, write: Callable[[Order], dict[str, Any]]) -> dict[str, Any]:
    """Return the order as its system writes it when it came back: everything with the opposite sign."""
    values = _negated(write(dataclasses.replace(order, payments=refund.payments)))
    return {
        **values,
        "OrderStatus": ORDER_STATUS_REFUNDED,
        "RefundDate": refund.refunded_at.isoformat(timespec="seconds"),
    }


def _negated(value: Any, name: str = "") -> Any:
    if isinstance(value, dict):
        return {key: _negated(entry, key) for key, entry in value.items()}
    if isinstance(value, list):
        return [_negated(entry, name) for entry in value]
    if name not in _AMOUNTS or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return as_text(-Decimal(value.replace(",", "")))
    return -value if value else value


def _listed(order: Order, refund: Refund) -> dict[str, Any]:
    """Return an entry of ``Refunds``; without items, it is all that is left."""
    entry: dict[str, Any] = {
        "RefundID": refund.number,
        "RefundDate": refund.refunded_at.isoformat(timespec="seconds"),
    }
    if not _is_plain_rest(order, refund):
        entry["Items"] = [_item(order, refund, line) for line in refund.lines]
    entry["Tax"] = as_number(refund.tax)
    if refund.states_payments:
        entry["CheckoutDetails"] = [payment.payload() for payment in refund.payments]
    return entry


def _is_plain_rest(order: Order, refund: Refund) -> bool:
    is_last = refund is order.refunds[-1]
    return is_last and not money_left(order) and all(line.restock is None for line in refund.lines)


def _item(order: Order, refund: Refund, line: RefundedLine) -> dict[str, Any]:
    product = order.lines[line.place].product
    item: dict[str, Any] = {"ItemID": product.item_id, "ItemName": product.name}
    if line.quantity:
        item["Quantity"] = as_number(line.quantity)
    if not line.quantity or _had_money_back(order, refund, line) or order.number % 2:
        item["Amount"] = as_number(line.amount)
    if line.restock is not None:
        item["Restock"] = line.restock
    return item


def _had_money_back(order: Order, refund: Refund, line: RefundedLine) -> bool:
    """Return whether money of the line came back before, so that its pieces bring less than they were sold for."""
    earlier = order.refunds[: order.refunds.index(refund)]
    return any(other.place == line.place and not other.quantity for before in earlier for other in before.lines)
