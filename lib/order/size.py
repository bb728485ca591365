"""How large an order is, whether or not it can be imported."""

from typing import Any

from .field_names import CHARGES, FLAT_CHARGES, REFUND_ITEMS, REFUNDS, has_value, sent_name

COMPONENTS = "OrderDetailPackages"


def count_lines(order: Any) -> int:
    """Return the number of items, components and charges of an order or, if it has none, of the refunds that it lists.

    The order is as received: whatever is not a list of objects is not counted.
    """
    if not isinstance(order, dict):
        return 0
    charges = len(_objects(order, CHARGES)) + sum(_has_charge(order, names) for names in FLAT_CHARGES.values())
    lines = _count_items(order) + charges
    return lines or sum(map(_count_items, _objects(order, REFUNDS)))


def _count_items(holder: dict[str, Any]) -> int:
    items = _objects(holder, sent_name(holder, REFUND_ITEMS))
    return len(items) + sum(len(_objects(item, COMPONENTS)) for item in items)


def _has_charge(order: dict[str, Any], names: tuple[str, ...]) -> bool:
    return any(has_value(order.get(name), zero_counts=False) for name in names)


def _objects(holder: dict[str, Any], name: str) -> list[dict[str, Any]]:
    entries = holder.get(name)
    return [entry for entry in entries if isinstance(entry, dict)] if isinstance(entries, list) else []
