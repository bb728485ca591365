"""The items of an order and their components: the product's references, price, quantity and discount."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from ..message import Message
from ..message import message as _lt
from ..money import ambiguous_comma, may_be_decimal_comma
from .content import PayloadError, join, missing
from .field_names import (
    DISCOUNT_PERCENTAGE,
    ITEM_DISCOUNT,
    ITEM_NAME,
    ITEM_STATE,
    ITEMS,
    PRICE,
    PRICE_WITHOUT_TAX,
    has_value,
    sent_name,
)
from .fields import amount, objects, percentage, required_amount, text, whole_number
from .parts import Component, Item
from .spellings import ItemKey

MAX_LINES = 5000  # items plus components

_ZERO = Decimal(0)
_VOIDED = frozenset(("void", "voided", "cancel", "cancelled", "canceled", "delete", "deleted"))
_TOO_MANY = _lt(
    "%(field)s must have at most %(limit)s entries, not %(count)s (an order may have %(lines)s lines in total)."
).filled(lines=MAX_LINES)


@dataclass(slots=True)
class Items:
    """The items of an order.

    :param items: empty only if every item was voided
    :param field: the name under which they were sent
    :param with_tax: whether an item's price, other than 0, came as Price, which may include tax
    :param without_tax: whether one came as PriceWithoutTax
    :param voided: path and amount of each voided item whose amount can be read
    """

    items: tuple[Item, ...]
    field: str
    with_tax: bool
    without_tax: bool
    voided: tuple[tuple[str, Decimal], ...] = ()


def read_items(order: dict[str, Any], warnings: list[Message]) -> Items:
    """Return the items of an order, without those that were voided or have quantity 0."""
    field = sent_name(order, ITEMS)
    entries = objects(order, field, "", MAX_LINES, _TOO_MANY)
    lines = len(entries)
    if not entries:
        raise PayloadError(field, _lt("%(field)s must be a list with at least one item."))
    items, reversed_lines, voided = [], [], 0
    amounts_of_voided: list[tuple[str, Decimal]] = []
    price_fields: set[str] = set()
    fields_of_free: set[str] = set()
    for path, entry in entries:
        if is_voided(entry):
            warnings.append(voided_note(path))
            voided += 1
            amounts_of_voided += _voided_amount(entry, path)
            continue
        key = product_key(entry, path, warnings)
        price_field = sent_name(entry, PRICE)
        price, quantity = clear_amount(entry, price_field, path), quantity_of(entry, path)
        if price is None:
            raise missing(join(path, price_field))
        gross = price * quantity
        discount = _discount(entry, path, gross)
        components = _components(entry, path, MAX_LINES - lines, quantity, warnings)
        lines += len(components)
        if not quantity:
            warnings.append(left_out_note(path))
            continue
        if price < 0 and quantity < 0:
            reversed_lines.append(path)
        (price_fields if price else fields_of_free).add(price_field)
        discount = discount.copy_sign(gross) + _ZERO
        items.append(Item(key.item_id, key.name, price, quantity, discount, components, *key[2:]))
    if not items and voided < len(entries):
        raise PayloadError(field, _lt("%(field)s must have at least one item whose Quantity is not 0."))
    total = amount(order, "GrandTotal", "")
    if reversed_lines and (sum((item.gross for item in items), _ZERO) if total is None else total) > 0:
        raise PayloadError(
            reversed_lines[0],
            _lt("%(field)s is contradictory: its Price and its Quantity are negative, but the order is not a return."),
        )
    # What costs nothing costs the same with and without tax.
    price_fields = price_fields or fields_of_free
    without_tax = PRICE_WITHOUT_TAX in price_fields
    with_tax = bool(price_fields - {PRICE_WITHOUT_TAX})
    return Items(tuple(items), field, with_tax, without_tax, tuple(amounts_of_voided))


def _components(
    item: dict[str, Any], item_path: str, limit: int, of_item: Decimal, warnings: list[Message]
) -> tuple[Component, ...]:
    """Return the components of an item, of which `of_item` pieces go out or, if negative, come back."""
    components = []
    for path, entry in objects(item, "OrderDetailPackages", item_path, limit, _TOO_MANY):
        if is_voided(entry):
            warnings.append(voided_note(path))
            continue
        key = product_key(entry, path, warnings)
        price, quantity = clear_amount(entry, sent_name(entry, PRICE), path) or _ZERO, quantity_of(entry, path)
        if quantity * of_item < 0:
            problem = _lt("%(field)s is contradictory: it must have the same sign as the Quantity of the item.")
            raise PayloadError(join(path, "Quantity"), problem)
        if quantity:
            components.append(Component(key.item_id, key.name, price, quantity, *key[2:]))
        else:
            warnings.append(left_out_note(path))
    return tuple(components)


def is_voided(entry: dict[str, Any]) -> bool:
    """Return whether an item was voided before the sale; numbers, such as Status 201, do not say this."""
    for name in ITEM_STATE:
        value = entry.get(name)
        if isinstance(value, str) and value.strip().casefold() in _VOIDED:
            return True
    return False


def priced_amount(entry: dict[str, Any], path: str) -> tuple[Decimal | None, Decimal]:
    """Return what an item costs by its Price, Quantity and discount, and its discount, both without their signs.

    The former is None if it has no price.

    :raise PayloadError: if one of them cannot be read, may be another number, or is a discount without a price
    """
    field, discount_field = sent_name(entry, PRICE), sent_name(entry, ITEM_DISCOUNT, zero_counts=False)
    price = clear_amount(entry, field, path)
    if price is None:
        if has_value(entry.get(discount_field), zero_counts=False):
            raise missing(join(path, field))
        return None, _ZERO
    gross = price * quantity_of(entry, path)
    clear_amount(entry, discount_field, path)
    discount = _discount(entry, path, gross)
    return abs(gross) - discount if price else None, discount


def _voided_amount(entry: dict[str, Any], path: str) -> list[tuple[str, Decimal]]:
    """Return path and amount of a voided item; nothing if they cannot be read, because they only explain errors."""
    try:
        price, quantity = amount(entry, sent_name(entry, PRICE), path), amount(entry, "Quantity", path)
        return [(path, price * quantity - _discount(entry, path, price * quantity))] if price and quantity else []
    except PayloadError:
        return []


def voided_note(path: str) -> Message:
    return _lt("%s was voided and left out", path).as_note()


def left_out_note(path: str) -> Message:
    return _lt("%s has Quantity 0 and was left out", path).as_note()


def product_key(entry: dict[str, Any], path: str, warnings: list[Message]) -> ItemKey:
    """Return the key of the item's product; the item must have a name, an ID or a code."""
    name = text(entry, sent_name(entry, ITEM_NAME), path)
    sku, barcode = text(entry, "SKU", path), text(entry, "Barcode", path)
    named = bool(name)
    name = name or sku or barcode
    item_id = _product_id(entry, "ItemID", path, name, warnings)
    odoo_id = _product_id(entry, "OdooItemID", path, name or item_id, warnings)
    if not (name or item_id or odoo_id):
        raise PayloadError(path, _lt("%(field)s must have an ItemName, a SKU, a Barcode, or an ItemID above 0."))
    return ItemKey(item_id, name or (f"OdooItemID {odoo_id}" if odoo_id else ""), odoo_id, sku, barcode, named)


