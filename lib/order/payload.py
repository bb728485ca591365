"""Parses an order in the JSON format of ``docs/order_format.md``.

The result is typed and checked, or the order is refused with a sentence that names the field.

Treat received data as hostile until it has passed `parse_order`: any JSON value may appear anywhere. Names, IDs and
taxes are matched with Odoo later.
"""

import re
import unicodedata
from decimal import Decimal
from typing import Any

from ..message import Message
from ..message import message as _lt
from ..money import AmountError, ambiguous_comma, exact, may_be_decimal_comma, parse_amount
from ..strict_json import RefusedEntry
from .content import PayloadError, join, redact
from .names import ItemKey, plain_id
from .parts import Charge, Component, Item, OrderPayload, Payment

MAX_LINES = 5000  # items plus components
MAX_PAYMENTS = 100
MAX_CHARGES = 100
MAX_ID_LENGTH = 64
MAX_TEXT_LENGTH = 500
MAX_NUMBER_DIGITS = 18

_ZERO = Decimal(0)
_NO_DIGIT = re.compile(r"[^0-9]")
_WHOLE_NUMBER = re.compile(rf"[+-]?[0-9]{{1,{MAX_NUMBER_DIGITS}}}")
_WHOLE_DECIMAL = re.compile(r"(?<![0-9])(-?[0-9]+)\.0+")
_LINE_BREAK = re.compile(r"[\t\n\v\f\r\x85]")
_AMOUNTS = ("AmountTotal", "GrandTotal", "AmountPaid", "Tax", "TaxPercent", "AmountDiscount", "BalanceAmount")
_CHARGES = {"ServiceCharges": "service", "DeliveryCharges": "delivery", "Tip": "tip", "TipAmount": "tip"}
# Numbers that are not amounts, or have separate fields in `OrderPayload`.
_NO_FURTHER_AMOUNTS = {*_AMOUNTS, *_CHARGES, "OrderID", "OrderStatus", "PaymentMode", "Currency"}
_MISSING_TOTALS = {
    "GrandTotal": _lt("GrandTotal is missing, so the amount paid was used as the total").as_note(),
    "AmountTotal": _lt("AmountTotal is missing, so the subtotal was not checked").as_note(),
    "AmountPaid": _lt("AmountPaid is missing, so the payments were not checked against it").as_note(),
}


def external_id(raw: Any) -> str:
    """Return the OrderID of an order as text. 639, "639", " 639 ", 639.0 and "639.0" are the same ID; other texts
    ("A-17", "007") are only trimmed. Digits of another script and invisible characters make no other ID.

    :raise PayloadError: if `raw` is not an object (for example a `RefusedEntry`), or its OrderID is missing, neither
        text nor a whole number, or longer than `MAX_ID_LENGTH`.
    """
    identifier = _without_decimals(plain_id(former_external_id(raw)))
    if not identifier:
        raise _missing("OrderID")
    return identifier


def former_external_id(raw: Any) -> str:
    """Return the OrderID as earlier releases stored it, with invisible characters and digits of other scripts.

    :raise PayloadError: as `external_id` does, except for a missing one
    """
    return _identifier(_order(raw), "OrderID")


def order_status(raw: Any) -> str:
    """Return the OrderStatus of an order, normalized like `external_id`; "" if it has none.

    :raise PayloadError: as `external_id` does.
    """
    return _identifier(_order(raw), "OrderStatus")


