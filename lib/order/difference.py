"""In what an order that came again differs from what was booked, as data; `external.order` phrases it."""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from decimal import Decimal
from typing import Any

from ..money import exact
from .field_names import CUSTOMER_FIELDS
from .parts import Customer, Item, OrderPayload
from .spellings import ItemKey

_ZERO = Decimal(0)
# Totals whose change is worth a line, in the order of the receipt.
_TOTALS = ("discount", "tax", "grand_total")
# What names a customer, the most telling first.
_NAMES = ("name", "ref", "email", "external_id", "odoo_id", "phone", "vat", "street", "city", "zip", "country")


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that is different.

    `kind` is "quantity", "price" or "amount" (of an item), "charge", "payment", "discount", "tax", "grand_total",
    "sold_at", "customer", "location", "invoice" or "other". `name` says of which item, charge or payment. `was` and
    `now` are numbers, texts or times, None if there was or is none.
    """

    kind: str
    name: str
    was: Any
    now: Any


@exact
def find_changes(was: OrderPayload, now: OrderPayload) -> list[Change]:
    """Return in what an order differs from an earlier version of it: items, charges, payments, totals, circumstances.

    Lines of one item count together, as do charges and payments of one name. The result is never empty: what is not
    among these is "other".
    """
    changes = _item_changes(was.items, now.items)
    charges = [_sums((charge.name or charge.type, charge.amount) for charge in order.charges) for order in (was, now)]
    payments = [
        _sums((payment.card_type or _mode(payment.payment_mode), payment.amount) for payment in order.payments)
        for order in (was, now)
    ]
    changes += _sum_changes("charge", *charges)
    changes += _sum_changes("payment", *payments)
    for kind in _TOTALS:
        before, after = getattr(was, kind), getattr(now, kind)
        if (before or _ZERO) != (after or _ZERO):
            changes.append(Change(kind, "", before, after))
    if was.sold_at != now.sold_at:
        changes.append(Change("sold_at", "", was.sold_at, now.sold_at))
    if was.customer != now.customer:
        changes.append(Change("customer", "", *_customer_names(was.customer, now.customer)))
    if was.location_id != now.location_id:
        changes.append(Change("location", "", was.location_id, now.location_id))
    if was.wants_invoice != now.wants_invoice:
        changes.append(Change("invoice", "", was.wants_invoice, now.wants_invoice))
    return changes or [Change("other", "", None, None)]


def _item_changes(was: tuple[Item, ...], now: tuple[Item, ...]) -> list[Change]:
    before, after = _by_key(was), _by_key(now)
    changes = []
    for key in [*before, *(key for key in after if key not in before)]:
        old, new = before.get(key, []), after.get(key, [])
        name = (new or old)[0].name or str((new or old)[0].item_id)
        quantities = [sum((item.quantity for item in items), _ZERO) if items else None for items in (old, new)]
        if quantities[0] != quantities[1]:
            changes.append(Change("quantity", name, *quantities))
        if old and new:
            prices = [{item.price for item in items} for items in (old, new)]
            if prices[0] != prices[1] and len(prices[0]) == len(prices[1]) == 1:
                changes.append(Change("price", name, prices[0].pop(), prices[1].pop()))
            elif _net(old) != _net(new) and quantities[0] == quantities[1]:
                changes.append(Change("amount", name, _net(old), _net(new)))
    return changes


def _by_key(items: tuple[Item, ...]) -> dict[ItemKey, list[Item]]:
    found: dict[ItemKey, list[Item]] = {}
    for item in items:
        found.setdefault(item.key.plain, []).append(item)
    return found


def _net(items: list[Item]) -> Decimal:
    return sum((item.gross - item.discount for item in items), _ZERO)


def _sums(amounts: Iterable[tuple[str, Decimal]]) -> dict[str, Decimal]:
    found: dict[str, Decimal] = {}
    for name, amount in amounts:
        found[name] = found.get(name, _ZERO) + amount
    return found


def _sum_changes(kind: str, was: dict[str, Decimal], now: dict[str, Decimal]) -> list[Change]:
    names = [*was, *(name for name in now if name not in was)]
    return [Change(kind, name, was.get(name), now.get(name)) for name in names if was.get(name) != now.get(name)]


def _mode(payment_mode: int | None) -> str:
    return "" if payment_mode is None else f"PaymentMode {payment_mode}"


def _customer_names(was: Customer | None, now: Customer | None) -> tuple[str, str]:
    """Return what two customers are called: what says most, and where that is the same, all in which they differ."""
    old, new = (_values(customer) for customer in (was, now))
    names = [next(filter(None, map(values.get, _NAMES)), "") for values in (old, new)]
    if names[0] != names[1]:
        return names[0], names[1]
    different = [field for field in {**old, **new} if old.get(field) != new.get(field)]
    first, second = (", ".join(filter(None, map(values.get, different))) for values in (old, new))
    return first, second


def _values(customer: Customer | None) -> dict[str, str]:
    """Return what is known of a customer, as texts; the id of a contact in Odoo under the name by which it is sent."""
    if customer is None:
        return {}
    found = {field.name: str(getattr(customer, field.name) or "") for field in fields(customer)}
    if customer.odoo_id:
        found["odoo_id"] = f"{CUSTOMER_FIELDS['odoo_id'][0][0]} {customer.odoo_id}"
    return found
