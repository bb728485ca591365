"""Split a phone number into the three parts that the OPAL form requires."""

import re
from dataclasses import dataclass

# Country calling codes (ITU-T E.164).
_CALLING_CODE = re.compile(r"1|7|2[07]|3[0-469]|4[013-9]|5[1-8]|6[0-6]|8[1246]|9[0-58]|\d{3}")
_INTERNATIONAL = re.compile(r"\+|00")
_EXTENSION = re.compile(r"(?:ext|durchwahl|dw|x)\.?\s?\d", re.I)
_TRUNK_ZERO = re.compile(r"^[^\d(]*\( ?0 ?\)")
_DIGITS = re.compile(r"\d+")
MAX_PHONE_LENGTH = 100  # characters; a longer text is not a phone number
# German numbers without separators: area codes of two digits, and mobile networks (15xx, 16x, 17x).
_GERMAN_AREA = re.compile(r"(30|40|69|89|15\d\d|16\d|17\d)(\d{4,})")


@dataclass(frozen=True)
class Phone:
    """A phone number: `+49`, `30`, `1234567`. Unknown parts are empty."""

    country: str = ""
    area: str = ""
    number: str = ""


def split_phone(text: str, calling_code: int | str = 49) -> Phone:
    """Return the parts of a phone number that a person typed.

    The area code must be set apart (`030/123`, `(030) 123`, `+49 30 123`). In German numbers without separators it is
    recognized for large cities and mobile networks; otherwise all digits go to `number`.

    :param calling_code: calling code of the country to assume for a number without one; 0 or empty if unknown.
    """
    text = _EXTENSION.split(" ".join(text[:MAX_PHONE_LENGTH].split()), maxsplit=1)[0]
    code = str(calling_code or "")
    international = _INTERNATIONAL.match(text)
    if international:
        text = text[international.end() :]
        digits = "".join(filter(str.isdecimal, text))
        match = _CALLING_CODE.match(digits)
        code = match[0] if match else digits
        text = _without_leading(text, len(code))
    text = _TRUNK_ZERO.sub(" ", text, count=1)  # +49 (0) 30 …
    groups = _DIGITS.findall(text)
    if groups and code not in ("", "39"):  # in Italy the 0 is part of the number
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
    """Return the text after the first `digits` digits."""
    for position, character in enumerate(text):
        if character.isdigit():
            digits -= 1
        if not digits:
            return text[position + 1 :]
    return ""