@exact
def parse_order(raw: Any) -> OrderPayload:
    """Parse `raw`, one object of the feed, and return the order.

    OrderID, OrderItems and each item's ItemName (or an id or a code), Price and Quantity are required. Further:

    - A missing total is None, with a warning. An empty text always counts as missing.
    - A line or component with quantity 0 is dropped with a warning. A line with quantity 0 and a discount is refused,
      because dropping it would drop the discount.
    - A discount always reduces the amount it belongs to, in sales and returns: it gets the sign of that amount,
      regardless of its own.
    - Payments of 0 are dropped. Without CheckoutDetails, the payment is read from the order's AmountPaid, PaymentMode
      and CardType.
    - A quantity must not have a comma, a price none that may be a decimal comma: unlike totals, nothing proves them.
    - Components must go the way of their item, out or back. Goods that come back must not bring money with them, except
      in a return.
    - An ItemID that is not a number is ignored with a warning if the item has a name or a code.

    :raise PayloadError: if `raw` is not such an order; no other exception is raised.
    """
    order = _order(redact(raw))
    identifier = external_id(order)
    warnings: list[Message] = []
    items = _items(order, warnings)
    # Use the amount of the goods only: a rounded line discount can exceed the line.
    gross = sum((item.gross for item in items), _ZERO) or sum((item.gross - item.discount for item in items), _ZERO)
    amounts = {name: _amount(order, name, "") for name in _AMOUNTS}
    warnings += [message for name, message in _MISSING_TOTALS.items() if amounts[name] is None]
    payments = _payments(order, amounts["AmountPaid"], warnings)
    discount = amounts["AmountDiscount"]
    return OrderPayload(
        external_id=identifier,
        status=order_status(order),
        items=items,
        payments=payments,
        amount_total=amounts["AmountTotal"],
        grand_total=amounts["GrandTotal"],
        amount_paid=amounts["AmountPaid"],
        tax=amounts["Tax"],
        tax_percent=amounts["TaxPercent"],
        discount=None if discount is None else abs(discount).copy_sign(gross) + _ZERO,
        balance=amounts["BalanceAmount"],
        currency=_text(order, "Currency", ""),
        charges=_charges(order),
        further=tuple((name, value) for name, value in order.items() if _may_be_amount(name, value)),
        warnings=tuple(warnings),
    )


def _order(raw: Any) -> dict[str, Any]:
    if isinstance(raw, RefusedEntry):
        raise PayloadError("", _lt("%(field)s cannot be read: %(reason)s"), reason=raw.reason)
    if not isinstance(raw, dict):
        raise PayloadError("", _lt("%(field)s must be an object."))
    return raw


def _items(order: dict[str, Any], warnings: list[Message]) -> tuple[Item, ...]:
    entries = _objects(order, "OrderItems", "", MAX_LINES)
    lines = len(entries)
    if not entries:
        raise PayloadError("OrderItems", _lt("%(field)s must be a list with at least one item."))
    items, reversed_lines = [], []
    for path, entry in entries:
        key = _product(entry, path, warnings)
        price, quantity = _price(entry, path), _quantity(entry, path)
        if price is None:
            raise _missing(join(path, "Price"))
        gross = price * quantity
        discount = abs(_amount(entry, "DiscountAmount", path) or _ZERO)
        components = _components(entry, path, MAX_LINES - lines, quantity, warnings)
        lines += len(components)
        if discount > abs(gross).to_integral_value("ROUND_CEILING"):
            problem = _lt("%(field)s must not exceed the line's Price times Quantity.")
            raise PayloadError(f"{path}.DiscountAmount", problem)
        if not quantity:
            warnings.append(_left_out(path))
            continue
        if price < 0 and quantity < 0:
            reversed_lines.append(path)
        discount = discount.copy_sign(gross) + _ZERO
        items.append(Item(key.item_id, key.name, price, quantity, discount, components, *key[2:]))
    if not items:
        raise PayloadError("OrderItems", _lt("%(field)s must have at least one item whose Quantity is not 0."))
    total = _amount(order, "GrandTotal", "")
    if reversed_lines and (sum((item.gross for item in items), _ZERO) if total is None else total) > 0:
        raise PayloadError(
            reversed_lines[0],
            _lt("%(field)s is contradictory: its Price and its Quantity are negative, but the order is not a return."),
        )
    return tuple(items)


