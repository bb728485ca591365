"""Recognizes card data in received orders, by keys and in texts, and reduces it to what may be kept.

PCI DSS 4.0 (3.3, 3.5): security codes, PINs and the content of the magnetic stripe are never kept, and only the last
four digits of a card number are. Each rule here takes a text and returns the part that may be kept; applying it again
changes nothing.
"""

import re
import unicodedata
from collections.abc import Callable
from functools import lru_cache
from itertools import accumulate

Rule = Callable[[str], str]

MAX_CACHED_KEY = 64  # characters; limits the memory used by the cache of received keys

_WORD = re.compile(r"[A-Z]+(?![a-z])[0-9]*|[A-Z]?[a-z]+[0-9]*|[0-9]+")
_NO_NAME = re.compile(r"[^a-z0-9]+")
# Normalized keys: without case, accents and punctuation. As a word of a key:
_CODE_WORDS = frozenset(
    ("cav", "cav2", "ccv", "ccv2", "cid", "csc", "cv2", "cvc", "cvc2", "cvd", "cvn", "cvn2", "cvv", "cvv2", "pin")
)
# ... at the start or end of a key whose words are not separated:
_CODE_ENDS = re.compile(
    r"^(?:ccv|csc|cv2|cvc|cvd|cvn|cvv)|(?:ccv|csc|cv|cvc|cvd|cvn|cvv)[0-9]?$|^(?:card|cc|amex|credit|debit)(?:cid|pin)"
)
# ... anywhere:
_CODE_NAMES = re.compile(
    r"(?:security|verification|validation)(?:code|value|number|num|nr|no|data)|cardcheck|pinblock|pincode|pinnumber"
    r"|prue?f(?:nummer|ziffer|nr|zahl)|cryptogram|codigo(?:de)?seguridad|codicedisicurezza"
    r"|sicherheits(?:code|nummer)|^kartencode|geheimzahl|codigo(?:de)?seguranca|codicesicurezza|code(?:de)?securite|^seccode"
    r"|cardverification|cardcv[vc]|magdata|msrdata|emvtlv|track[123]|trackdata|magstripe|magneticstripe|magnetstreifen|swipedata|emvdata"
)
_CARD_NAMES = re.compile(
    r"cardnumber|numero(?:de)?tarjeta|card(?:num|no|nr|pan)[0-9]?$|primaryaccountnumber|^pan(?:number)?$|^cc(?:number|num|no|nr)$"
    r"|(?:credit|debit|bank)card$|kartennummer|kartennr"
)
# What may be a security code, and is one inside of a payment or card; elsewhere, it identifies a customer.
_CUSTOMER_CODES = frozenset(("cid", "customercid", "validationcode"))
# The number of a customer, see `Customer` in `docs/order_format.md`; of a payment, it may be that of the card.
_CUSTOMER_NUMBERS = frozenset(("id", "ref"))
_PAYMENTS = re.compile(r"payment(?!address)|checkoutdetail|tender|(?:^|credit|debit|bank)card")
# Their values identify the order or a product, and long digit runs in them are just that.
# fmt: off
_IDENTIFIERS = frozenset((
    "barcode", "checkoutdate", "customerid", "customerref", "ean", "ean13", "gtin", "isbn", "itemid", "locationid",
    "odooitemid", "orderdate", "ordertakerid", "partnerid", "refunddate", "refundid", "sku", "upc",
))
# fmt: on
_IDENTIFIER_NAMES = re.compile(
    r"(?:barcode|uuid|guid|externalid|(?:tracking|order|invoice|tax)(?:number|no|nr|id)|trackingcode"
    r"|(?:^|company|customer|item|product)(?:ean(?:code)?|vat(?:number|no|nr|id)?|ustid(?:nr)?))$"
)
_IBAN = re.compile(r"[A-Z]{2}[0-9]{2}(?: ?[A-Z0-9]){11,30}")
_POSTCODE = re.compile(r"\s?[0-9]{3} ?[0-9]{3}\s?")
_BARE = re.compile(r"[\w./-]+")
_TIME = re.compile(r"[12][0-9]{3}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}[0-9:.]{0,16}(?: ?[+-][0-9:]{2,5}|Z)?")
# The numbers of the great issuers: Visa, Mastercard, American Express.
_ISSUED = re.compile(r"(?:4[0-9]|5[1-5]|2[2-7])[0-9]{14}|3[47][0-9]{13}")
_AMOUNTS = re.compile(r"price|amount|total|tax|tip|charges|paid|discount|quantity|percent")
# No card number has so few digits before a point; 10 / 1.15 has many behind it.
_AMOUNT = re.compile(r"[+-]?[0-9]{1,11}\.[0-9]+")
_NAMES = frozenset(("itemname", "name", "customername"))
_PHONES = frozenset(("customercontact", "contact", "customerphone", "fax", "mobile", "phone", "tel", "telephone"))

