"""The content of an external order as it may be stored: without card data, as valid JSON."""

import re
from decimal import Decimal
from typing import Any

from ..json_limits import MAX_DEPTH, UNSTORABLE, number_problem
from ..message import Message
from ..message import message as _lt
from .card_data import (
    BINDING,
    CUT,
    IN_CARD,
    IN_PAYMENT,
    OF_CARD,
    OUTSIDE,
    UNDECIDED,
    below,
    place_below,
    rule_beside_number,
    rules_of_pairs,
    stricter,
)
from .card_groups import holds_number, is_of_order, rules_of_list, shows_number, without_rest_of_card
from .card_texts import LEAVING_SHORT, Rule, in_amount, in_card_code, in_no_id, in_text, keep, last_digits

# Below these names are an order's items and payments, which people count from 1.
_ENTRIES = re.compile(r"(Items|OrderItems|OrderDetails|CheckoutDetails|OrderCheckoutDetails)\[([0-9]+)\](?:\.|$)")
_PAYMENTS = ("CheckoutDetails", "OrderCheckoutDetails")
# The usual number: within all bounds, and with too few digits before its point for any rule of `LEAVING_SHORT`.
_SHORT_NUMBER = re.compile(r"-?[0-9]{1,4}(?:\.[0-9]{1,12})?")
# An amount has at most 15 digits before its point.
_NO_AMOUNT = 10**15
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
    if value is None or value is True or value is False:
        return value
    if isinstance(value, (int, Decimal)):
        return _redact_number(value, where, rule)
    if depth >= MAX_DEPTH and isinstance(value, _HOLDERS):
        raise PayloadError("", _lt("%(field)s must not be nested deeper than %(limit)s levels."), limit=MAX_DEPTH)
    if isinstance(value, dict):
        return _redact_object(value, where, depth, rule, place)
    if isinstance(value, (list, tuple)):
        # The usual list, of objects, has one rule for all.
        is_mixed = rule is last_digits or any(not isinstance(entry, dict) or len(entry) == 1 for entry in value)
        has_own = len(value) > 1 and is_mixed
        rules = rules_of_list(value, rule, place) if has_own else [rule] * len(value)
        copy = [_redact(entry, (where, index), depth + 1, rules[index], place) for index, entry in enumerate(value)]
        return without_rest_of_card(value, copy, rule, place) if has_own else copy
    if isinstance(value, float):
        return _redact_number(Decimal(repr(float(value))), where, rule)
    problem = _lt("%(field)s contains a value of type %(type)s, which does not exist in JSON.")
    raise PayloadError(_path(where), problem, type=type(value).__name__)


def _redact_object(holder: dict, where: _Place | None, depth: int, rule: Rule, place: int) -> dict:
    copy, pairs, groups = {}, {}, []
    beside_number = was_cut = is_other = False
    known = None  # of many made-up keys, each is looked at once: no cache holds them
    if place == UNDECIDED:
        known = {key: below(key, OUTSIDE) for key in holder if isinstance(key, str)}
        place = OUTSIDE
        if any(own in OF_CARD for own, _kept, _pair in known.values()):
            known, place = None, IN_PAYMENT
    for key, entry in holder.items():
        if not isinstance(key, str) or UNSTORABLE.search(key):
            raise PayloadError(_path(where), _lt("%(field)s has a key that cannot be stored as JSON text."))
        own, kept, pair = known[key] if known else below(key, place)
        if pair is not None:
            pairs[key] = pair
        if isinstance(entry, _HOLDERS):
            # What is beside them says what they are.
            copy[kept] = None
            groups.append((key, kept, own, entry))
            beside_number = beside_number or bool(own is last_digits and entry)
            continue
        own_rule = own if rule is in_text else stricter(rule, own)
        copy[kept] = text = _redact(entry, (where, kept), depth + 1, own_rule, place)
        if text.__class__ is str and text[:4] == CUT and shows_number(entry, text, own, place):
            beside_number, was_cut = True, was_cut or text != entry
    if beside_number:
        is_other = not was_cut and is_of_order(holder)
    named = rules_of_pairs(holder, pairs, place) if pairs and rule not in BINDING else {}
    for key, kept, own, entry in groups:
        inside = place_below(kept, entry, place)
        if key in named:
            own = named[key]
        elif beside_number and (beside := rule_beside_number(key, kept, own, is_other)):
            own, inside = beside, IN_CARD
        elif own is keep:
            own = in_no_id
        elif own in (last_digits, in_card_code) or (was_cut and own is in_text and inside == IN_PAYMENT):
            inside = IN_CARD
        copy[kept] = _redact(entry, (where, kept), depth + 1, stricter(rule, own), inside)
        if inside == IN_CARD and not beside_number and holds_number(copy[kept]):
            beside_number, is_other = True, is_of_order(holder)
    if beside_number:
        for key, entry in holder.items():
            own, kept, _pair = known[key] if known else below(key, place)
            if not isinstance(entry, _HOLDERS) and (beside := rule_beside_number(key, kept, own, is_other)):
                copy[kept] = _redact(entry, (where, kept), depth + 1, stricter(rule, beside), place)
    for key, own in named.items():
        if not isinstance(holder[key], _HOLDERS):
            kept = below(key, place)[1]
            copy[kept] = _redact(holder[key], (where, kept), depth + 1, own, place)
    return copy


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
    if rule is in_amount and abs(exact) < _NO_AMOUNT:
        return number
    if rule is keep and exact == exact.to_integral_value():
        return number
    text = str(int(number))
    redacted = in_text(text) if rule is keep else rule(text)
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