def _components(
    item: dict[str, Any], item_path: str, limit: int, of_item: Decimal, warnings: list[Message]
) -> tuple[Component, ...]:
    """Return the components of an item, of which `of_item` pieces go out or, if negative, come back."""
    components = []
    for path, entry in _objects(item, "OrderDetailPackages", item_path, limit):
        key = _product(entry, path, warnings)
        price, quantity = _price(entry, path) or _ZERO, _quantity(entry, path)
        if quantity * of_item < 0:
            problem = _lt("%(field)s is contradictory: it must have the same sign as the Quantity of the item.")
            raise PayloadError(join(path, "Quantity"), problem)
        if quantity:
            components.append(Component(key.item_id, key.name, price, quantity, *key[2:]))
        else:
            warnings.append(_left_out(path))
    return tuple(components)


def _left_out(path: str) -> Message:
    return _lt("%s has Quantity 0 and was left out", path).as_note()


def _payments(order: dict[str, Any], amount_paid: Decimal | None, warnings: list[Message]) -> tuple[Payment, ...]:
    details = _objects(order, "CheckoutDetails", "", MAX_PAYMENTS)
    if not details:
        payment = _payment(order, "", amount_paid or _ZERO)
        return (payment,) if payment.amount else ()
    payments = [_payment(entry, path, _required_amount(entry, "AmountPaid", path)) for path, entry in details]
    paid = sum((payment.amount for payment in payments), _ZERO)
    if amount_paid is not None and paid != amount_paid:
        warnings.append(
            _lt(
                "AmountPaid is %(stated)s, but the CheckoutDetails add up to %(paid)s",
                stated=f"{amount_paid:f}",
                paid=f"{paid:f}",
            )
        )
    return tuple(payment for payment in payments if payment.amount)


def _payment(entry: dict[str, Any], path: str, amount: Decimal) -> Payment:
    digits = _NO_DIGIT.sub("", _text(entry, "CardNumber", path))
    return Payment(
        amount=amount,
        card_type=_text(entry, "CardType", path),
        payment_mode=_whole_number(entry, "PaymentMode", path),
        reference=_text(entry, "ReferenceID", path),
        card_last4=digits[-4:] if len(digits) >= 4 else "",
        is_ambiguous=may_be_decimal_comma(entry.get("AmountPaid")),
    )


def _charges(order: dict[str, Any]) -> tuple[Charge, ...]:
    """Return the charges in addition to the items that are not 0."""
    charges = [Charge(kind, name, _amount(order, name, "") or _ZERO) for name, kind in _CHARGES.items()]
    for path, entry in _objects(order, "Charges", "", MAX_CHARGES):
        charges.append(Charge("other", join(path, "Amount"), _amount(entry, "Amount", path) or _ZERO))
    return tuple(charge for charge in charges if charge.amount)


def _may_be_amount(name: str, value: Any) -> bool:
    """Return whether an unknown field may contain an amount."""
    if name in _NO_FURTHER_AMOUNTS or "percent" in name.lower() or isinstance(value, bool):
        return False
    return isinstance(value, int | Decimal) or (isinstance(value, str) and 0 < len(value) <= MAX_ID_LENGTH)


def _product(entry: dict[str, Any], path: str, warnings: list[Message]) -> ItemKey:
    """Return the key of the item's product; the item must have a name, an ID or a code."""
    name = _text(entry, "ItemName", path)
    sku, barcode = _text(entry, "SKU", path), _text(entry, "Barcode", path)
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
        number = _whole_number(entry, key, path)
    except PayloadError as error:
        if not otherwise:
            raise
        warnings.append(_lt("%s It was ignored because the item has a name", error.message).as_note())
        return None
    return number if number is not None and number > 0 else None


