"""Lists of a refund under a name that is not known: they may say what came back, or how it was paid back.

Without the known list, the refund would be of all that is left, or paid back as the sale was paid.
"""

from typing import Any

from ..message import message as _lt
from .content import PayloadError, join
from .field_names import ITEMS, PAYMENTS, REFUND_ITEMS, UNDERSTOOD, has_value, sent_name

_KNOWN = UNDERSTOOD.union(REFUND_ITEMS)
# What a name says of what the list is about, in lower case.
_PAYMENTS = ("payment", "checkout", "tender")
_NO_GOODS = (*_PAYMENTS, "charge", "fee", "tax", "discount", "coupon", "voucher", "promotion")
_OF_PAYMENT = frozenset(("AmountPaid", "CardType", "PaymentMode"))
# A single object, outside a list, is an item only if it has one of these keys.
_OF_ITEM = frozenset(("ItemName", "ItemID", "OdooItemID", "SKU", "Quantity", *REFUND_ITEMS))


def check_lists(refund: dict[str, Any], path: str, *, is_listed: bool, says_amount: bool) -> None:
    """Refuse a refund without known items or payments that has a list under another name, which may be these.

    An order with a refund status may have other lists; without known items, its amount proves that all came back.

    :param is_listed: whether it is an entry of Refunds
    :param says_amount: whether its known fields say what was paid back
    :raise PayloadError: at the unknown list
    """
    others = [(name, objects) for name, value in refund.items() if name not in _KNOWN and (objects := _objects(value))]
    if not others:
        return
    if not has_value(refund.get(sent_name(refund, REFUND_ITEMS))) and (is_listed or not says_amount):
        for name, objects in others:
            if _may_be_items(name, objects, is_list=isinstance(refund[name], list)):
                problem = _lt(
                    "%(field)s is not understood, so it is unclear what came back. The refund must list that as "
                    "%(known)s."
                )
                raise PayloadError(join(path, name), problem, known=(REFUND_ITEMS if is_listed else ITEMS)[0])
    if not any(has_value(refund.get(name)) for name in (*PAYMENTS, "AmountPaid")):
        for name, objects in others:
            if _are_payments(name, objects):
                problem = _lt(
                    "%(field)s is not understood, so it is unclear how the refund was paid back. The refund must list "
                    "that as %(known)s."
                )
                raise PayloadError(join(path, name), problem, known=PAYMENTS[0])


def _objects(value: Any) -> list[dict[str, Any]]:
    entries = value if isinstance(value, list) else [value]
    return [entry for entry in entries if isinstance(entry, dict) and entry]


def _may_be_items(name: str, objects: list[dict[str, Any]], *, is_list: bool) -> bool:
    if any(not _OF_ITEM.isdisjoint(entry) for entry in objects):
        return True
    return is_list and not _are_payments(name, objects) and not _says(name, _NO_GOODS)


def _are_payments(name: str, objects: list[dict[str, Any]]) -> bool:
    return _says(name, _PAYMENTS) or any(not _OF_PAYMENT.isdisjoint(entry) for entry in objects)


def _says(name: str, words: tuple[str, ...]) -> bool:
    return any(word in name.casefold() for word in words)