VALUE_KEYS = frozenset(("content", "data", "text", "val", "value"))

# Separators that people put between the digits of a card number. Non-ASCII digits count too.
_GAP = (
    r"[\s.\-/_\u00ad\u00b7\u2010-\u2015\u0300-\u036f"
    r"\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufe00-\ufe0f\ufeff]{0,5}"
)
_DIGIT_RUN = re.compile(rf"\d(?:{_GAP}\d){{12,}}")
_SOME_GAP = _GAP.replace("{0,5}", "{1,5}")
_GROUPS = rf"\d{{4}}{_SOME_GAP}(?:\d{{4}}{_SOME_GAP}\d{{4}}{_SOME_GAP}\d{{4}}|\d{{6}}{_SOME_GAP}\d{{4,5}})"
_CARD_GROUPS = re.compile(rf"(?<!\d){_GROUPS}(?!\d)")
_CARD_IN_NAME = re.compile(rf"(?<!\d)(?:\d{{15,16}}|{_GROUPS})(?!\d)")
# What calls the number behind it something else than a card's.
_NUMBER_NAME = re.compile(
    r"(?<![^\W\d_])(?:imei|meid|iccid|ean|gtin|upc|isbn|sku|s/?n|serial|lot|batch|serien(?:nummer|nr))[0-9]{0,2}"
    r"(?:[^\w\n]{0,3}(?:no|nr|num|number))?[\W_]{0,3}$",
    re.I,
)
# Data that may follow a card number: the rest of a track (ISO/IEC 7813), an expiry date, a code.
_TRACK_REST = re.compile(r"\^[^^?]{0,60}\^[0-9 =]{0,80}\??|[=Dd][0-9]{4,60}\??")
_SHORT_GROUPS = re.compile(r"(?:[^\w\n]{1,3}\d{1,4}(?!\d)){1,4}")
_EXPIRY = re.compile(
    r"(?<![^\W\d_])(exp[a-z]{0,8}|valid[a-z]{0,3}|thru|until|gültig bis)[^\w\n]{0,4}\d{1,2}[^\w\n]{0,3}\d{2,4}(?!\d)",
    re.I,
)
_CODE = re.compile(
    r"(?<![^\W\d_])((?:cvv2?|cvc2?|ccv2?|csc(?=\s?[:=#])|cvn2?|cvd|cv2|card pin|security code"
    r"|verification (?:value|code|number)|prüfnummer|prüfziffer)"
    r"(?:[^\w\n]{0,3}(?:is|code|number|no|nr))?)[^\w\n]{0,5}\d{3,4}(?!\d)",
    re.I,
)
_SOME_DIGITS = re.compile(r"\d\d\d")
# What is a code only beside a card: doors have PINs, and products are called "CSC 100".
_CODE_OF_CARD = re.compile(r"(?<![^\W\d_])(pin|cid|csc)([^\w\n]{1,4})\d{3,6}(?!\d)", re.I)


def keep(text: str) -> str:
    """Return the text unchanged, because it identifies something."""
    return text


def empty(_text: str) -> str:
    """Return an empty text, because nothing of a security code may be kept."""
    return ""


def last_digits(text: str) -> str:
    """Return a card number in any notation as "****1234"."""
    text = _without_codes(text, True)  # which may stand behind the number
    digits = next(filter(None, (_holds_card(run[0], 13) for run in _DIGIT_RUN.finditer(text))), "")
    digits = digits or "".join(str(int(character)) for character in text if character.isdecimal())[-4:]
    return f"****{digits}" if digits else ""


def in_text(text: str) -> str:
    """Return a text without the card numbers, tracks and security codes in it."""
    cleaned, found = _without_card_numbers(text, 13)
    return _without_codes(cleaned, found)


