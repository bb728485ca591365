"""Addresses as the OPAL form wants them: street apart from house number, a phone number in three parts."""

import re
from dataclasses import dataclass

# Countries that write the house number before the street.
# fmt: off
_NUMBER_FIRST = frozenset((
    "AU", "BB", "CA", "FR", "GB", "GG", "HK", "IE", "IL", "IM", "IN", "JE", "JM", "LK", "LU", "MA", "MC", "MT", "MU",
    "NZ", "PH", "RE", "SG", "TH", "TN", "TT", "US", "ZA",
))
# fmt: on
# 12, 12a, 12 a, 12-14, 12 a-c, 21/3/12, 12/A, 12 1/2, 12 bis
_NUMBER = (
    r"\d+(?:\s?[a-z](?![^\W\d_]))?"
    r"(?:\s?[-\u2013/+&]\s?(?:\d+\s?[a-z]?|[a-z])(?![^\W\d_]))*"
    r"(?:\s(?:bis|ter|quater|1/2|½)(?!\w))?"
)
_LEADING_NUMBER = r"\d+[a-z]?(?:\s?[-\u2013/]\s?\d+[a-z]?)?(?:\s(?:bis|ter|quater)(?!\w))?"
_LAST = re.compile(rf"(?P<street>.*[^\W\d_].*?)(?:\s*,\s*|\s+)(?P<number>{_NUMBER})", re.I)
_FIRST = re.compile(rf"(?P<number>{_LEADING_NUMBER})(?:\s*,\s*|\s+)(?P<street>.*[^\W\d_].*)", re.I)
_NUMBER_WORD = re.compile(r"[\s,]+(?:nr\.?|no\.?|n[°º])$", re.I)
# What follows a house number: behind a comma anything, otherwise only what is known to be no part of a street's name.
_ADDITION = re.compile(
    r"(?P<rest>.*?\d.*?)(?:\s*,\s*(?P<after_comma>.*[^\W\d_].*)"
    r"|\s+(?P<addition>(?:hinterhaus|vorderhaus|seitenflügel|hh|vh|\d+\.\s?(?:og|stock|etage)|eg|og|whg|wohnung|top|"
    r"stiege|apt|apartment|c/o|gebäude|geb|haus|tor|halle)\b.*))",
    re.I,
)

# Country calling codes (ITU-T E.164).
_CALLING_CODE = re.compile(r"1|7|2[07]|3[0-469]|4[013-9]|5[1-8]|6[0-6]|8[1246]|9[0-58]|\d{3}")
# German numbers written in one go: area codes of two digits, and mobile networks (15xx, 16x, 17x).
_GERMAN_AREA = re.compile(r"(30|40|69|89|15\d\d|16\d|17\d)(\d{4,})")


@dataclass(frozen=True)
class Phone:
    """A phone number: `+49`, `30`, `1234567`. Parts that are not known are empty."""

    country: str = ""
    area: str = ""
    number: str = ""


def split_street(text: str, country_code: str = "DE") -> tuple[str, str, str]:
    """Return street, house number and what is left over (`Hinterhaus`), each possibly empty.

    :param country_code: ISO 3166-1 alpha-2; tells on which side the number is expected first.
    """
    text = " ".join(text.split())
    patterns = (_FIRST, _LAST) if country_code.upper() in _NUMBER_FIRST else (_LAST, _FIRST)
    for pattern in patterns:
        if match := pattern.fullmatch(text):
            return _NUMBER_WORD.sub("", match["street"].strip(" ,")), _tidy(match["number"]), ""
    if match := _ADDITION.fullmatch(text):
        street, number, _rest = split_street(match["rest"], country_code)
        if number:
            return street, number, (match["after_comma"] or match["addition"]).strip()
    return text, "", ""


def _tidy(number: str) -> str:
    return re.sub(r"\s*([-\u2013/+&])\s*", r"\1", number)


def split_phone(text: str, calling_code: int | str = 49) -> Phone:
    """Return the parts of a phone number as a person wrote it.

    The area is what stands apart (`030/123`, `(030) 123`, `+49 30 123`); in German numbers written in one go it is
    recognized for the large cities and mobile networks, elsewhere the whole goes to `number`.

    :param calling_code: of the country that a number without one belongs to; 0 or empty if that is not known.
    """
    text = re.split(r"(?i)\s*(?:ext|durchwahl|dw|x)\.?\s*\d", text.strip())[0]
    code = str(calling_code or "")
    international = re.match(r"\s*(?:\+|00)\s*", text)
    if international:
        text = text[international.end() :]
        digits = re.sub(r"\D", "", text)
        match = _CALLING_CODE.match(digits)
        code = match[0] if match else digits
        text = _without_leading(text, len(code))
    text = re.sub(r"^\D*\(\s*0\s*\)", " ", text)  # +49 (0) 30 …
    groups = re.findall(r"\d+", text)
    if groups and code not in ("", "39"):  # in Italy the 0 belongs to the number
        groups[0] = groups[0].removeprefix("0")
    groups = [group for group in groups if group]
    if not groups:
        return Phone()
    country = f"+{code}" if code else ""
    if len(groups) > 1:
        return Phone(country, groups[0], "".join(groups[1:]))
    if code == "49" and (match := _GERMAN_AREA.fullmatch(groups[0])):
        return Phone(country, match[1], match[2])
    return Phone(country, "", groups[0])


def _without_leading(text: str, digits: int) -> str:
    """Return the text without its first so many digits and all that stands before them."""
    for position, character in enumerate(text):
        if character.isdigit():
            digits -= 1
        if not digits:
            return text[position + 1 :]
    return ""
