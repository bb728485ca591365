"""Parses an order in the JSON format of ``docs/order_format.md``.

The result is typed and checked, or the order is refused with a sentence that names the field.

Treat received data as hostile until it has passed `parse_order`: any JSON value may appear anywhere. Names, IDs and
taxes are matched with Odoo later.
"""

from decimal import Decimal
from typing import Any

from ..message import Message
from ..message import message as _lt
from ..money import exact, may_be_decimal_comma
from ..strict_json import RefusedEntry
from .charges import read_charges
from .content import PayloadError, missing, redact
from .customer import read_customer, wants_invoice
from .field_names import (
    CHARGES,
    DISCOUNT_PERCENT,
    FLAT_CHARGES,
    NOTE,
    ORDER_DISCOUNT,
    PAYMENTS,
    TOTALS,
    UNDERSTOOD,
    sent_name,
)
from .fields import (
    MAX_ID_LENGTH,
    amount,
    identifier,
    or_ignored,
    percentage,
    shortened_text,
    text,
    without_decimals,
)
from .items import read_items
from .moment import sold_at
from .parts import OrderPayload
from .payments import read_payments
from .spellings import plain_id

MAX_NOTE_LENGTH = 2000

_ZERO = Decimal(0)
_MISSING_TOTALS = {
    "GrandTotal": _lt("GrandTotal is missing, so the amount paid was used as the total").as_note(),
    "AmountTotal": _lt("AmountTotal is missing, so the subtotal was not checked").as_note(),
    "AmountPaid": _lt("AmountPaid is missing, so the payments were not checked against it").as_note(),
}


def external_id(raw: Any) -> str:
    """Return the OrderID of an order as text. 639, "639", " 639 ", 639.0 and "639.0" are the same ID; other texts
    ("A-17", "007") are only trimmed. Digits of another script and invisible characters do not make a different ID.

    :raise PayloadError: if `raw` is not an object (for example a `RefusedEntry`), or its OrderID is missing, neither
        text nor a whole number, or longer than `MAX_ID_LENGTH`.
    """
    order_id = without_decimals(plain_id(former_external_id(raw)))
    if not order_id:
        raise missing("OrderID")
    return order_id


def former_external_id(raw: Any) -> str:
    """Return the OrderID as earlier releases stored it, with invisible characters and digits of other scripts.

    :raise PayloadError: as `external_id` does, except for a missing one
    """
    return identifier(_order(raw), "OrderID")


def order_status(raw: Any) -> str:
    """Return the OrderStatus of an order as it may be stored, normalized like `external_id`; "" if it has none.

    :raise PayloadError: as `external_id` does.
    """
    return redact({"OrderStatus": identifier(_order(raw), "OrderStatus")})["OrderStatus"]


def order_location(raw: Any) -> str:
    """Return the LocationID of an order, normalized like `external_id`; "" if it has none, or one that `parse_order`
    refuses.

    :raise PayloadError: if `raw` is not an object
    """
    location = _order(raw).get("LocationID")
    try:
        return _location(redact({"LocationID": location}))
    except PayloadError:
        return ""


def _location(order: dict[str, Any]) -> str:
    return without_decimals(plain_id(identifier(order, "LocationID")))


