"""Whether two entries of a feed with one OrderID are the same order, by what the import uses of them."""

import hashlib
from collections.abc import Iterable
from dataclasses import astuple
from typing import Any

from ..strict_json import dumps, loads
from .content import PayloadError
from .field_names import SOLD_AT, sent_name
from .parts import Charge, Item, OrderPayload
from .payload import parse_order
from .refunds import refund_key

_UNREADABLE_BY = ("OrderID", "OrderStatus")


def content_key(content: dict[str, Any], kind: str | None = None) -> str:
    """Return a text that is equal for contents of inbox rows of a kind that are the same sale, refund or cancellation.

    An order is cancelled once, however that is written.
    """
    if kind == "cancellation":
        return ""
    return refund_key(content) if kind == "refund" else sameness_key(content)


def content_digest(payload: str, kind: str | None = None) -> str:
    """Return what is kept of the JSON text of a row that is deleted: it tells whether other content is the same."""
    return hashlib.sha256(content_key(loads(payload), kind).encode()).hexdigest()


def sameness_key(raw: dict[str, Any]) -> str:
    """Return a text that is equal for entries that are the same order, however they are written.

    Items, payments, charges and totals count; when, where and to whom it was sold; and whether an invoice is wanted.
    Under which of its names a field was sent, how an amount is written, the sequence of items and payments, the status,
    other times, remarks and all other fields do not. In an order that cannot be read everything but its OrderID and
    status counts.
    """
    try:
        order = parse_order(raw)
    except PayloadError:
        return dumps({name: value for name, value in raw.items() if name not in _UNREADABLE_BY})
    return dumps([*_content(order), *_circumstances(order, raw)])


def _content(order: OrderPayload) -> list[Any]:
    totals = [order.amount_total, order.grand_total, order.amount_paid, order.tax, order.tax_percent, order.discount]
    payments = [
        [payment.amount, payment.card_type, payment.payment_mode, payment.reference, payment.card_last4]
        for payment in order.payments
    ]
    return [
        [*totals, order.balance, order.currency, order.discount_percent, order.prices_exclude_tax, order.mixes_prices],
        _multiset(map(_item, order.items)),
        _multiset(payments),
        _multiset(map(_charge, order.charges)),
    ]


def _circumstances(order: OrderPayload, raw: dict[str, Any]) -> list[Any]:
    # Times that cannot be read are equal as they were sent.
    sold_at = order.sold_at.isoformat() if order.sold_at else _as_text(raw.get(sent_name(raw, SOLD_AT)))
    customer = order.customer and [*astuple(order.customer)]
    return [sold_at, order.location_id, customer, order.wants_invoice]


def _item(item: Item) -> list[Any]:
    components = [[list(part.key), part.price, part.quantity] for part in item.components]
    return [list(item.key), item.price, item.quantity, item.discount, _multiset(components)]


def _charge(charge: Charge) -> list[Any]:
    return [charge.type, charge.amount, charge.name, charge.tax_percent]


def _multiset(values: Iterable[Any]) -> list[str]:
    return sorted(map(dumps, values))


def _as_text(value: Any) -> str:
    return value.strip() if isinstance(value, str) else "" if value is None else dumps(value)