def _objects(holder: dict[str, Any], key: str, path: str, limit: int) -> list[tuple[str, dict[str, Any]]]:
    """Return the objects of the list `key`, each with its path; none if the list is missing or null."""
    where = join(path, key)
    entries = holder.get(key)
    if entries is None:
        return []
    if not isinstance(entries, list):
        raise PayloadError(where, _lt("%(field)s must be a list."))
    if len(entries) > limit:
        problem = _lt(
            "%(field)s must have at most %(limit)s entries, not %(count)s (an order may have %(lines)s lines in total)."
        )
        raise PayloadError(where, problem, limit=limit, count=len(entries), lines=MAX_LINES)
    for index, entry in enumerate(entries):
        if not isinstance(entry, dict):
            raise PayloadError(f"{where}[{index}]", _lt("%(field)s must be an object."))
    return [(f"{where}[{index}]", entry) for index, entry in enumerate(entries)]


def _amount(holder: dict[str, Any], key: str, path: str) -> Decimal | None:
    value = holder.get(key)
    if value is None or (isinstance(value, str) and not value.strip()):
        return None
    try:
        return parse_amount(value)
    except AmountError as error:
        raise PayloadError(join(path, key), error.problem) from error


def _price(entry: dict[str, Any], path: str) -> Decimal | None:
    if may_be_decimal_comma(entry.get("Price")):
        raise PayloadError(join(path, "Price"), ambiguous_comma(entry["Price"]).problem)
    return _amount(entry, "Price", path)


def _quantity(entry: dict[str, Any], path: str) -> Decimal:
    quantity = _required_amount(entry, "Quantity", path)
    if isinstance(entry["Quantity"], str) and "," in entry["Quantity"]:
        raise PayloadError(
            join(path, "Quantity"), _lt("%(field)s must be written without a comma, such as 1250 or 1.25.")
        )
    return quantity


def _required_amount(holder: dict[str, Any], key: str, path: str) -> Decimal:
    amount = _amount(holder, key, path)
    if amount is None:
        raise _missing(join(path, key))
    return amount


def _whole_number(holder: dict[str, Any], key: str, path: str) -> int | None:
    text = _identifier(holder, key, path)
    if not text:
        return None
    if not _WHOLE_NUMBER.fullmatch(text):
        raise PayloadError(join(path, key), _lt("%(field)s must be a whole number."))
    return int(text)


def _identifier(holder: dict[str, Any], key: str, path: str = "") -> str:
    """Return a text or a whole number as text; equal numbers give equal texts, whether sent as number or text."""
    value = holder.get(key)
    if type(value) is int and -(10**18) < value < 10**18:
        return str(value)  # the usual case
    return _without_decimals(_text(holder, key, path, MAX_ID_LENGTH))


def _without_decimals(text: str) -> str:
    whole = _WHOLE_DECIMAL.fullmatch(text)
    return whole[1] if whole else text


def _text(holder: dict[str, Any], key: str, path: str, limit: int = MAX_TEXT_LENGTH) -> str:
    """Return a text without surrounding blanks; whole numbers are converted to text.

    Line breaks and tabs become blanks, other control characters are refused.
    """
    where = join(path, key)
    value = holder.get(key)
    if value is None:
        return ""
    if isinstance(value, int | float | Decimal) and not isinstance(value, bool):
        return _number_text(value, where)
    if not isinstance(value, str):
        raise _neither_text_nor_number(where)
    text = value.strip()
    if len(text) > limit:
        problem = _lt("%(field)s must have at most %(limit)s characters, not %(count)s.")
        raise PayloadError(where, problem, limit=limit, count=len(text))
    text = _LINE_BREAK.sub(" ", text)
    if any(unicodedata.category(character) in ("Cc", "Cs") for character in text):
        raise PayloadError(where, _lt("%(field)s contains a control character."))
    return text


def _number_text(value: float | Decimal, where: str) -> str:
    number = Decimal(repr(value)) if isinstance(value, float) else Decimal(value)
    if not number.is_finite() or number.adjusted() >= MAX_ID_LENGTH or number != number.to_integral_value():
        raise _neither_text_nor_number(where)
    return str(int(number))


def _missing(where: str) -> PayloadError:
    return PayloadError(where, _lt("%(field)s is missing."))


def _neither_text_nor_number(where: str) -> PayloadError:
    return PayloadError(where, _lt("%(field)s must be text or a whole number."))
