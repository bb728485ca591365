"""The shop's summary of a business day, as ``docs/reconciliation.md`` describes it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any

from .chain import day_of
from .order import Order
from .refunds import CANCELLED, LISTED, Refund
from .totals import compute_totals_by_day


def summarize(orders: Iterable[Order], day: date, locations: Iterable[int]) -> dict[str, Any]:
    """Return the figures of a day for each location, with the list of its sales and refunds."""
    orders = tuple(orders)
    totals = {
        location: of_place for (of_day, location), of_place in compute_totals_by_day(orders).items() if of_day == day
    }
    return {
        "date": day.isoformat(),
        "locations": [
            {
                **({"location": location} if location else {}),
                **_figures(totals.get(location)),
                "order_ids": _listed([order for order in orders if order.location == location], day),
            }
            for location in sorted({*locations, *totals})
        ],
    }


def _figures(totals: Any) -> dict[str, Any]:
    if totals is None:
        return {"orders": 0, "refunds": 0, "gross": "0.00", "tax": "0.00", "payments": {}}
    return {
        "orders": totals.orders,
        "refunds": totals.refunds,
        "gross": str(totals.grand_total),
        "tax": str(totals.tax),
        "payments": {name: str(amount) for name, amount in totals.payments.items()},
    }


def _listed(orders: list[Order], day: date) -> list[dict[str, Any]]:
    sales = [_entry(order, order.grand_total, order.tax) for order in orders if day_of(order.sold_at) == day]
    refunds = [
        {**_entry(order, -refund.total, -refund.tax), "refund_id": _refund_id(refund)}
        for order in orders
        for refund in order.refunds
        if day_of(refund.refunded_at) == day
    ]
    return sales + refunds


def _entry(order: Order, gross: Decimal, tax: Decimal) -> dict[str, Any]:
    return {"order_id": order.number, "gross": str(gross), "tax": str(tax)}


def _refund_id(refund: Refund) -> str:
    """Return the RefundID; of a refund without one, the word that stands for it."""
    if refund.form == LISTED:
        return refund.number
    return "cancellation" if refund.form == CANCELLED else "refund"