def in_name(text: str) -> str:
    """Return the name of a product or person without what is clearly a card number.

    Products are found by their names, so other long numbers stay, as do "IMEI 35..." and "CVC 300".
    """
    parts, done = [], 0
    for match in _CARD_IN_NAME.finditer(text):
        digits = "".join(str(int(character)) for character in match[0] if character.isdecimal())
        if _is_issued(digits) and not _NUMBER_NAME.search(text[max(match.start() - 20, 0) : match.start()]):
            parts += (text[done : match.start()], f"****{digits[-4:]}")
            done = _end_of_card(text, match.end())
    return _without_codes("".join((*parts, text[done:])), True) if parts else text


def in_phone(text: str) -> str:
    """Return a phone number without card numbers. With a country code, a phone number may have 13 digits."""
    cleaned, found = _without_card_numbers(text, 14)
    return _without_codes(cleaned, found)


def in_identifier(text: str) -> str:
    """Return a bare identifier as it is, long as its digits may be; anything else as `in_text`.

    A card number in a card's own groups is not an identifier.
    """
    is_bare = _BARE.fullmatch(text) and not any(_holds_card(match[0], 13) for match in _CARD_GROUPS.finditer(text))
    return text if is_bare or _TIME.fullmatch(text) else in_text(text)


def in_reference(text: str) -> str:
    """Return a payment's reference as `in_identifier`; a number that is exactly a card number is cut."""
    return f"****{text[-4:]}" if _is_issued(text) else in_identifier(text)


def in_iban(text: str) -> str:
    """Return an IBAN (ISO 13616) with a valid checksum as it is, also in groups; anything else as `in_identifier`."""
    if _IBAN.fullmatch(text):
        plain = text.replace(" ", "")
        if int("".join(str(int(character, 36)) for character in plain[4:] + plain[:4])) % 97 == 1:
            return text
    return in_identifier(text)


def in_postcode(text: str) -> str:
    """Return the postcode that India calls a PIN code, six digits; nothing else, as it may be a card's PIN."""
    return text if _POSTCODE.fullmatch(text) else ""


def in_amount(text: str) -> str:
    """Return an amount that was sent as text unchanged; treat other texts like `in_text`."""
    return text if _AMOUNT.fullmatch(text) else in_text(text)


OF_CARD = (empty, last_digits)
BINDING = (*OF_CARD, in_postcode)  # the rules of keys that have the last word about all that stands in their value


def below(key: str, in_payment: bool) -> tuple[Rule, str, bool]:
    """Return the rule of the texts below a key, the key as it may be kept, and whether it is one of `VALUE_KEYS`.

    :param in_payment: whether the key stands in a payment or a card, see `is_payment`.
    """
    return _known_below(key, in_payment) if len(key) <= MAX_CACHED_KEY else _below(key, in_payment)


def _below(key: str, in_payment: bool) -> tuple[Rule, str, bool]:
    return _lasting_rule(key, in_payment) or in_text, in_text(key), key.casefold() in VALUE_KEYS


def _lasting_rule(key: str, in_payment: bool) -> Rule | None:
    """Return the rule of a key that is also right for what is kept of the key: "pin4111..." becomes a PIN's."""
    rules = [_rule_of(name, in_payment) for name in dict.fromkeys((key, in_text(key)))]
    return next((rule for rule in OF_CARD if rule in rules), rules[-1])


def stricter(outer: Rule, own: Rule) -> Rule:
    """Return the rule of a value whose key has the rule `own` and stands below a key with the rule `outer`."""
    return outer if outer in BINDING and own is not empty else own


def is_payment(key: str, value: dict | list | tuple) -> bool:
    """Return whether the value of a key describes a payment or a card, by the key or by what is in it."""
    if len(key) <= MAX_CACHED_KEY and _PAYMENTS.search(_plain(key)[1]):
        return True
    return isinstance(value, dict) and any(isinstance(own, str) and below(own, False)[0] in OF_CARD for own in value)


def rule_of_pair(holder: dict, in_payment: bool) -> Rule | None:
    """Return the rule of a value whose key is a value itself: ``{"Name": "CVV", "Value": "123"}``; else None."""
    names = {key.casefold(): value for key, value in holder.items() if len(key) <= 10}
    for label in ("name", "key", "field", "label", "type", "code", "id"):
        name = names.get(label)
        if (
            isinstance(name, str)
            and len(name) <= MAX_CACHED_KEY
            and (rule := _lasting_rule(name, in_payment)) in BINDING
        ):
            return rule
    return None


