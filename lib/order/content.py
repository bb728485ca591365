"""The content of an external order as it may be kept: no card data, storable as JSON, comparable by a fingerprint."""

import hashlib
import re
from collections.abc import Callable
from decimal import Decimal
from functools import lru_cache
from typing import Any

from ..json_limits import MAX_DEPTH, number_problem
from ..message import Message
from ..message import message as _lt
from ..strict_json import dumps

_CARD_KEY = re.compile(r"cardnumber|card(?:num|no|nr)$|primaryaccountnumber|^pan(?:number)?$")
_SECURITY_CODE_KEYS = frozenset(
    {"cvv", "cvv2", "cvc", "cvc2", "cardcvv", "cardcvc", "cardsecuritycode", "securitycode"}
)
# Their text is looked up or compared, and long digit runs in it are barcodes and references. Card keys below them
# are redacted all the same.
_KEPT_KEYS = frozenset({"orderid", "referenceid", "orderitems"})
_DIGIT_RUN = re.compile(r"[0-9](?:[ -]?[0-9]){12,}")
_STORABLE = re.compile("[^\x00\ud800-\udfff]*")


class PayloadError(ValueError):
    """The order cannot be read.

    `message` is a sentence that names the field ("OrderItems[2].Price must be ..."), `path` the field alone, "" for
    the whole order.
    """

    def __init__(self, path: str, problem: Message, **values: Any):
        self.path = path
        self.message = problem.filled(field=path or _lt("The order"), **values)
        super().__init__(self.message)


def redact(raw: Any) -> Any:
    """A deep copy of `raw` that may be stored.

    - A card number (CardNumber and keys like it, however written) keeps its last four digits: "****1234"; security
      codes are emptied.
    - Card numbers in other texts are reduced likewise, except in ReferenceID, OrderID and the items, which are kept
      as they are.
    - A Python float becomes the `Decimal` of its shortest text, a tuple a list, any zero 0.

    Redacting a redacted order changes nothing.

    :raise PayloadError: what `strict_json` refuses, as it cannot be stored: NaN, infinities, numbers beyond its
        bounds, NUL characters, lone surrogates, deep nesting, keys that are no text, other Python types.
    """
    return _redact(raw, "", 0, _redact_text)


def fingerprint(raw: Any) -> str:
    """The SHA-256, in hexadecimal, of what `redact(raw)` says: the order of keys and the way a number is written (92,
    92.0) do not count.

    :raise PayloadError: as `redact` does.
    """
    return hashlib.sha256(dumps(redact(raw)).encode()).hexdigest()


def _redact(value: Any, path: str, depth: int, rule: Callable[[str], str]) -> Any:
    if depth >= MAX_DEPTH and isinstance(value, dict | list | tuple):
        raise PayloadError("", _lt("%(field)s must not be nested deeper than %(limit)s levels."), limit=MAX_DEPTH)
    if isinstance(value, dict):
        copy = {}
        for key, entry in value.items():
            if not isinstance(key, str) or not _STORABLE.fullmatch(key):
                raise PayloadError(path, _lt("%(field)s has a key that cannot be stored as JSON text."))
            copy[key] = _redact(entry, join(path, key), depth + 1, _rule_below(key, rule))
        return copy
    if isinstance(value, list | tuple):
        return [_redact(entry, f"{path}[{index}]", depth + 1, rule) for index, entry in enumerate(value)]
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        if not _STORABLE.fullmatch(value):
            raise PayloadError(path, _lt("%(field)s holds a NUL character or half of a surrogate pair."))
        return rule(value)
    if isinstance(value, float):
        value = Decimal(repr(float(value)))
    if isinstance(value, int | Decimal):
        return _redact_number(value, path, rule)
    problem = _lt("%(field)s holds a value of the type %(type)s, which JSON has not.")
    raise PayloadError(path, problem, type=type(value).__name__)


def _rule_below(key: str, rule: Callable[[str], str]) -> Callable[[str], str]:
    """What is done to the texts below `key`. A card key's rule also holds for everything inside its value."""
    if rule in (_redact_card_number, _redact_security_code):
        return rule
    return _rule_of(key) or rule


@lru_cache(maxsize=1024)  # a feed repeats its few keys in each order
def _rule_of(key: str) -> Callable[[str], str] | None:
    name = re.sub(r"[^a-z0-9]", "", key.lower())
    if name in _SECURITY_CODE_KEYS:
        return _redact_security_code
    if _CARD_KEY.search(name):
        return _redact_card_number
    return _keep if name in _KEPT_KEYS else None


def _keep(text: str) -> str:
    return text


def _redact_security_code(_text: str) -> str:
    return ""


def _redact_card_number(text: str) -> str:
    digits = "".join(str(int(character)) for character in text if character.isdecimal())
    return f"****{digits[-4:]}" if digits else ""


def _redact_text(text: str) -> str:
    return _DIGIT_RUN.sub(_redact_run, text) if len(text) >= 13 else text


def _redact_run(match: re.Match) -> str:
    """The run of digit groups, or only the last four digits of a card number that begins and ends between groups."""
    groups = re.split("[ -]", match[0])
    for start in range(len(groups)):
        digits = ""
        for group in groups[start:]:
            digits += group
            if len(digits) > 19:
                break
            if _is_card_number(digits):
                return f"****{digits[-4:]}"
    return match[0]


def _is_card_number(digits: str) -> bool:
    """13 to 19 digits of the ranges that cards are issued from, with the check digit of ISO/IEC 7812-1 (Luhn)."""
    if len(digits) < 13 or digits[0] not in "23456":
        return False
    doubled = (sum(divmod(2 * int(digit), 10)) for digit in digits[-2::-2])
    return (sum(map(int, digits[::-2])) + sum(doubled)) % 10 == 0


def _redact_number(number: int | Decimal, path: str, rule: Callable[[str], str]) -> Any:
    """`number`, or the text that `rule` makes of a card number which was sent as a number."""
    # Converting a long integer takes long, so its size is looked at first.
    exact = Decimal("Infinity") if isinstance(number, int) and number.bit_length() > 128 else Decimal(number)
    if exact.is_finite() and not exact:
        return 0 if rule in (_keep, _redact_text) else ""
    if number_problem(exact):
        raise PayloadError(
            path, _lt("%(field)s must be a finite number that is not too large, too small or too long to be stored.")
        )
    if rule is _keep:
        return number
    text = str(int(number))
    redacted = rule(text)
    return number if rule is _redact_text and redacted == text else redacted


def join(path: str, key: str) -> str:
    """The path of `key` inside `path`, short enough for a message whatever the feed calls its keys."""
    key = key if len(key) <= 40 and key.isprintable() else f"{key[:40]!a}..."
    return f"{path}.{key}" if path else key