def _product_id(entry: dict[str, Any], key: str, path: str, otherwise: Any, warnings: list[Message]) -> int | None:
    """Return an ID above 0, or None; ignore one that is not a number if the item can be identified `otherwise`."""
    try:
        number = whole_number(entry, key, path)
    except PayloadError as error:
        if not otherwise:
            raise
        warnings.append(_lt("%s It was ignored because the item has a name", error.message).as_note())
        return None
    return number if number is not None and number > 0 else None


def clear_amount(entry: dict[str, Any], field: str, path: str) -> Decimal | None:
    """Return an amount that nothing else checks, so its comma must not be one that may separate decimals."""
    if may_be_decimal_comma(entry.get(field)):
        raise PayloadError(join(path, field), ambiguous_comma(entry[field]).problem)
    return amount(entry, field, path)


def quantity_of(entry: dict[str, Any], path: str) -> Decimal:
    quantity = required_amount(entry, "Quantity", path)
    if isinstance(entry["Quantity"], str) and "," in entry["Quantity"]:
        raise PayloadError(
            join(path, "Quantity"), _lt("%(field)s must be written without a comma, such as 1250 or 1.25.")
        )
    return quantity


def _discount(entry: dict[str, Any], path: str, gross: Decimal) -> Decimal:
    """Return the discount of a line that costs `gross`, 0 or above, exact."""
    field = sent_name(entry, ITEM_DISCOUNT, zero_counts=False)
    if field == DISCOUNT_PERCENTAGE:
        return abs(gross) * (percentage(entry, field, path) or _ZERO) / 100
    discount = abs(amount(entry, field, path) or _ZERO)
    if discount > abs(gross).to_integral_value("ROUND_CEILING"):
        problem = _lt("%(field)s must not exceed the line's Price times Quantity.")
        raise PayloadError(join(path, field), problem)
    return discount
