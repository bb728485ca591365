"""The rules for texts that may hold card data: each takes a text and returns the part that may be kept.

PCI DSS 4.0 (3.3, 3.5): security codes, PINs and the content of the magnetic stripe are never kept, and only the last
four digits of a card number are. Applying a rule again changes nothing.
"""

import re
from collections.abc import Callable
from html import unescape
from urllib.parse import unquote

from ..json_limits import UNSTORABLE
from .card_codes import without_codes
from .card_numbers import digits_of, first_number, has_groups, is_issued, without_issued_numbers, without_numbers

Rule = Callable[[str], str]

_IBAN = re.compile(r"[A-Z]{2}[0-9]{2}(?: ?[A-Z0-9]){11,30}")
_POSTCODE = re.compile(r"\s?[0-9]{3} ?[0-9]{3}\s?")
_BARE = re.compile(r"[\w./-]+")
_TIME = re.compile(r"[12][0-9]{3}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}[0-9:.]{0,16}(?: ?[+-][0-9:]{2,5}|Z)?")
# No card number has so few digits before a point; 10 / 1.15 has many behind it.
_AMOUNT = re.compile(r"[+-]?[0-9]{1,11}\.[0-9]+")
_SHORT_CODE = re.compile(r"^(?!\*{4}\d{4}$)\W{0,20}\d{3,4}\W{0,20}")  # not "****1111", what is kept of a number
_SIGN = re.compile(r"[%&<\\]")
_TAG = re.compile(r"<[/a-z][^<>]{0,60}>", re.I)
# How programs may encode a blank or a digit, in addition to %20, &nbsp; and &#52;.
_ESCAPE = re.compile(r"\\u([0-9A-Fa-f]{4})")
MAX_ORDER_ID = 64  # characters, see `fields.MAX_ID_LENGTH`
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f]")  # other than line breaks
_ENCODED_TIMES = 3  # one program after the other


def keep(text: str) -> str:
    """Return an OrderID unchanged, because it identifies the order; treat a text that cannot be one like `in_text`."""
    return in_text(text) if len(text.strip()) > MAX_ORDER_ID or _CONTROL.search(text) else text


def empty(_text: str) -> str:
    """Return an empty text, because nothing of a security code may be kept."""
    return ""


def last_digits(text: str) -> str:
    """Return a card number in any notation as "****1234"."""
    text = without_codes(text, True)  # which may stand behind the number
    digits = first_number(text) or digits_of(text)[-4:]
    return f"****{digits}" if digits else ""


def in_text(text: str) -> str:
    """Return a text without the card numbers, tracks and security codes in it."""
    return _also_decoded(text, _cleaned)


def in_no_id(text: str) -> str:
    """Do as `in_text`, for everything below an OrderID that is neither text nor a number and identifies nothing."""
    return in_text(text)


def in_name(text: str) -> str:
    """Return the name of a product or person without what is clearly a card number.

    Products are found by their names, so other long numbers stay, as do "IMEI 35..." and "CVC 300".
    """
    return _also_decoded(text, _cleaned_name)


def in_phone(text: str) -> str:
    """Return a phone number without card numbers. With a country code, a phone number may have 13 digits."""
    return _also_decoded(text, _cleaned_phone)


def in_identifier(text: str) -> str:
    """Return a bare identifier unchanged, however many digits it has; treat anything else like `in_text`.

    A card number in a card's own groups is not an identifier.
    """
    return text if (_BARE.fullmatch(text) and not has_groups(text)) or _TIME.fullmatch(text) else in_text(text)


def in_reference(text: str) -> str:
    """Treat a payment's reference like `in_identifier`, but cut a number that is exactly a card number."""
    return f"****{text[-4:]}" if is_issued(text) else in_identifier(text)


def in_card_code(text: str) -> str:
    """Return an empty text for a possible security code, three or four digits; treat other texts like `in_text`."""
    return "" if _SHORT_CODE.fullmatch(text) else in_text(text)


def in_iban(text: str) -> str:
    """Return an IBAN (ISO 13616) with a valid checksum unchanged; treat anything else like `in_identifier`."""
    if _IBAN.fullmatch(text):
        plain = text.replace(" ", "")
        if int("".join(str(int(character, 36)) for character in plain[4:] + plain[:4])) % 97 == 1:
            return text
    return in_identifier(text)


def in_postcode(text: str) -> str:
    """Return a postcode of six digits, which India calls a PIN code; else an empty text, as it may be a card's PIN."""
    return text if _POSTCODE.fullmatch(text) else ""


def in_amount(text: str) -> str:
    """Return an amount that was sent as text unchanged; treat other texts like `in_text`."""
    return text if _AMOUNT.fullmatch(text) else in_text(text)


# The rules that leave a text of fewer than six digits as it is: no card number is so short.
LEAVING_SHORT = frozenset((keep, in_text, in_name, in_phone, in_identifier, in_reference, in_iban, in_amount))


def _cleaned(text: str) -> str:
    return without_codes(*without_numbers(text, 13))


def _cleaned_phone(text: str) -> str:
    return without_codes(*without_numbers(text, 14))


def _cleaned_name(text: str) -> str:
    cleaned, found = without_issued_numbers(text)
    return without_codes(cleaned, True) if found else text


def _also_decoded(text: str, clean: Rule) -> str:
    """Return the cleaned text. If only decoding it reveals card data, return the decoded text, cleaned."""
    if len(text) < 6:
        return text
    cleaned = decoded = clean(text)
    for _time in range(_ENCODED_TIMES):
        if not _SIGN.search(decoded):  # most texts
            break
        before, decoded = decoded, _decoded(decoded)
        if decoded == before:
            break
        revealed = clean(decoded)
        if revealed != decoded:
            cleaned = decoded = revealed
    return cleaned


def _decoded(text: str) -> str:
    text = _ESCAPE.sub(lambda match: chr(int(match[1], 16)), _TAG.sub(" ", text))
    return UNSTORABLE.sub(" ", unescape(unquote(text)))
