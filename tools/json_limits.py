"""What JSON may contain here: the bounds that reading (`strict_json`) and writing (`canonical_json`) share."""

import re
from decimal import Decimal

MAX_DEPTH = 64
MAX_DIGITS = 60  # significant digits of one number
MAX_EXPONENT = 40  # numbers stay below 1E+41, which leaves room for 128-bit identifiers ...
MIN_EXPONENT = -60  # ... and not below 1E-60, which leaves room for the float noise of other systems
MAX_LITERAL = 200  # characters; longer ones are not even converted

SURROGATE = re.compile("[\ud800-\udfff]")


class StrictJsonError(ValueError):
    """The text is not JSON as it is accepted here. `str()` is a sentence, `position` a character offset if known."""

    def __init__(self, message: str, position: int | None = None) -> None:
        super().__init__(message)
        self.position = position


def string_problem(text: str) -> str | None:
    """Return the beginning of a sentence about a string that PostgreSQL could not store, else `None`."""
    if "\0" in text:
        return "There is a NUL character"
    if not text.isascii() and SURROGATE.search(text):
        return "There is a lone surrogate"
    return None


def number_problem(number: Decimal) -> str | None:
    """Return the beginning of a sentence about a number beyond the bounds, else `None`."""
    if not number.is_finite():
        return "A number is not finite"
    if len(number.as_tuple().digits) > MAX_DIGITS:
        return f"A number has more than {MAX_DIGITS} digits"
    exponent = number.adjusted()
    if not MIN_EXPONENT <= exponent <= MAX_EXPONENT:
        return "A number is too large or too small"
    return None
