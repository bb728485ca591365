"""Limits on JSON that apply to both reading (`strict_json`) and writing (`canonical_json`)."""

import re
from decimal import Decimal

from .message import Message
from .message import message as _lt

MAX_DEPTH = 64
MAX_ENTRY = 1 << 20  # bytes of one entry of a feed
MAX_ENTRY_VALUES = 100_000  # of one entry; an order of 5,000 lines has some 80,000
MAX_DIGITS = 60  # significant digits of one number
MAX_EXPONENT = 40  # numbers stay below 1E+41, which leaves room for 128-bit identifiers ...
MIN_EXPONENT = -60  # ... and not below 1E-60, which leaves room for the float noise of other systems
MAX_LITERAL = 200  # characters; longer ones are not even converted

SURROGATE = re.compile("[\ud800-\udfff]")
# Characters that PostgreSQL's text cannot hold.
UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


class StrictJsonError(ValueError):
    """The text is not acceptable JSON. `message` is a sentence, `position` a character offset if known."""

    def __init__(self, message: Message, position: int | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.position = position


def string_problem(text: str) -> Message | None:
    """Return what makes a string impossible to store, with the placeholder `place`, else `None`."""
    if "\0" in text:
        return _lt("There is a NUL character %(place)s.")
    if not text.isascii() and SURROGATE.search(text):
        return _lt("There is a lone surrogate %(place)s.")
    return None


def number_problem(number: Decimal) -> Message | None:
    """Return the problem of a number beyond the limits, with the placeholder `place`, else `None`."""
    if not number.is_finite():
        return _lt("A number is not finite %(place)s.")
    if len(number.as_tuple().digits) > MAX_DIGITS:
        return _lt("A number has more than %(limit)s digits %(place)s.", limit=MAX_DIGITS)
    exponent = number.adjusted()
    if not MIN_EXPONENT <= exponent <= MAX_EXPONENT:
        return out_of_bounds()
    return None


def out_of_bounds() -> Message:
    """Return the problem of a number of such a size, with the placeholder `place`."""
    return _lt("A number is too large or too small %(place)s.")
