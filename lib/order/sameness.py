"""Decides whether two entries with the same OrderID are the same order, by the values that the import uses."""

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import astuple
from datetime import datetime
from typing import Any

from ..strict_json import dumps
from .content import PayloadError
from .field_names import REFUND_DATE, REFUNDS, SOLD_AT, UPDATED_AT, sent_name
from .moment import parse_moment
from .parts import Charge, Item, OrderPayload, Payment, RefundFigures
from .payload import parse_order
from .refunds import parse_refund

_UNREADABLE_BY = ("OrderID", "OrderStatus")
# What moves without another refund.
_NO_REFUND_CONTENT = ("OrderStatus", *UPDATED_AT)

MomentOf = Callable[[datetime], datetime]


def content_key(content: dict[str, Any], kind: str | None = None, moment_of: MomentOf | None = None) -> str:
    """Return a text that is equal for contents of inbox rows of a kind that are the same sale, refund or cancellation.

    An order is cancelled once, however that is written. `moment_of` returns the moment of a time as read, which may be
    in local time; without it, a time with an offset differs from the same one without.
    """
    if kind == "cancellation":
        return ""
    return refund_key(content, moment_of) if kind == "refund" else sameness_key(content, moment_of)


def content_digest(content: dict[str, Any], kind: str | None = None, moment_of: MomentOf | None = None) -> str:
    """Return a digest of `content_key`, which shows whether other content is the same as one that was deleted."""
    return hashlib.sha256(content_key(content, kind, moment_of).encode()).hexdigest()


def sameness_key(raw: dict[str, Any], moment_of: MomentOf | None = None) -> str:
    """Return a text that is equal for entries that are the same order, however they are written.

    Items, payments, charges and totals count; when, where and to whom it was sold; and whether an invoice is wanted.
    Under which of its names a field was sent, how an amount is written, the sequence of items and payments, the status,
    other times, remarks and all other fields do not. In an order that cannot be read, everything except its OrderID and
    status counts.
    """
    try:
        order = parse_order(raw)
    except PayloadError:
        return dumps({name: value for name, value in raw.items() if name not in _UNREADABLE_BY})
    return dumps([*_content(order), *_circumstances(order, raw, moment_of)])


def refund_key(raw: dict[str, Any], moment_of: MomentOf | None = None) -> str:
    """Return a text that is equal for payloads that are the same refund, however they are written.

    Items, payments, total, tax, currency and RefundDate count; statuses, other times and remarks do not.
    """
    try:
        refund = parse_refund(raw)
    except PayloadError:
        return dumps({name: value for name, value in raw.items() if name not in _NO_REFUND_CONTENT})
    # A price or a charge counts where nothing else says what was paid back.
    has_prices = not refund.says_amount
    items = [
        [list(item.key), item.quantity, item.amount, item.restock]
        + ([item.priced, item.priced_without_tax] if has_prices and item.priced is not None else [])
        for item in refund.items
    ]
    payments = map(_payment, refund.payments)
    amounts = [refund.total, refund.tax, refund.currency]
    if has_prices and refund.figures != RefundFigures():
        stated = refund.figures
        amounts += [stated.amount_total, stated.discount, stated.discount_percent]
        amounts.append(_multiset(map(_charge, stated.charges)))
    return dumps([_multiset(items), _multiset(payments), *amounts, _refund_date(raw, moment_of)])


def _content(order: OrderPayload) -> list[Any]:
    totals = [order.amount_total, order.grand_total, order.amount_paid, order.tax, order.tax_percent, order.discount]
    return [
        [*totals, order.balance, order.currency, order.discount_percent, order.prices_exclude_tax, order.mixes_prices],
        _multiset(map(_item, order.items)),
        _multiset(map(_payment, order.payments)),
        _multiset(map(_charge, order.charges)),
    ]


def _circumstances(order: OrderPayload, raw: dict[str, Any], moment_of: MomentOf | None) -> list[Any]:
    # Times that cannot be read are equal as they were sent.
    sold_at = _moment(order.sold_at, moment_of) if order.sold_at else _as_text(raw.get(sent_name(raw, SOLD_AT)))
    customer = order.customer and [*astuple(order.customer)]
    return [sold_at, order.location_id, customer, order.wants_invoice]


def _item(item: Item) -> list[Any]:
    components = [[list(part.key), part.price, part.quantity] for part in item.components]
    return [list(item.key), item.price, item.quantity, item.discount, _multiset(components)]


def _payment(payment: Payment) -> list[Any]:
    return [payment.amount, payment.card_type, payment.payment_mode, payment.reference, payment.card_last4]


def _charge(charge: Charge) -> list[Any]:
    return [charge.type, charge.amount, charge.name, charge.tax_percent]


def _moment(stated: datetime, moment_of: MomentOf | None) -> str:
    return (moment_of(stated) if moment_of else stated).isoformat()


def _refund_date(raw: dict[str, Any], moment_of: MomentOf | None) -> str:
    listed = raw.get(REFUNDS)
    holder = listed[0] if isinstance(listed, list) and listed else raw
    value = holder.get(REFUND_DATE)
    moment, _has_time = parse_moment(value)
    return _moment(moment, moment_of) if moment else dumps(value)


def _multiset(values: Iterable[Any]) -> list[str]:
    return sorted(map(dumps, values))


def _as_text(value: Any) -> str:
    return value.strip() if isinstance(value, str) else "" if value is None else dumps(value)
