"""Recognizes the keys of card data in received orders, and says which rule of `card_texts` holds for their values."""

import re
import unicodedata
from functools import lru_cache

from .card_texts import (
    Rule,
    empty,
    in_amount,
    in_card_code,
    in_iban,
    in_identifier,
    in_name,
    in_phone,
    in_postcode,
    in_reference,
    in_text,
    keep,
    last_digits,
)

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
# May be a security code, and is one inside a payment or card; elsewhere, it identifies a customer.
_CUSTOMER_CODES = frozenset(("cid", "customercid", "validationcode"))
_CARD_OBJECTS = re.compile(r"(?:credit|debit|bank|payment)?cards?(?:data|info|details?|payment)?|cc")
# The number of a customer, see `Customer` in `docs/order_format.md`; of a payment, it may be that of the card.
_CUSTOMER_NUMBERS = frozenset(("id", "ref"))
_PAYMENTS = re.compile(r"payment(?!address)|checkoutdetail|tender|(?:^|credit|debit|bank)card")
# Their values identify the order or a product, so long runs of digits in them are not card numbers.
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
_AMOUNTS = re.compile(r"price|amount|total|tax|tip|charges|paid|discount|quantity|percent")
_NAMES = frozenset(("itemname", "name", "customername"))
_PHONES = frozenset(("customercontact", "contact", "customerphone", "fax", "mobile", "phone", "tel", "telephone"))

# Keys of which one names the value of the other: {"Name": "CVV", "Value": "123"}. The text before these words must be
# equal ("paramName", "paramValue"), or be missing before the second.
_LABEL_KEY = re.compile(
    r"^([a-z0-9]{0,20}?)"
    r"(?:name|key|field|label|title|caption|type|code|id|k|param|parameter|attribute|attr|property|question)"
)
_VALUE_KEY = re.compile(r"^([a-z0-9]{0,20}?)(?:value|val|content|data|text|answer|v)")
_THINGS = frozenset(("article", "customer", "item", "product"))  # these can be called "Pin", too

OF_CARD = (empty, last_digits)
BINDING = (*OF_CARD, in_postcode)  # rules of keys that apply to everything below them
OUTSIDE, IN_PAYMENT, IN_CARD = range(3)  # places of keys


def below(key: str, place: int) -> tuple[Rule, str, str | None]:
    """Return the rule of the texts below a key, the key as it may be kept, and what `rule_of_pair` takes as `prefix`.

    The last one is None if the value of this key is never one that another key names.

    :param place: where the key stands, see `place_below`
    """
    return _known_below(key, place) if len(key) <= MAX_CACHED_KEY else _below(key, place)


def _below(key: str, place: int) -> tuple[Rule, str, str | None]:
    value_key = _VALUE_KEY.fullmatch(_plain(key)[1]) if len(key) <= MAX_CACHED_KEY else None
    return _lasting_rule(key, place) or in_text, in_text(key), value_key and value_key[1]


def _lasting_rule(key: str, place: int) -> Rule | None:
    """Return the rule of a key, which also has to fit what is kept of the key: "pin4111..." becomes a PIN's key."""
    rules = [_rule_of(name, place) for name in dict.fromkeys((key, in_text(key)))]
    return next((rule for rule in OF_CARD if rule in rules), rules[-1])


def stricter(outer: Rule, own: Rule) -> Rule:
    """Return the rule of a value whose key has the rule `own` and stands below a key with the rule `outer`."""
    if outer in BINDING:
        return empty if own in (empty, in_card_code) else outer
    return own


def place_below(key: str, value: dict | list | tuple, place: int) -> int:
    """Return the place of the keys below a key: in a payment or a card, according to the key or to its content."""
    if len(key) <= MAX_CACHED_KEY:
        name = _plain(key)[1]
        if _CARD_OBJECTS.fullmatch(name):
            return IN_CARD
        if not place and _PAYMENTS.search(name):
            return IN_PAYMENT
    if not place and isinstance(value, dict):
        holds_card = any(isinstance(own, str) and below(own, OUTSIDE)[0] in OF_CARD for own in value)
        return IN_PAYMENT if holds_card else OUTSIDE
    return place


def rule_of_pair(holder: dict, prefix: str, place: int) -> Rule | None:
    """Return the rule of a value whose key is a value itself: ``{"Name": "CVV", "Value": "123"}``; else None.

    :param prefix: what the key of the value begins with: "param" for "paramValue"
    """
    for key, name in holder.items():
        if not isinstance(name, str) or max(len(key), len(name)) > MAX_CACHED_KEY:
            continue
        label = _LABEL_KEY.fullmatch(_plain(key)[1])
        if label and (label[1] == prefix or not (prefix or label[1] in _THINGS)):
            rule = _lasting_rule(name, place)
            if rule in BINDING:
                return rule
    return None


def rules_of_list(values: list | tuple, rule: Rule, place: int) -> list[Rule]:
    """Return the rule of each value in a list whose key has a rule.

    The parts of one card number keep the last digits together. A value after the name of a code is a code: ``["cvv",
    "123"]``.
    """
    if rule is last_digits:
        return [empty] * (len(values) - 1) + [rule]
    rules = [rule] * len(values)
    if rule not in BINDING:
        for index, name in enumerate(values[:-1]):
            if isinstance(name, str) and len(name) <= MAX_CACHED_KEY and _lasting_rule(name, place) is empty:
                rules[index + 1] = in_card_code
    return rules


def _plain(key: str) -> tuple[str, str]:
    """Return a key without decoration, and only its letters and digits."""
    plain = unicodedata.normalize("NFKD", key)
    return plain, _NO_NAME.sub("", plain.casefold())


def _rule_of(key: str, place: int) -> Rule | None:
    plain, name = _plain(key)
    if not place and name in _CUSTOMER_CODES:
        return in_identifier
    if not place and name == "pincode":
        return in_postcode
    if place == IN_CARD and name in ("code", "cardcode"):
        return in_card_code
    words = {word.casefold() for word in _WORD.findall(plain)}
    if not words.isdisjoint(_CODE_WORDS) or name in _CODE_WORDS or _CODE_ENDS.search(name) or _CODE_NAMES.search(name):
        return empty
    if _CARD_NAMES.search(name) or "pan" in words:
        return last_digits
    if name == "orderid":
        return keep
    if name in ("referenceid", "code") or (not place and name in _CUSTOMER_NUMBERS):
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
