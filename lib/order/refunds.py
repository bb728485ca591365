"""What came back of an order: an entry of its `Refunds`, an order that comes again with a refund status, or a cancelled
order.

`docs/order_format.md` describes the format. Treat received data as hostile until it has passed `parse_refund`.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from ..message import Message
from ..message import message as _lt
from ..money import exact
from .content import PayloadError, join, redact
from .field_names import (
    PRICE,
    PRICE_WITHOUT_TAX,
    REFUND_DATE,
    REFUND_ID,
    REFUND_ITEMS,
    REFUND_REASON,
    REFUND_TOTAL,
    REFUNDS,
    RESTOCK,
    UPDATED_AT,
    has_value,
    sent_name,
)
from .fields import TOO_MANY, amount, identifier, objects, or_ignored, shortened_text, text, without_decimals
from .items import (
    MAX_LINES,
    clear_amount,
    is_voided,
    left_out_note,
    priced_amount,
    product_key,
    quantity_of,
    voided_note,
)
from .moment import parse_moment, read_moment
from .parts import Charge, OrderPayload, Payment, RefundItem, RefundPayload
from .payload import MAX_NOTE_LENGTH, external_id, order_location
from .payments import read_payments
from .refund_figures import or_unclear, read_figures
from .refund_lists import check_lists
from .spellings import ItemKey, name_key, plain_id

MAX_REFUNDS = 100
# What identifies a refund without a RefundID, and a cancellation, within their order.
THE_REFUND, THE_CANCELLATION = "refund", "cancellation"

_ZERO = Decimal(0)
_YES = frozenset(("true", "yes", "1"))
_NO = frozenset(("false", "no", "0"))


def has_refunds(order: dict[str, Any]) -> bool:
    """Return whether an order lists what came back of it."""
    return has_value(order.get(REFUNDS))


def listed_refunds(order: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    """Return the refunds that an order lists: the id of each, and a payload for `parse_refund`.

    The payload has the order's OrderID and LocationID, and the one refund. A list that cannot be read is one payload
    with the whole of it, which `parse_refund` refuses with the reason.

    :param order: the order as it may be stored, see `redact`
    """
    about = {name: order[name] for name in ("OrderID", "LocationID") if name in order}
    try:
        entries = objects(order, REFUNDS, "", MAX_REFUNDS, TOO_MANY)
    except PayloadError:
        return [(THE_REFUND, {**about, REFUNDS: order[REFUNDS]})]
    return [(refund_id(entry), {**about, REFUNDS: [entry]}) for _path, entry in entries]


def refund_id(holder: dict[str, Any]) -> str:
    """Return what identifies a refund within its order: its RefundID, normalized like an OrderID, or `THE_REFUND`."""
    try:
        own = without_decimals(plain_id(identifier(holder, REFUND_ID)))
    except PayloadError:
        return THE_REFUND  # `parse_refund` says why it cannot be read
    return f"RefundID {own}" if own.casefold() in (THE_REFUND, THE_CANCELLATION) else own or THE_REFUND


@exact
def parse_refund(raw: Any, sale: OrderPayload | None = None, sold_total: Decimal | None = None) -> RefundPayload:
    """Return the refund in `raw`: a payload of `listed_refunds`, or an order with a refund status.

    - Quantities and amounts count without their sign, if all have the same.
    - An item has a Quantity, an Amount, or both. Its Price and discount say for how much less than they were sold for
      the goods came back, if what was paid back proves it or nothing says what was paid back. In the latter case, each
      figure has to be readable; in the former, one that is not is ignored with a warning.
    - Without items, or in an order with a refund status with all the goods of the sale, all that is not refunded yet
      came back. If nothing came back of the items that are named, that is so only for an order with a refund status
      whose amounts prove it; else only money was paid back.
    - An order with a refund status may repeat the payments of the sale; if change was given, they say nothing. Its
      total may leave out a tip that was paid, as that of a sale.

    :param sale: the sale as it was booked, if that is known
    :param sold_total: the total of the sale as it was booked
    :raise PayloadError: if it is not such a refund
    """
    order = redact(raw)
    order_id = external_id(order)
    is_listed = has_refunds(order)
    path, refund = "", order
    if is_listed:
        (path, refund), *_none = objects(order, REFUNDS, "", MAX_REFUNDS, TOO_MANY)
    identifier(refund, REFUND_ID, path)
    warnings: list[Message] = []
    unclear: list[PayloadError] = []
    items, is_negative = _items(refund, path, warnings, unclear, is_listed=is_listed)
    figures = read_figures(refund, path, is_negative=is_negative, warnings=warnings, unclear=unclear)
    total = _positive(refund, sent_name(refund, REFUND_TOTAL if is_listed else REFUND_TOTAL[1:]), path)
    names_items = has_value(refund.get(sent_name(refund, REFUND_ITEMS)))
    is_rest = not names_items or (not is_listed and (not items or _is_whole(items, sale, total, sold_total)))
    payments, total = _payments(refund, path, warnings, total)
    check_lists(refund, path, is_listed=is_listed, says_amount=bool(payments) or total is not None)
    if not is_listed:
        total = _with_tip(payments, total, figures.charges, sale if is_rest else None, sold_total)
        if is_rest and sale and _repeat_change(payments, total, figures.charges, sale, sold_total):
            payments = ()
    _check_signs(payments, path)
    payments = tuple(replace(payment, amount=abs(payment.amount)) for payment in payments)
    if names_items and not items and not payments and not total:
        is_rest = False  # nothing shows that all of it came back
    if unclear and not payments and total is None:
        raise unclear[0]
    warnings += [_lt("%s It was ignored", error.message) for error in unclear]
    restock = _restock(refund, path)
    if restock is not None:
        if is_rest and sale and not items:
            items = [_item_of(item.key, item.quantity, None) for item in sale.items]
        items = [item if item.restock is not None else replace(item, restock=restock) for item in items]
    return RefundPayload(
        external_id=order_id,
        refund_id=refund_id(refund),
        refunded_at=_refunded_at(refund, path, order, warnings),
        items=tuple(items),
        payments=payments,
        total=total,
        tax=_positive(refund, "Tax", path),
        is_rest=is_rest,
        reason=_reason(refund, warnings),
        location_id=order_location(order),
        warnings=tuple(warnings),
        currency=text(refund, "Currency", path),
        figures=figures,
        restock=restock,
    )


@exact
def parse_cancellation(raw: Any, sale: OrderPayload | None = None) -> RefundPayload:
    """Return the refund of all that is left of an order that was cancelled after it was imported.

    Its amounts are those of the sale, so they say nothing, except payments that are all negative: these were paid back,
    unless the sale was paid in this way.

    :raise PayloadError: if it is not an order
    """
    order = redact(raw)
    order_id = external_id(order)
    warnings: list[Message] = []
    payments: tuple[Payment, ...] = or_ignored([], ((), None), read_payments, order, None, [])[0]
    is_paid_back = _are_negative(payments) and not (sale and _are_negative(sale.payments))
    restock = _restock(order, "")
    items = sale.items if sale and restock is not None else ()
    return RefundPayload(
        external_id=order_id,
        refund_id=THE_CANCELLATION,
        refunded_at=_refunded_at(order, "", order, warnings),
        items=tuple(_item_of(item.key, item.quantity, restock) for item in items),
        payments=tuple(replace(payment, amount=-payment.amount) for payment in payments) if is_paid_back else (),
        total=None,
        tax=None,
        is_rest=True,
        reason=_reason(order, warnings),
        location_id=order_location(order),
        warnings=tuple(warnings),
        restock=restock,
    )


def _are_negative(payments: tuple[Payment, ...]) -> bool:
    return bool(payments) and all(payment.amount < 0 for payment in payments)


def _items(
    refund: dict[str, Any], path: str, warnings: list[Message], unclear: list[PayloadError], *, is_listed: bool
) -> tuple[list[RefundItem], bool]:
    """Return the items of a refund, without those that were voided or of which nothing came back, and whether they are
    stated below 0.

    :param unclear: receives the error of each price, and of each amount of an order with a refund status, that cannot
        be read
    """
    items: list[RefundItem] = []
    signs = set()
    for where, entry in objects(refund, sent_name(refund, REFUND_ITEMS), path, MAX_LINES, TOO_MANY):
        if is_voided(entry):
            warnings.append(voided_note(where))
            continue
        key = product_key(entry, where, warnings)
        paid_back = _paid_back(entry, where, unclear, is_listed=is_listed)
        quantity = quantity_of(entry, where) if has_value(entry.get("Quantity")) or paid_back is None else None
        if quantity == 0 and not paid_back:
            warnings.append(left_out_note(where))
            continue
        if paid_back == 0 and is_listed:
            raise no_money(where)
        signs |= {number > 0 for number in (quantity, paid_back) if number}
        nothing = (None, _ZERO)
        priced, discount = or_unclear(unclear, nothing, priced_amount, entry, where) if quantity else nothing
        items.append(
            replace(
                _item_of(key, quantity, _restock(entry, where)),
                amount=None if paid_back is None else abs(paid_back),
                field=where,
                priced=priced,
                discount=discount,
                priced_without_tax=sent_name(entry, PRICE) == PRICE_WITHOUT_TAX,
            )
        )
    if len(signs) > 1:
        raise PayloadError(
            join(path, sent_name(refund, REFUND_ITEMS)),
            _lt("%(field)s must all come back: their quantities and amounts must have the same sign."),
        )
    return items, signs == {False}


def _paid_back(entry: dict[str, Any], path: str, unclear: list[PayloadError], *, is_listed: bool) -> Decimal | None:
    """Return what an item says was paid back for it, or None."""
    if not is_listed:
        return or_unclear(unclear, None, clear_amount, entry, "Amount", path)
    paid_back = amount(entry, "Amount", path)
    or_unclear(unclear, None, clear_amount, entry, "Amount", path)
    return paid_back


def no_money(path: str) -> PayloadError:
    """Return the error of an item of a refund at `path` for which nothing was paid back."""
    problem = _lt("%(field)s must not be 0: goods that come back without money are not a refund.")
    return PayloadError(join(path, "Amount"), problem)


def _item_of(key: ItemKey, quantity: Decimal | None, restock: bool | None) -> RefundItem:
    item_id, name, *others = key
    return RefundItem(item_id, name, abs(quantity) if quantity else None, None, restock, *others)


def _is_whole(
    items: list[RefundItem], sale: OrderPayload | None, total: Decimal | None, sold_total: Decimal | None
) -> bool:
    """Return whether an order with a refund status brings back all that was sold."""
    if sale:
        return _goods((item.key, item.quantity) for item in items) == _goods(
            (item.key, item.quantity) for item in sale.items
        )
    return total is not None and total == sold_total


def _goods(lines: Iterable[tuple[ItemKey, Decimal | None]]) -> dict[ItemKey, Decimal]:
    found: dict[ItemKey, Decimal] = {}
    for key, quantity in lines:
        plain = key.plain
        found[plain] = found.get(plain, _ZERO) + abs(quantity or _ZERO)
    return found


def _payments(
    refund: dict[str, Any], path: str, warnings: list[Message], total: Decimal | None
) -> tuple[tuple[Payment, ...], Decimal | None]:
    """Return the payments, as they are stated, and the total: 0 if only the payments say so.

    :param total: the stated total
    """
    try:
        payments, stated = read_payments(refund, amount(refund, "AmountPaid", ""), warnings)
    except PayloadError as error:
        if not path:
            raise
        raise PayloadError(path, _lt("%(field)s: %(reason)s"), reason=error.message) from error
    if total is None and not payments and stated == 0:
        total = _ZERO
    return payments, total


def _check_signs(payments: tuple[Payment, ...], path: str) -> None:
    if len({payment.amount > 0 for payment in payments}) > 1:
        field = join(path, "CheckoutDetails")
        raise PayloadError(field, _lt("%(field)s must all be paid back: their amounts must have the same sign."))


def _with_tip(
    payments: tuple[Payment, ...],
    total: Decimal | None,
    charges: tuple[Charge, ...],
    sale: OrderPayload | None,
    sold_total: Decimal | None,
) -> Decimal | None:
    """Return the total with a tip that GrandTotal leaves out, as it may in a sale.

    The payments prove it, or, if they say nothing, the sale that the refund repeats.

    :param sale: the sale, if all of it comes back
    """
    tip = abs(sum((charge.amount for charge in charges if charge.type == "tip"), _ZERO))
    if not tip or total is None:
        return total
    if abs(_paid(payments)) == total + tip:
        return total + tip
    says_nothing = not payments or (sale and _amounts(payments) == _amounts(sale.payments))
    is_of_sale = sale and sold_total and total == abs(sale.grand_total or _ZERO) and total + tip == abs(sold_total)
    return total + tip if says_nothing and is_of_sale else total


def _repeat_change(
    payments: tuple[Payment, ...],
    total: Decimal | None,
    charges: tuple[Charge, ...],
    sale: OrderPayload,
    sold_total: Decimal | None,
) -> bool:
    """Return whether the payments are those of a sale that gave change, so they are not what was paid back.

    If less came back than was sold, a stated charge may be what the total lacks; then they are compared with it.

    :param total: the stated total
    """
    sold = sale.grand_total if sold_total is None else sold_total
    if sold is None or _amounts(payments) != _amounts(sale.payments) or abs(_paid(payments)) == abs(sold):
        return False
    # GrandTotal may have been rounded for cash, other than what was sold.
    return total is None or total in (abs(sold), abs(sale.grand_total or sold)) or not charges


def _paid(payments: Iterable[Payment]) -> Decimal:
    return sum((payment.amount for payment in payments), _ZERO)


def _amounts(payments: Iterable[Payment]) -> list[tuple[Decimal, str]]:
    return sorted((abs(payment.amount), name_key(payment.card_type)) for payment in payments)


def _positive(holder: dict[str, Any], field: str, path: str) -> Decimal | None:
    value = amount(holder, field, path)
    return None if value is None else abs(value)


def _restock(holder: dict[str, Any], path: str) -> bool | None:
    """Return whether goods go back to stock, or None if that is not stated."""
    value = holder.get(RESTOCK)
    if not has_value(value):
        return None
    word = str(value).strip().casefold() if isinstance(value, str | int) else ""
    if word not in _YES | _NO:
        raise PayloadError(join(path, RESTOCK), _lt("%(field)s must be true or false."))
    return word in _YES


def _refunded_at(refund: dict[str, Any], path: str, order: dict[str, Any], warnings: list[Message]) -> datetime | None:
    """Return when money was paid back: RefundDate or, without it, when the order was last changed."""
    if has_value(refund.get(REFUND_DATE)):
        return read_moment(refund, REFUND_DATE, path, warnings)
    holder = refund if has_value(refund.get(sent_name(refund, UPDATED_AT))) else order
    return parse_moment(holder.get(sent_name(holder, UPDATED_AT)))[0]


def _reason(refund: dict[str, Any], warnings: list[Message]) -> str:
    return or_ignored(warnings, "", shortened_text, refund, sent_name(refund, REFUND_REASON), MAX_NOTE_LENGTH)