def _plain(key: str) -> tuple[str, str]:
    """Return a key without what only decorates it, and its letters and digits alone."""
    plain = unicodedata.normalize("NFKD", key)
    return plain, _NO_NAME.sub("", plain.casefold())


def _rule_of(key: str, in_payment: bool) -> Rule | None:
    plain, name = _plain(key)
    if not in_payment and name in _CUSTOMER_CODES:
        return in_identifier
    if not in_payment and name == "pincode":
        return in_postcode
    words = {word.casefold() for word in _WORD.findall(plain)}
    if not words.isdisjoint(_CODE_WORDS) or name in _CODE_WORDS or _CODE_ENDS.search(name) or _CODE_NAMES.search(name):
        return empty
    if _CARD_NAMES.search(name) or "pan" in words:
        return last_digits
    if name == "orderid":
        return keep
    if name in ("referenceid", "code") or (not in_payment and name in _CUSTOMER_NUMBERS):
        return in_reference
    if name.endswith("iban"):
        return in_iban
    if name in _IDENTIFIERS or _IDENTIFIER_NAMES.search(name):
        return in_identifier
    if name in _NAMES:
        return in_name
    if name in _PHONES:
        return in_phone
    return in_amount if _AMOUNTS.search(name) else None


_known_below = lru_cache(maxsize=1024)(_below)  # a feed repeats the same few keys in each order


def _without_codes(text: str, beside_card: bool) -> str:
    if len(text) < 6 or not _SOME_DIGITS.search(text):
        return text
    text = _CODE.sub(r"\1 ***", text)
    return _EXPIRY.sub(r"\1 **/**", _CODE_OF_CARD.sub(r"\1\2***", text)) if beside_card else text


def _without_card_numbers(text: str, shortest: int) -> tuple[str, bool]:
    """Return the text with each card number reduced to its last digits, and whether there was any."""
    if len(text) < shortest:
        return text, False
    parts, done = [], 0
    for run in _DIGIT_RUN.finditer(text):
        if run.start() < done:
            continue
        is_phone = text[max(run.start() - 1, 0) : run.start()] == "+"
        digits = _holds_card(run[0], max(shortest, 16 if is_phone else 0))
        if digits:
            parts += (text[done : run.start()], f"****{digits}")
            done = _end_of_card(text, run.end())
    return ("".join((*parts, text[done:])), True) if parts else (text, False)


def _end_of_card(text: str, end: int) -> int:
    """Return where ends what belongs to the card number that ends here."""
    for follower in (_TRACK_REST, _SHORT_GROUPS):
        if rest := follower.match(text, end):
            end = rest.end()
    return end


def _holds_card(run: str, shortest: int) -> str:
    """Return the last four digits of the first card number that begins and ends between groups of digits, else ""."""
    digits: list[int] = []
    edges: list[int] = []  # number of digits before each gap
    before_gap = True
    for character in run:
        if character.isdecimal():
            if before_gap:
                edges.append(len(digits))
            digits.append(int(character))
            before_gap = False
        else:
            before_gap = True
    edges.append(len(digits))
    # Prefix sums to verify the check digit (Luhn, ISO/IEC 7812-1) of any part quickly.
    doubled = [sum(divmod(2 * digit, 10)) for digit in digits]
    sums = [
        [0, *accumulate(doubled[index] if (index + parity) % 2 else digits[index] for index in range(len(digits)))]
        for parity in (0, 1)
    ]
    for place, start in enumerate(edges[:-1]):
        if not _may_begin_card(digits[start : start + 2]):
            continue
        for end in edges[place + 1 : place + 20]:
            if end - start > 19:
                break
            sums_to = sums[(end - 1) % 2]
            if end - start >= shortest and (sums_to[end] - sums_to[start]) % 10 == 0:
                return "".join(map(str, digits[end - 4 : end]))
    return ""


def _may_begin_card(first: list[int]) -> bool:
    """Return whether cards are issued with these first two digits. 20 begins the year of a date."""
    return first[0] in (3, 4, 5, 6) or (first[0] == 2 and first[1:] != [0]) or first in ([8, 1], [8, 2], [9, 7])


def _is_issued(text: str) -> bool:
    """Return whether these digits are a number of 15 or 16 digits of an issuer that nearly every shop takes."""
    return bool(_ISSUED.fullmatch(text) and _holds_card(text, 15))
