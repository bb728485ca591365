"""Finds card numbers in texts, however their digits are grouped, and cuts them to the last four digits."""

import re
import unicodedata
from itertools import accumulate

# Separators that people put between the digits of a card number, of any length of blanks. Non-ASCII digits count too.
_SEPARATORS = (
    r"[\s.\-/_\u00ad\u00b7\u2010-\u2015\u0300-\u036f"
    r"\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufe00-\ufe0f\ufeff]"
)
_DIGITS = re.compile(r"\d+")
_DIGIT_RUN = re.compile(rf"\d(?:{_SEPARATORS}{{0,40}}\d){{12,}}")
# Any other separator, such as ", " or "|", must be the same everywhere, because it also stands between other numbers.
_OTHER_GAP = r"(?P<gap>[\W_]{1,12})"
_OTHER_GROUPS = (
    rf"\d{{4}}{_OTHER_GAP}"
    r"(?:\d{4}(?P=gap)\d{4}(?P=gap)\d{4}(?:(?P=gap)\d{1,3})?|\d{6}(?P=gap)\d{4,5})"
)
_OTHER_RUN = re.compile(rf"(?<!\d){_OTHER_GROUPS}(?!\d)")
_OTHER_SINGLES = re.compile(rf"(?<!\d)\d{_OTHER_GAP}\d(?:(?P=gap)\d){{11,17}}(?!\d)")
_SHORTEST_OF_OTHER = 16  # characters

_SOME_SEPARATORS = rf"{_SEPARATORS}{{1,40}}"
_GROUPS = (
    rf"\d{{4}}{_SOME_SEPARATORS}"
    rf"(?:\d{{4}}{_SOME_SEPARATORS}\d{{4}}{_SOME_SEPARATORS}\d{{4}}|\d{{6}}{_SOME_SEPARATORS}\d{{4,5}})"
)
_CARD_GROUPS = re.compile(rf"(?<!\d){_GROUPS}(?!\d)")
_CARD_IN_NAME = re.compile(rf"(?<!\d)(?:\d{{15,16}}|{_GROUPS}|{_OTHER_GROUPS})(?!\d)")
# Numbers of the large issuers: Visa, Mastercard, American Express.
_ISSUED = re.compile(r"(?:4[0-9]|5[1-5]|2[2-7])[0-9]{14}|3[47][0-9]{13}")
# Words that call the number after them something other than a card number.
_NUMBER_NAME = re.compile(
    r"(?<![^\W\d_])(?:imei|meid|iccid|ean|gtin|upc|isbn|sku|s/?n|serial|lot|batch|serien(?:nummer|nr))[0-9]{0,2}"
    r"(?:[^\w\n]{0,3}(?:no|nr|num|number))?[\W_]{0,3}$",
    re.I,
)
# The first two digits of cards. 20 begins the year of a date.
_CARD_START = re.compile(r"[3-6]|2[1-9]|8[12]|97")
# The digits, each doubled and its own digits added up; ASCII codes.
_DOUBLED = bytes.maketrans(b"0123456789", b"0246813579")
# Data that may follow a card number: the rest of a track (ISO/IEC 7813), an expiry date, a code.
_TRACK_REST = re.compile(r"\^[^^?]{0,60}\^[0-9 =]{0,80}\??|[=Dd][0-9]{4,60}\??")
_SHORT_GROUPS = re.compile(r"(?:[^\w\n]{1,3}\d{1,4}(?!\d)){1,4}")


def without_numbers(text: str, shortest: int) -> tuple[str, bool]:
    """Return the text with each card number of at least `shortest` digits cut, and whether there was any."""
    if len(text) < shortest or sum(map(len, _DIGITS.findall(text))) < shortest:  # most texts
        return text, False
    text, found = _without_matches(text, _DIGIT_RUN, shortest)
    if len(text) >= _SHORTEST_OF_OTHER:
        for pattern in (_OTHER_RUN, _OTHER_SINGLES):
            text, found_more = _without_matches(text, pattern, shortest)
            found = found or found_more
    return text, found


def without_issued_numbers(text: str) -> tuple[str, bool]:
    """Return the text with each number cut that is clearly a card's, and whether there was any.

    These have 15 or 16 digits of an issuer that nearly every shop takes, and are not called an IMEI or the like.
    """
    parts, done = [], 0
    for match in _CARD_IN_NAME.finditer(text):
        digits = digits_of(match[0])
        if is_issued(digits) and not _NUMBER_NAME.search(text[max(match.start() - 20, 0) : match.start()]):
            parts += (text[done : match.start()], f"****{digits[-4:]}")
            done = _end_of_card(text, match.end())
    return ("".join((*parts, text[done:])), True) if parts else (text, False)


def has_groups(text: str) -> bool:
    """Return whether a text has a card number in a card's own groups (4-4-4-4, 4-6-5)."""
    return any(_holds_card(match[0], 13) for match in _CARD_GROUPS.finditer(text))


def is_issued(text: str) -> bool:
    """Return whether these digits are a number of 15 or 16 digits of an issuer that nearly every shop takes."""
    return bool(_ISSUED.fullmatch(text) and _holds_card(text, 15))


def first_number(text: str) -> str:
    """Return the last four digits of the first card number in a text, else ""."""
    return next(filter(None, (_holds_card(run[0], 13) for run in _DIGIT_RUN.finditer(text))), "")


def digits_of(text: str) -> str:
    """Return the digits of a text, of any script, as ASCII digits."""
    return "".join(str(unicodedata.decimal(character)) for character in text if character.isdecimal())


def _without_matches(text: str, pattern: re.Pattern[str], shortest: int) -> tuple[str, bool]:
    parts, done = [], 0
    for run in pattern.finditer(text):
        if run.start() < done:
            continue
        is_phone = text[max(run.start() - 1, 0) : run.start()] == "+"
        digits = _holds_card(run[0], max(shortest, 16 if is_phone else 0))
        if digits:
            parts += (text[done : run.start()], f"****{digits}")
            done = _end_of_card(text, run.end())
    return ("".join((*parts, text[done:])), True) if parts else (text, False)


def _end_of_card(text: str, end: int) -> int:
    """Return the end of the data that belongs to the card number that ends here."""
    for follower in (_TRACK_REST, _SHORT_GROUPS):
        if rest := follower.match(text, end):
            end = rest.end()
    return end


def _holds_card(run: str, shortest: int) -> str:
    """Return the last four digits of the first card number that begins and ends between groups of digits, else ""."""
    groups = _DIGITS.findall(run)
    digits = "".join(groups)
    if not digits.isascii():
        digits = digits_of(digits)
    edges = [0, *accumulate(map(len, groups))]  # number of digits before each gap
    for place, start in enumerate(edges[:-1]):
        if not _CARD_START.match(digits, start):
            continue
        for end in edges[place + 1 : place + 20]:
            if end - start > 19:
                break
            if end - start >= shortest and has_check_digit(digits[start:end]):
                return digits[end - 4 : end]
    return ""


def has_check_digit(digits: str) -> bool:
    """Return whether the last of some ASCII digits is their check digit (Luhn, ISO/IEC 7812-1)."""
    codes = digits.encode()
    return (sum(codes[-1::-2]) + sum(codes[-2::-2].translate(_DOUBLED)) - ord("0") * len(codes)) % 10 == 0
