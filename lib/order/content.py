"""The content of an external order as it may be stored: without card data, as valid JSON."""

import re
from decimal import Decimal
from typing import Any

from ..json_limits import MAX_DEPTH, UNSTORABLE, number_problem
from ..message import Message
from ..message import message as _lt
from .card_data import BINDING, OF_CARD, OUTSIDE, below, place_below, rule_of_pair, rules_of_list, stricter
from .card_texts import LEAVING_SHORT, Rule, in_text, keep, last_digits

# Below these names are an order's items and payments, which people count from 1.
_ENTRIES = re.compile(r"(Items|OrderItems|OrderDetails|CheckoutDetails|OrderCheckoutDetails)\[([0-9]+)\](?:\.|$)")
_PAYMENTS = ("CheckoutDetails", "OrderCheckoutDetails")
# The usual number: within all bounds, and with too few digits before its point for any rule of `LEAVING_SHORT`.
_SHORT_NUMBER = re.compile(r"-?[0-9]{1,4}(?:\.[0-9]{1,12})?")
# Where a value stands: what it stands in, and its key or index there; None is the whole order.
_Place = tuple["_Place | None", str | int]
_HOLDERS = (dict, list, tuple)


def in_entry(path: str, problem: Message) -> Message:
    """Return a problem with the item or payment that its path is in, as people count them."""
    entry = _ENTRIES.match(path)
    if not entry or problem.template in _WITH_ENTRY:
        return problem
    number = int(entry[2]) + 1
    if entry[1] in _PAYMENTS:
        return _lt("Payment %(number)s: %(problem)s", number=number, problem=problem)
    return _lt("Item %(number)s: %(problem)s", number=number, problem=problem)


def missing(path: str) -> "PayloadError":
    """Return the error of a field without a value."""
    entry = _ENTRIES.match(path)
    problem = _MISSING.get(path[entry.end() :]) if entry else None
    if not entry or not problem:
        return PayloadError(path, _lt("%(field)s is missing."))
    return PayloadError(path, problem, number=int(entry[2]) + 1)


_MISSING = {
    "Price": _lt("Item %(number)s has no price (%(field)s is missing)."),
    "PriceWithoutTax": _lt("Item %(number)s has no price (%(field)s is missing)."),
    "Quantity": _lt("Item %(number)s has no quantity (%(field)s is missing)."),
    "AmountPaid": _lt("Payment %(number)s has no amount (%(field)s is missing)."),
}
_WITH_ENTRY = {problem.template for problem in _MISSING.values()}


class PayloadError(ValueError):
    """The order cannot be read.

    `message` is a sentence that names the place and the field ("Item 3: OrderItems[2].Price must be ..."), `path` only
    the field, "" for the whole order.
    """

    def __init__(self, path: str, problem: Message, **values: Any):
        self.path = path
        self.message = in_entry(path, problem.filled(field=path or _lt("The order"), **values))
        super().__init__(self.message)


def redact(raw: Any) -> Any:
    """Return a deep copy of `raw` that may be stored.

    - A card number (CardNumber and keys like it, however written) keeps its last four digits: "****1234"; security
      codes, PINs and tracks are emptied (see `card_data`).
    - Card numbers and codes in other texts and in keys are reduced likewise, but not in bare identifiers of the order,
      a customer or a product (ItemID, SKU, Barcode ...) without a card's own groups. OrderID is kept as it is.
    - A Python float becomes the `Decimal` of its shortest text, a tuple a list, any zero 0.

    Redacting an order again changes nothing.

    :raise PayloadError: for values that `strict_json` refuses because they cannot be stored: NaN, infinities, numbers
        beyond its bounds, NUL characters, lone surrogates, deep nesting, keys that are not text, other Python types.
    """
    return _redact(raw, None, 0, in_text, OUTSIDE)


def _redact(value: Any, where: _Place | None, depth: int, rule: Rule, place: int) -> Any:
    if isinstance(value, str):
        if UNSTORABLE.search(value):
            raise PayloadError(_path(where), _lt("%(field)s contains a NUL character or a lone surrogate."))
        return rule(value)
    if depth >= MAX_DEPTH and isinstance(value, _HOLDERS):
        raise PayloadError("", _lt("%(field)s must not be nested deeper than %(limit)s levels."), limit=MAX_DEPTH)
    if isinstance(value, dict):
        copy, pairs = {}, []
        for key, entry in value.items():
            if not isinstance(key, str) or UNSTORABLE.search(key):
                raise PayloadError(_path(where), _lt("%(field)s has a key that cannot be stored as JSON text."))
            own, kept, prefix = below(key, place)
            inside = place_below(key, entry, place) if isinstance(entry, _HOLDERS) else place
            copy[kept] = _redact(entry, (where, kept), depth + 1, stricter(rule, own), inside)
            if prefix is not None:
                pairs.append((key, kept, prefix))
        if pairs and rule not in BINDING:
            for key, kept, prefix in pairs:
                if pair := rule_of_pair(value, prefix, place):
                    copy[kept] = _redact(value[key], (where, kept), depth + 1, pair, place)
        return copy
    if isinstance(value, (list, tuple)):
        # The usual list, of objects, has one rule for all.
        has_own = len(value) > 1 and (rule is last_digits or any(isinstance(entry, str) for entry in value))
        rules = rules_of_list(value, rule, place) if has_own else [rule] * len(value)
        return [_redact(entry, (where, index), depth + 1, rules[index], place) for index, entry in enumerate(value)]
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, float):
        value = Decimal(repr(float(value)))
    if isinstance(value, (int, Decimal)):
        return _redact_number(value, where, rule)
    problem = _lt("%(field)s contains a value of type %(type)s, which does not exist in JSON.")
    raise PayloadError(_path(where), problem, type=type(value).__name__)


def _redact_number(number: int | Decimal, where: _Place | None, rule: Rule) -> Any:
    """Return `number`, or the text that `rule` makes of it if it is a card number."""
    if number and rule in LEAVING_SHORT and _is_short(number):
        return number
    # Check the size first, because converting a very long integer is slow.
    exact = Decimal("Infinity") if isinstance(number, int) and number.bit_length() > 256 else Decimal(number)
    if exact.is_finite() and not exact:
        return "" if rule in OF_CARD else 0
    if number_problem(exact):
        raise PayloadError(
            _path(where), _lt("%(field)s must be a finite number that is not too large, small or long to be stored.")
        )
    if rule is keep:
        return number
    text = str(int(number))
    redacted = rule(text)
    return redacted if rule in OF_CARD or redacted != text else number


def _is_short(number: int | Decimal) -> bool:
    if isinstance(number, int):
        return -10_000 < number < 10_000
    return bool(_SHORT_NUMBER.fullmatch(str(number)))


def _path(where: _Place | None) -> str:
    """Return the path of a value, "" for the whole order. Paths are only made for errors, as that takes long."""
    if where is None:
        return ""
    holder, key = where
    return f"{_path(holder)}[{key}]" if isinstance(key, int) else join(_path(holder), key)


def join(path: str, key: str) -> str:
    """Return the path of `key` inside `path`, shortened for messages."""
    key = key if len(key) <= 40 and key.isprintable() else f"{key[:40]!a}..."
    return f"{path}.{key}" if path else key
