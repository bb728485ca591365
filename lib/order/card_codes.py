"""Finds security codes, PINs and expiry dates of cards in texts, and removes them."""

import re
import string
import unicodedata

# A number that may be a code: in one go, or digit by digit. "%20" is another program's blank.
_SHORT_NUMBER = re.compile(r"(?<![\d%])(?:\d{3,6}|\d(?:[ .-]\d){2,3})(?!\d)")
_SOME_DIGITS = re.compile(r"\d[ .-]?\d[ .-]?\d")
_LOOK_BACK = 60  # characters before such a number that may say what it is
# No name of a code has a digit but 2 (CVV2), so nothing before another one says what a number is. Short texts keep the
# time in proportion to the length of the whole.
_TO_LAST_DIGIT = re.compile(r"^.*[013-9]", re.S)
_ASCII_MARKS = string.punctuation + string.whitespace
_LETTER = re.compile(r"[^\W\d_]")
_MARKS = re.compile(r"[\u0300-\u036f\u0640\u064b-\u065f\u0670]+")
_NO_WORD = re.compile(r"[^a-z0-9]+")
# Words between the name of a code and its digits. "value", "content" and the like: what texts in JSON or XML put there.
_FILLERS = (
    r"(?: (?:is|ist|lautet|war|was|es|est|e|code|number|numero|no|nr|num|value|val|wert|content|text|data|string|v"
    r"|answer|visuel|digits|csc|cvv|cvc|of|de|da|di|la|the|my|his|her|card|carte|karte|der|tarjeta|cartao|carta)){0,6}$"
)
# In plain words: without case, accents and punctuation.
_CODE_NAME = re.compile(
    r"(?:(?:^| )(?:card|cc|payment|credit|debit|amex)? ?"
    r"(?:c ?v ?v ?2?|c ?v ?c ?2?|c ?v ?n ?2?|c ?v ?d|c ?c ?v ?2?|cv2|card ?csc)"
    r"|(?:security|verification) ?(?:code|value|number|num|nr|no)|card ?(?:pin|validation(?: ?code)?|code|check)"
    r"|prue?f ?(?:nummer|ziffer|nr|zahl)|sicherheits ?(?:code|nummer|zahl)|karten ?(?:code|pin)|geheimzahl"
    r"|cryptogramm?e?|code ?(?:de )?securite|codigo ?(?:de )?(?:seguridad|seguranca)"
    r"|codice ?(?:di )?sicurezza|beveiligingscode)" + _FILLERS
)
# Codes only if a card number is nearby: doors have PINs too, and products are called "CSC 100".
_CODE_NAME_OF_CARD = re.compile(
    r"(?:^| )(?:pin|cid|c ?s ?c|c ?v ?x|code|sec|security|verification|validation ?code)" + _FILLERS
)
# Arabic names, as `_NO_ARABIC` leaves them: code or number of security, verification or protection; secret number, PIN.
_ARABIC = re.compile(r"[\u0621-\u064a]")
_NO_ARABIC = re.compile(r"[^\u0621-\u064a]+")
_ARABIC_CODE = re.compile(r"(?:رمز|رقم|كود) ?(?:ال)?(?:امان|تحقق|حمايه|حماية)|سي في في")
_ARABIC_PIN = re.compile(r"(?:رقم|رمز) ?(?:ال)?سري")
_ARABIC_FILLERS = r"(?: [\u0621-\u064a]{1,10}){0,3}$"
_ARABIC_CODE_BEFORE = re.compile(rf"(?:{_ARABIC_CODE.pattern}){_ARABIC_FILLERS}")
_ARABIC_PIN_BEFORE = re.compile(_ARABIC_PIN.pattern + _ARABIC_FILLERS)
_CSC = re.compile(r"""(?<![^\W\d_])csc["')]?\s?[:=#>]["'\s]{0,4}$""", re.I)
_EXPIRY = re.compile(
    r"(?<![^\W\d_])(exp[a-z]{0,8}|valid[a-z]{0,3}|thru|until|gültig bis)[^\w\n]{0,4}\d{1,2}[^\w\n]{0,3}\d{2,4}(?!\d)",
    re.I,
)


def without_codes(text: str, beside_card: bool) -> str:
    """Return the text without security codes.

    :param beside_card: whether the text has a card number; then PINs and expiry dates go too
    """
    if len(text) < 6:
        return text
    if not _SOME_DIGITS.search(text):  # most texts
        return text
    parts, done = [], 0
    for number in _SHORT_NUMBER.finditer(text):
        before = text[max(number.start() - _LOOK_BACK, 0) : number.start()]
        word = before.rstrip(_ASCII_MARKS)
        if not word or word[-1] in "013456789":  # most numbers in texts that are full of them
            continue
        if last := _TO_LAST_DIGIT.match(before):
            before = before[last.end() - 1 :]
        if _LETTER.search(before) and _is_code(before, number[0], beside_card):
            parts += (text[done : number.start()], "***")
            done = number.end()
    text = "".join((*parts, text[done:])) if parts else text
    return _EXPIRY.sub(r"\1 **/**", text) if beside_card else text


def _is_code(before: str, number: str, beside_card: bool) -> bool:
    """Return whether the text before a number says that it is a code."""
    words = _plain_words(before)
    is_short = len(number) <= 4 or not number.isdecimal()
    if is_short and (_CODE_NAME.search(words) or _CSC.search(before)):
        return True
    if beside_card and _CODE_NAME_OF_CARD.search(words):
        return True
    arabic = arabic_words(before)
    return bool(
        (is_short and _ARABIC_CODE_BEFORE.search(arabic)) or (beside_card and _ARABIC_PIN_BEFORE.search(arabic))
    )


def is_arabic_code(name: str) -> bool:
    """Return whether a name is an Arabic one of a security code or PIN."""
    words = arabic_words(name)
    return bool(words) and bool(_ARABIC_CODE.search(words) or _ARABIC_PIN.search(words))


def arabic_words(text: str) -> str:
    """Return the Arabic words of a text, without marks."""
    if text.isascii() or not _ARABIC.search(text):
        return ""
    return _NO_ARABIC.sub(" ", _MARKS.sub("", unicodedata.normalize("NFKD", text))).strip()


def _plain_words(text: str) -> str:
    if not text.isascii():
        text = _MARKS.sub("", unicodedata.normalize("NFKD", text))
    return _NO_WORD.sub(" ", text.casefold()).rstrip()
