"""The customer of an order, and whether an invoice is wanted.

Nothing here refuses an order, because the sale counts for any customer. Unusable values cause a warning.
"""

from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

from ..message import Message
from ..message import message as _lt
from .content import PayloadError, join
from .field_names import CUSTOMER, CUSTOMER_FIELDS, CUSTOMER_NAMES, INVOICE
from .fields import identifier, or_ignored, text, whole_number
from .parts import Customer

MAX_ODOO_ID = 2**31 - 1
MAX_EMAIL_LENGTH = 254

_YES, _NO = ("true", "yes", "1"), ("false", "no", "0", "")


def read_customer(order: dict[str, Any], warnings: list[Message]) -> Customer | None:
    """Return the customer, None if the order names none. In each row of `CUSTOMER_FIELDS`, the first name with a usable
    value counts. False, 0, "0" and texts without any
    letter or digit, such as "-", count as missing.
    """
    if order.keys().isdisjoint(CUSTOMER_NAMES):
        return None
    nested = order.get(CUSTOMER)
    if not isinstance(nested, dict):
        if _says_something(nested):
            warnings.append(_lt("%s must be an object. It was ignored", CUSTOMER))
        nested = {}
    values: dict[str, Any] = {}
    for field, names in CUSTOMER_FIELDS.items():
        read = _READERS.get(field, text)
        for holder, path, name in _sent(order, nested, names):
            if value := or_ignored(warnings, None, read, holder, name, path):
                values[field] = value
                break
    return Customer(**values) if values else None


def names_customer(order: dict[str, Any]) -> bool:
    """Return whether the order says anything about a customer, even if it is not usable."""
    nested = order.get(CUSTOMER)
    if not isinstance(nested, dict):
        if _says_something(nested):
            return True
        nested = {}
    return any(True for names in CUSTOMER_FIELDS.values() for _place in _sent(order, nested, names))


def wants_invoice(order: dict[str, Any], warnings: list[Message]) -> bool:
    """Return whether the order asks for an invoice."""
    value = order.get(INVOICE)
    if value is None or isinstance(value, bool):
        return bool(value)
    answer = str(value).strip().lower() if isinstance(value, str | int | Decimal) else None
    if answer in _YES:
        return True
    if answer not in _NO:
        warnings.append(_lt("%s must be true or false. It was ignored", INVOICE))
    return False


def _sent(
    order: dict[str, Any], nested: dict[str, Any], names: tuple[tuple[str, ...], tuple[str, ...]]
) -> Iterator[tuple[dict[str, Any], str, str]]:
    """Yield where a field of the customer was sent: the object, its path, and the name."""
    for holder, path, own in zip((order, nested), ("", CUSTOMER), names, strict=True):
        for name in own:
            if _says_something(holder.get(name)):
                yield holder, path, name


def _says_something(value: Any) -> bool:
    if isinstance(value, str):
        return value.strip() != "0" and any(character.isalnum() for character in value)
    return bool(value)


def _external_id(holder: dict[str, Any], key: str, path: str) -> str:
    """Return the sender's number of the customer; a number below 0 is none."""
    number = identifier(holder, key, path)
    return "" if number.startswith("-") and number[1:].isdigit() else number


def _odoo_id(holder: dict[str, Any], key: str, path: str) -> int | None:
    """Return a contact's id, sent as a number, as text, or as Odoo's API gives it: [id, name]."""
    value = holder[key]
    if isinstance(value, list):
        holder = {key: value[0]}
    try:
        number = whole_number(holder, key, path)
    except PayloadError:
        number = -1
    if number is not None and not 0 <= number <= MAX_ODOO_ID:
        raise PayloadError(join(path, key), _lt("%(field)s must be the id of a contact in Odoo."))
    return number


def _email(holder: dict[str, Any], key: str, path: str) -> str:
    address = text(holder, key, path)
    name, _at, host = address.partition("@")
    if not name or not host or "@" in host or len(address.split()) > 1 or len(address) > MAX_EMAIL_LENGTH:
        raise PayloadError(join(path, key), _lt("%(field)s must be one e-mail address."))
    return address


def _phone(holder: dict[str, Any], key: str, path: str) -> str:
    number = text(holder, key, path)
    if not any(character.isdecimal() for character in number):
        raise PayloadError(join(path, key), _lt("%(field)s must be a phone number."))
    return number


_READERS: dict[str, Callable[[dict[str, Any], str, str], Any]] = {
    "odoo_id": _odoo_id,
    "external_id": _external_id,
    "ref": identifier,
    "email": _email,
    "phone": _phone,
}
