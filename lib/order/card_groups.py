"""What values show together: beside a card number or after the name of a code, others are its expiry date and code."""

import re
from decimal import Decimal
from typing import Any

from .card_data import BINDING, CUT, MAX_CACHED_KEY, OF_CARD, is_label, rule_of_name
from .card_numbers import digits_of, has_check_digit
from .card_texts import Rule, empty, in_card_code, in_text, last_digits

_WORD = re.compile(r"\w")
# An expiry date, a part of one, or a code: "12/27", 1227, " 987 ".
_SHORT_PARTS = re.compile(r"^\W{0,3}\d{1,4}(?:\W{1,3}\d{1,4}){0,2}\W{0,3}")
# An object with one of these is an order or an item.
_OF_ORDERS = ("OrderID", "ItemName", "ItemID", "Price", "Quantity")
_SHORTEST_CARD = 12  # digits
_LARGE = 10**20


def shows_number(value: Any, kept: Any, rule: Rule, place: int) -> bool:
    """Return whether a value was a card number, or is what was kept of one earlier.

    :param kept: the value as it may be kept
    """
    return isinstance(kept, str) and kept.startswith(CUT) and bool(rule is last_digits or place or kept != value)


def holds_number(kept: Any) -> bool:
    """Return whether what is kept of an object or list has a card number in it."""
    values = kept.values() if isinstance(kept, dict) else kept
    return any(isinstance(value, str) and value.startswith(CUT) for value in values)


def is_of_order(holder: dict) -> bool:
    """Return whether an object is an order or an item, whose "Code" is not that of a card."""
    return any(name in holder for name in _OF_ORDERS)


def rules_of_list(values: list | tuple, rule: Rule, place: int) -> list[Rule]:
    """Return the rule of each value in a list whose key has a rule.

    The parts of one card number keep the last digits together. A value after the name of a code is a code: ``["cvv",
    "123"]``, ``["cvv", ":", "123"]``, ``[["cvv"], ["123"]]``.
    """
    if rule is last_digits:
        return _rules_of_parts(values)
    rules = [rule] * len(values)
    if rule in BINDING:
        return rules
    is_named = False
    for index, value in enumerate(values):
        if is_named:
            if value is None or (isinstance(value, str) and value and not _WORD.search(value)):
                continue
            rules[index] = in_card_code
        name = _name_in(value)
        is_named = name is not None and rule_of_name(name, place) in (empty, in_card_code)
    return rules


def _name_in(value: Any) -> str | None:
    """Return the text that may name the next value of a list, also if it is alone in a list or object."""
    if isinstance(value, dict):
        value = next((own for key, own in value.items() if is_label(key)), None) if len(value) == 1 else None
    elif isinstance(value, (list, tuple)):
        value = value[0] if len(value) == 1 else None
    return value if isinstance(value, str) and len(value) <= MAX_CACHED_KEY else None


def _rules_of_parts(values: list | tuple) -> list[Rule]:
    """Return the rules of a list below the key of a card number: the number, in one part or several, then the rest."""
    rules: list[Rule] = [empty] * len(values)
    rules[_last_part(values)] = last_digits
    return rules


def _last_part(values: list | tuple) -> int:
    """Return the index of the value with the last digits of the card number in a list."""
    parts = [digits_of(text) for text in map(_short_text, values)]
    for index, digits in enumerate(parts):
        if len(digits) >= _SHORTEST_CARD or _short_text(values[index]).startswith(CUT):
            return index
    total, lengths = "", []
    for index, digits in enumerate(parts[:40]):
        total += digits
        lengths.append(len(total))
        if 13 <= len(total) <= 19 and has_check_digit(total):
            return index
    if len(total) <= 19:
        return len(values) - 1
    return next(index for index, length in enumerate(lengths) if length > 12)


def _short_text(value: Any) -> str:
    """Return a text, or a whole number of usual size as text, else ""."""
    if isinstance(value, str):
        return value[:80]
    if isinstance(value, bool) or not isinstance(value, (int, float, Decimal)):
        return ""
    if isinstance(value, Decimal) and not value.is_finite():
        return ""
    return str(int(value)) if -_LARGE < value < _LARGE else ""


def without_rest_of_card(values: list | tuple, kept: list[Any], rule: Rule, place: int) -> list[Any]:
    """Return a redacted list. If it has a card number, short numbers beside it are its expiry date and code.

    :param kept: the values as they may be kept
    """
    if (rule is not in_text and not place) or rule in OF_CARD:
        return kept
    if not any(shows_number(value, own, rule, place) for value, own in zip(values, kept, strict=True)):
        return kept
    return ["" if _is_short_part(own) else own for own in kept]


def _is_short_part(value: Any) -> bool:
    if not value or (isinstance(value, Decimal) and value != value.to_integral_value()):
        return False
    return len(text := _short_text(value)) <= 24 and bool(_SHORT_PARTS.fullmatch(text))