@exact
def parse_order(raw: Any) -> OrderPayload:
    """Parse `raw`, one object of the feed, and return the order.

    OrderID, OrderItems and each item's ItemName (or an id or a code), Price and Quantity are required. Every field may
    be sent under another of its names (see `field_names`). Further:

    - A missing total is None, with a warning. An empty text always counts as missing.
    - Voided items and components are left out with a note, whatever else they say. An order of nothing else has no
      items; it is refused if it costs anything.
    - A line or component with quantity 0 is dropped with a warning. A line with quantity 0 and a discount is refused,
      because dropping it would drop the discount.
    - A discount always reduces the amount it belongs to, in sales and returns: it gets the sign of that amount,
      regardless of its own.
    - Payments of 0 are dropped. Without CheckoutDetails, the payment is read from the order's AmountPaid, PaymentMode
      and CardType.
    - A quantity must not have a comma, and a price must not have one that may be a decimal comma: unlike totals, they
      cannot be checked.
    - Components must move in the direction of their item, out or back. Goods that come back must not have a negative
      price, except in a return.
    - An ItemID that is not a number is ignored with a warning if the item has a name or a code.
    - A date, a customer or a text that cannot be used is ignored with a warning: it does not change what was sold.

    :raise PayloadError: if `raw` is not such an order; no other exception is raised.
    """
    order = _order(redact(raw))
    order_id = external_id(order)
    warnings: list[Message] = []
    goods = read_items(order, warnings)
    items = goods.items
    # Use the amount of the goods only: a rounded line discount can exceed the line.
    gross = sum((item.gross for item in items), _ZERO) or sum((item.gross - item.discount for item in items), _ZERO)
    amounts = {name: (percentage if name == "TaxPercent" else amount)(order, name, "") for name in TOTALS}
    warnings += [message for name, message in _MISSING_TOTALS.items() if amounts[name] is None]
    payments, amount_paid = read_payments(order, amounts["AmountPaid"], warnings)
    charges = read_charges(order, warnings)
    paid = sum((payment.amount for payment in payments), _ZERO)
    if not items and (charges or (paid if amounts["GrandTotal"] is None else amounts["GrandTotal"])):
        raise PayloadError(goods.field, _lt("%(field)s has only voided items, but the order's total is not 0."))
    discount = amounts["AmountDiscount"]
    return OrderPayload(
        external_id=order_id,
        status=order_status(order),
        items=items,
        payments=payments,
        amount_total=amounts["AmountTotal"],
        grand_total=amounts["GrandTotal"],
        amount_paid=amount_paid,
        tax=amounts["Tax"],
        tax_percent=amounts["TaxPercent"],
        discount=None if discount is None else abs(discount).copy_sign(gross) + _ZERO,
        balance=amounts["BalanceAmount"],
        currency=text(order, "Currency", ""),
        charges=charges,
        further=tuple((name, value) for name, value in order.items() if _may_be_amount(name, value)),
        discount_percent=_discount_percent(order),
        prices_exclude_tax=goods.without_tax and not goods.with_tax,
        mixes_prices=goods.without_tax and goods.with_tax,
        voided=goods.voided,
        ambiguous=_ambiguous(order),
        sold_at=sold_at(order, warnings),
        customer=read_customer(order, warnings),
        wants_invoice=wants_invoice(order, warnings),
        location_id=_location(order),
        order_type=or_ignored(warnings, "", text, order, "OrderType", ""),
        note=or_ignored(warnings, "", shortened_text, order, sent_name(order, NOTE), MAX_NOTE_LENGTH),
        order_taker=or_ignored(warnings, "", identifier, order, "OrderTakerID"),
        warnings=tuple(warnings),
    )


def _ambiguous(order: dict[str, Any]) -> tuple[str, ...]:
    """Return the fields of amounts whose comma may separate thousands or decimals."""
    flat = [(name, order.get(name)) for name in (*TOTALS, *(name for names in FLAT_CHARGES.values() for name in names))]
    listed = [
        (f"{name}[{index}].{field}", entry.get(field))
        for name, field in ((CHARGES, "Amount"), (sent_name(order, PAYMENTS), "AmountPaid"))
        if isinstance(order.get(name), list)
        for index, entry in enumerate(order[name])
    ]
    return tuple(name for name, value in [*flat, *listed] if may_be_decimal_comma(value))


def _discount_percent(order: dict[str, Any]) -> Decimal | None:
    """Return the order's discount in per cent, above 0, if it has none as an amount."""
    if sent_name(order, ORDER_DISCOUNT, zero_counts=False) != DISCOUNT_PERCENT:
        return None
    return percentage(order, DISCOUNT_PERCENT, "") or None


def _may_be_amount(name: str, value: Any) -> bool:
    """Return whether an unknown field may contain an amount."""
    if name in UNDERSTOOD or "percent" in name.lower() or isinstance(value, bool):
        return False
    return isinstance(value, int | Decimal) or (isinstance(value, str) and 0 < len(value) <= MAX_ID_LENGTH)


def _order(raw: Any) -> dict[str, Any]:
    if isinstance(raw, RefusedEntry):
        raise PayloadError("", _lt("%(field)s cannot be read: %(reason)s"), reason=raw.reason)
    if not isinstance(raw, dict):
        raise PayloadError("", _lt("%(field)s must be an object."))
    return raw
