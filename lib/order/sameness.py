"""Whether two entries of a feed with one OrderID are the same order, by what the import uses of them."""

from collections.abc import Iterable
from typing import Any

from ..strict_json import dumps
from .content import PayloadError
from .parts import Item, OrderPayload
from .payload import parse_order

# When and for whom an order was made. The import does not need them, but orders that differ there are not one.
IDENTITY = ("OrderDate", "CheckoutDate", "CustomerID")
_UNREADABLE_BY = ("OrderID", "OrderStatus")


def sameness_key(raw: dict[str, Any]) -> str:
    """Return a text that is equal for entries that are the same order, however they are written.

    Items, payments, charges and totals count, and where (LocationID) and when (`IDENTITY`) the order was made. How an
    amount is written, the sequence of items and payments, the status, remarks and all other fields do not. In an order
    that cannot be read everything but its OrderID and status counts.
    """
    try:
        order = parse_order(raw)
    except PayloadError:
        return dumps({name: value for name, value in raw.items() if name not in _UNREADABLE_BY})
    location = order.location_id or _identity(raw.get("LocationID"))
    return dumps([*_content(order), [location, *(_identity(raw.get(name)) for name in IDENTITY)]])


def _content(order: OrderPayload) -> list[Any]:
    totals = [order.amount_total, order.grand_total, order.amount_paid, order.tax, order.tax_percent, order.discount]
    payments = [
        [payment.amount, payment.card_type, payment.payment_mode, payment.reference, payment.card_last4]
        for payment in order.payments
    ]
    return [
        [*totals, order.balance, order.currency],
        _multiset(map(_item, order.items)),
        _multiset(payments),
        _multiset([charge.type, charge.amount, charge.name] for charge in order.charges),
    ]


def _item(item: Item) -> list[Any]:
    components = [[list(part.key), part.price, part.quantity] for part in item.components]
    return [list(item.key), item.price, item.quantity, item.discount, _multiset(components)]


def _multiset(values: Iterable[Any]) -> list[str]:
    return sorted(map(dumps, values))


def _identity(value: Any) -> Any:
    """Return a value of `IDENTITY`, where a number and its text are equal and an empty text is as good as none."""
    text = value if isinstance(value, str) else "" if value is None else dumps(value)
    return text.strip()
