"""Recognizes the keys of card data in received orders, and says which rule of `card_texts` holds for their values.

`card_groups` does so for the values of one object or list, which show together what each is.
"""

import re
import unicodedata
from functools import lru_cache

from .card_codes import arabic_words, is_arabic_code
from .card_texts import (
    Rule,
    empty,
    in_amount,
    in_card_code,
    in_iban,
    in_identifier,
    in_name,
    in_no_id,
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
CUT = "****"  # begins what is kept of a card number
# May be a security code, and is one inside a payment or card; elsewhere, it identifies a customer.
_CUSTOMER_CODES = frozenset(("cid", "customercid", "validationcode"))
_CARD_OBJECTS = re.compile(r"(?:credit|debit|bank|payment)?cards?(?:data|info|details?|payment)?|cc")
# The number of a customer, see `Customer` in `docs/order_format.md`; of a payment, it may be that of the card.
_CUSTOMER_NUMBERS = frozenset(("id", "ref"))
_CODE_OBJECTS = frozenset(("cardsecurity", "cardverification", "security", "verification"))
# Names of security codes in a payment. In a card, or beside a card number, the second ones are codes too.
_CARD = "(?:credit|debit|bank|payment)?(?:card|cc)"
_SECURITY = "(?:security|sec|verif(?:y|ication)|validation|check|control)(?:id|code|no|nr|num|number|digits?)?"
_CODES_OF_PAYMENT = re.compile(rf"{_CARD}(?:code|{_SECURITY})|(?:{_CARD})?cvx2?|sec(?:no|nr|num|number)")
_CODES_OF_CARD = re.compile(rf"code|{_SECURITY}|c|csv|cvs|spc|4csc|4dbc|cid|customercid|validationcode")
# Names of the expiry date and the holder of a card, likewise.
_EXPIRY = "exp(?:iry|iration|ires?|date|month|year|mm|yyyy|yy|m|y){0,3}|valid(?:thru|through|to|until|from)"
_HOLDER = "(?:holder|owner)s?(?:name)?"
_REST_OF_PAYMENT = re.compile(
    rf"{_CARD}(?:{_EXPIRY}|{_HOLDER}|month|year)|nameoncard|karten?inhaber|titularde(?:la)?tarjeta"
)
_REST_OF_CARD = re.compile(
    rf"{_EXPIRY}|{_HOLDER}|date(?:of)?expir[a-z]{{2,6}}|ablauf(?:datum)?|verfallsdatum|gu[e]?ltigbis|vencimiento|caducidad"
    r"|inhaber|titular|porteur|titulaire|scadenza|intestatario|validade"
)
_PARTS_OF_EXPIRY = frozenset(("m", "mm", "month", "y", "year", "yy", "yyyy"))
_ARABIC_REST = re.compile("تاريخ ?(?:ال)?(?:انتهاء|صلاحي)|(?:حامل|صاحب) ?(?:ال)?بطاق")
_ARABIC_NUMBER = re.compile("رقم ?(?:ال)?بطاق[ةه](?: ?(?:ال)?(?:ائتمان|بنك)[\u0621-\u064a]{0,3})?")
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
# ... but these may be of cards: "PaidWith", "TotalPaidCard", "PaidByAccount"
_NO_AMOUNTS = re.compile(r"card|account|number|method|paid(?:by|with|from)|(?:no|nr|ref)$")
_NAMES = frozenset(("itemname", "name", "customername"))
_PHONES = frozenset(("customercontact", "contact", "customerphone", "fax", "mobile", "phone", "tel", "telephone"))

# Keys of which one names the value of the other: {"Name": "CVV", "Value": "123"}. The text before these words must be
# equal ("paramName", "paramValue"), or be missing before the second.
_LABEL_KEY = re.compile(
    r"^([a-z0-9]{0,20}?)"
    r"(?:name|key|field|label|title|caption|type|code|id|k|param|parameter|attribute|attr|property|question)"
)
_VALUE_KEY = re.compile(
    r"^(?:([a-z0-9]{0,20}?)(?:value|val|content|data|text|answer|response|reply|input|entry|v)s?"
    r"|(number|num|no|nr|digits?))"
)
_OF_ARTICLES = re.compile(r"price|quantity|qty|sku|barcode|stock", re.I)
_THINGS = frozenset(("article", "customer", "item", "product"))  # these can be called "Pin", too

OF_CARD = (empty, last_digits)
BINDING = (*OF_CARD, in_postcode)  # rules of keys that apply to everything below them
OUTSIDE, IN_PAYMENT, IN_CARD = range(3)  # places of keys
UNDECIDED = -1  # the keys of an object decide: it is a payment if one of them is of a card, else outside

Pair = tuple[str, bool]  # what the key of a value begins with, and whether it may also number an entry


def below(key: str, place: int) -> tuple[Rule, str, Pair | None]:
    """Return the rule of the texts below a key, the key as it may be kept, and what `rules_of_pairs` needs.

    The last one is None if the value of this key is never one that another key names.

    :param place: where the key stands, see `place_below`
    """
    return _known_below(key, place) if len(key) <= MAX_CACHED_KEY else _below(key, place)


def _below(key: str, place: int) -> tuple[Rule, str, Pair | None]:
    kept, pair = in_text(key), None
    plain, name = _plain(key)
    rule = _rule_of(plain, name, place)
    if kept != key:  # the rule also has to fit what is kept: "pin4111..." becomes a PIN's key
        plain, name = _plain(kept)
        own = _rule_of(plain, name, place)
        rule = rule if rule in OF_CARD and own not in OF_CARD else own
    if place == IN_CARD and rule is None and kept.startswith(CUT):
        rule = in_card_code  # {"4111111111111111": 987}
    if len(kept) <= MAX_CACHED_KEY and (value_key := _VALUE_KEY.fullmatch(name)) and not (value_key[2] and rule):
        pair = value_key[1] or "", value_key[2] is not None
    return rule or in_text, kept, pair


def rule_of_name(name: str, place: int) -> Rule:
    """Return the rule of the value that a value names: of "123" in `["cvv", "123"]`. Values are not cached."""
    return _below(name, place)[0]


def stricter(outer: Rule, own: Rule) -> Rule:
    """Return the rule of a value whose key has the rule `own` and stands below a key with the rule `outer`."""
    if outer is in_text:  # the usual case
        return own
    if outer in BINDING:
        return empty if own in (empty, in_card_code) else outer
    if outer is in_card_code:
        return outer if own is in_text else own
    if outer is in_no_id:
        return own if own in OF_CARD or own is in_card_code else outer
    return own


def place_below(key: str, value: dict | list | tuple, place: int) -> int:
    """Return the place of the keys below a key: in a payment or a card, according to the key or to its content."""
    if len(key) <= MAX_CACHED_KEY and (named := _known_place(key, place)) != OUTSIDE:
        return named
    return UNDECIDED if not place and isinstance(value, dict) else place


def _named_place(key: str, place: int) -> int:
    name = _plain(key)[1]
    if _CARD_OBJECTS.fullmatch(name) or (place and name in _CODE_OBJECTS):
        return IN_CARD
    return IN_PAYMENT if not place and _PAYMENTS.search(name) else place


def rule_beside_number(key: str, kept: str, own: Rule, is_other: bool) -> Rule | None:
    """Return the rule of a value in an object that also has a card number, None if that is no reason for another one.

    :param kept: the key as it may be kept
    :param own: the rule that the value has without the number
    :param is_other: whether the object is first of all an order or item, so that "Code" need not be that of the card
    """
    return _known_beside(key, kept, own, is_other) if len(kept) <= MAX_CACHED_KEY else None


def _beside_number(key: str, kept: str, own: Rule, is_other: bool) -> Rule | None:
    if own in OF_CARD:
        return None
    for name in dict.fromkeys((_plain(key)[1], _plain(kept)[1])):
        if _CODES_OF_PAYMENT.fullmatch(name) or (not is_other and _CODES_OF_CARD.fullmatch(name)):
            return in_card_code
        if _REST_OF_PAYMENT.fullmatch(name) or (not is_other and _REST_OF_CARD.fullmatch(name)):
            return empty
    return empty if _ARABIC_REST.search(arabic_words(key)) else None


def rules_of_pairs(holder: dict, pairs: dict[str, Pair], place: int) -> dict[str, Rule]:
    """Return the rules of the values whose key is a value itself: ``{"Name": "CVV", "Value": "123"}``.

    :param pairs: the keys of values that another key may name, with what their keys begin with ("param" for
        "paramValue"), and whether the value may as well number an entry
    """
    named: dict[str, Rule] = {}
    for key, name in holder.items():
        if isinstance(name, str) and len(name) <= MAX_CACHED_KEY:
            label = _LABEL_KEY.fullmatch(_plain(below(key, place)[1])[1])
            if label and (rule := rule_of_name(name, place)) in (*BINDING, in_card_code):
                named.setdefault(label[1], rule)
                if label[1] not in _THINGS:
                    named.setdefault("", rule)
    is_article = bool(named) and any(isinstance(own, str) and _OF_ARTICLES.search(own) for own in holder)
    rules = {}
    for key, (prefix, may_number) in pairs.items():
        rule = named.get(prefix)
        if rule and not may_number:
            rules[key] = rule
        elif rule in (empty, in_card_code) and not is_article:
            rules[key] = in_card_code
    return rules


def is_label(key: str) -> bool:
    """Return whether a value under this key may name a value that follows."""
    label = _LABEL_KEY.fullmatch(_plain(in_text(key))[1])
    return bool(label) and label[1] not in _THINGS


def _plain(key: str) -> tuple[str, str]:
    """Return a key without decoration, and only its letters and digits."""
    plain = unicodedata.normalize("NFKD", key)
    return plain, _NO_NAME.sub("", plain.casefold())


def _rule_of(plain: str, name: str, place: int) -> Rule | None:
    """Return the rule of a key, given as `_plain` returns it."""
    if not place and name in _CUSTOMER_CODES:
        return in_identifier
    if not place and name == "pincode":
        return in_postcode
    if place and (rule := _rule_of_payment(name, place)):
        return rule
    if not plain.isascii() and is_arabic_code(plain):
        return empty
    words = {word.casefold() for word in _WORD.findall(plain)}
    if not words.isdisjoint(_CODE_WORDS) or name in _CODE_WORDS or _CODE_ENDS.search(name) or _CODE_NAMES.search(name):
        return empty
    if _CARD_NAMES.search(name) or "pan" in words or (place and _ARABIC_NUMBER.fullmatch(arabic_words(plain))):
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
    return in_amount if _AMOUNTS.search(name) and not _NO_AMOUNTS.search(name) else None


def _rule_of_payment(name: str, place: int) -> Rule | None:
    in_card = place == IN_CARD
    if _CODE_NAMES.search(name) or name in _CODE_WORDS:
        return empty
    if _CODES_OF_PAYMENT.fullmatch(name) or (in_card and _CODES_OF_CARD.fullmatch(name)):
        return in_card_code
    if _REST_OF_PAYMENT.fullmatch(name) or (in_card and (_REST_OF_CARD.fullmatch(name) or name in _PARTS_OF_EXPIRY)):
        return empty
    return None


# A feed repeats the same few keys in each order.
_known_below = lru_cache(maxsize=1024)(_below)
_known_beside = lru_cache(maxsize=1024)(_beside_number)
_known_place = lru_cache(maxsize=1024)(_named_place)
