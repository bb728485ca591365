"""Reads one field of an order: a text, a number, a list of objects. Any other value is a `PayloadError`."""

import re
import unicodedata
from collections.abc import Callable
from decimal import Decimal
from typing import Any, TypeVar

from ..message import Message
from ..message import message as _lt
from ..money import AmountError, parse_amount
from .content import PayloadError, join, missing
from .field_names import has_value

T = TypeVar("T")

MAX_ID_LENGTH = 64
MAX_TEXT_LENGTH = 500
MAX_NUMBER_DIGITS = 18
TOO_MANY = _lt("%(field)s must have at most %(limit)s entries, not %(count)s.")

_WHOLE_NUMBER = re.compile(rf"[+-]?[0-9]{{1,{MAX_NUMBER_DIGITS}}}")
_WHOLE_DECIMAL = re.compile(r"(?<![0-9])(-?[0-9]+)\.0+")
_LINE_BREAK = re.compile(r"[\t\n\v\f\r\x85]")


def objects(
    holder: dict[str, Any], key: str, path: str, limit: int, too_many: Message
) -> list[tuple[str, dict[str, Any]]]:
    """Return the objects of the list `key`, each with its path; none if it has no value.

    :param too_many: the sentence that refuses more than `limit` of them
    """
    where = join(path, key)
    entries = holder.get(key)
    if not has_value(entries):
        return []
    if not isinstance(entries, list):
        raise PayloadError(where, _lt("%(field)s must be a list."))
    if len(entries) > limit:
        raise PayloadError(where, too_many, limit=limit, count=len(entries))
    for index, entry in enumerate(entries):
        if not isinstance(entry, dict):
            raise PayloadError(f"{where}[{index}]", _lt("%(field)s must be an object."))
    return [(f"{where}[{index}]", entry) for index, entry in enumerate(entries)]


def amount(holder: dict[str, Any], key: str, path: str) -> Decimal | None:
    """Return an amount, or None if it is missing."""
    value = holder.get(key)
    if value is None or (isinstance(value, str) and not value.strip()):
        return None
    try:
        return parse_amount(value)
    except AmountError as error:
        raise PayloadError(join(path, key), error.problem) from error


def required_amount(holder: dict[str, Any], key: str, path: str) -> Decimal:
    """Return an amount that must not be missing."""
    value = amount(holder, key, path)
    if value is None:
        raise missing(join(path, key))
    return value


def percentage(holder: dict[str, Any], key: str, path: str) -> Decimal | None:
    """Return a share in per cent, from 0 to 100, or None if it is missing."""
    value = amount(holder, key, path)
    if value is not None and not 0 <= value <= 100:
        raise PayloadError(join(path, key), _lt("%(field)s must be a percentage from 0 to 100."))
    return value


def whole_number(holder: dict[str, Any], key: str, path: str) -> int | None:
    """Return a whole number, or None if it is missing."""
    digits = identifier(holder, key, path)
    if not digits:
        return None
    if not _WHOLE_NUMBER.fullmatch(digits):
        raise PayloadError(join(path, key), _lt("%(field)s must be a whole number."))
    return int(digits)


def identifier(holder: dict[str, Any], key: str, path: str = "") -> str:
    """Return a text or a whole number as text; equal numbers give equal texts, whether sent as number or text."""
    value = holder.get(key)
    if type(value) is int and -(10**18) < value < 10**18:
        return str(value)  # the usual case
    return without_decimals(text(holder, key, path, MAX_ID_LENGTH))


def without_decimals(content: str) -> str:
    """Return a whole number that was written with a decimal point without it; any other text as it is."""
    whole = _WHOLE_DECIMAL.fullmatch(content)
    return whole[1] if whole else content


def text(holder: dict[str, Any], key: str, path: str, limit: int = MAX_TEXT_LENGTH) -> str:
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
    content = value.strip()
    if len(content) > limit:
        problem = _lt("%(field)s must have at most %(limit)s characters, not %(count)s.")
        raise PayloadError(where, problem, limit=limit, count=len(content))
    content = _LINE_BREAK.sub(" ", content)
    if any(unicodedata.category(character) in ("Cc", "Cs") for character in content):
        raise PayloadError(where, _lt("%(field)s contains a control character."))
    return content


def shortened_text(holder: dict[str, Any], key: str, limit: int) -> str:
    """Return a text as `text` does, but without control characters and cut at `limit` characters."""
    value = holder.get(key)
    if not isinstance(value, str):
        return text(holder, key, "")
    content = value.strip()
    if len(content) > limit:
        content = f"{content[: limit - 1]}…"
    content = _LINE_BREAK.sub(" ", content)
    return "".join(character for character in content if unicodedata.category(character) not in ("Cc", "Cs"))


def or_ignored(warnings: list[Message], nothing: T, read: Callable[..., T], *arguments: Any) -> T:
    """Return what `read` returns for `arguments`; if it refuses the field, `nothing`, with a warning."""
    try:
        return read(*arguments)
    except PayloadError as error:
        warnings.append(_lt("%s It was ignored", error.message))
        return nothing


def _number_text(value: float | Decimal, where: str) -> str:
    number = Decimal(repr(value)) if isinstance(value, float) else Decimal(value)
    if not number.is_finite() or number.adjusted() >= MAX_ID_LENGTH or number != number.to_integral_value():
        raise _neither_text_nor_number(where)
    return str(int(number))


def _neither_text_nor_number(where: str) -> PayloadError:
    return PayloadError(where, _lt("%(field)s must be text or a whole number."))
