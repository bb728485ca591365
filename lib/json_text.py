"""The text of an answer before it is read as JSON: decoded, and with marks for what cannot be stored."""

import re

from .json_brackets import check_depth
from .json_limits import SURROGATE, StrictJsonError
from .message import Message
from .message import message as _lt

_BYTE_ORDER_MARK = "\ufeff"
# Stands for a NUL character, which the decoder would refuse with all that follows. What Python writes for a byte that
# is not UTF-8 ("surrogateescape") begins after it.
_NUL_MARK = "\udc00"
_DIGIT = re.compile(r"\d")
_FEW_DIGITS = re.compile(r"(?:^|\D)\d{3,4}(?:\D|$)")  # a security code
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")


def checked_text(text: str | bytes, max_depth: int) -> str:
    """Decode, drop a byte order mark, and check what concerns the text as a whole.

    :raises StrictJsonError: it is not UTF-8, holds a character that cannot be stored, or is too deep
    """
    if isinstance(text, (bytes, bytearray)):
        try:
            text = text.decode("utf-8")
        except UnicodeDecodeError as error:
            raise StrictJsonError(_lt("The text is not valid UTF-8 at byte %s.", error.start), error.start) from None
    elif not text.isascii() and (found := SURROGATE.search(text)):
        problem = _lt("There is a lone surrogate %(place)s.", place=place(text, found.start()))
        raise StrictJsonError(problem, found.start())
    text = text.removeprefix(_BYTE_ORDER_MARK)
    position = text.find("\0")
    if position >= 0:
        raise StrictJsonError(_lt("There is a NUL character %(place)s.", place=place(text, position)), position)
    check_depth(text, max_depth)
    return text


def marked_text(text: str | bytes) -> tuple[str, bool]:
    """Decode and drop a byte order mark, with lone surrogates in place of NULs and of bytes that are not UTF-8.

    Return the text, and whether there are any. `mark_problem` says what each of them stands for.
    """
    if isinstance(text, (bytes, bytearray)):
        text = text.decode("utf-8", "surrogateescape")
    text = text.removeprefix(_BYTE_ORDER_MARK)
    if "\0" in text:
        text = text.replace("\0", _NUL_MARK)
    return text, not text.isascii() and bool(SURROGATE.search(text))


def mark_problem(text: str, start: int, end: int) -> StrictJsonError | None:
    """Return what is wrong with the first mark of `marked_text` between two offsets, None if there is none."""
    found = SURROGATE.search(text, start, end)
    if not found:
        return None
    position = found.start()
    if found[0] == _NUL_MARK:
        problem = _lt("There is a NUL character %(place)s.")
    elif "\udc80" <= found[0] <= "\udcff":
        problem = _lt("There is a byte that is not UTF-8 %(place)s.")
    else:
        problem = _lt("There is a lone surrogate %(place)s.")
    return StrictJsonError(problem.filled(place=place(text, position)), position)


def place(text: str, position: int) -> Message:
    """Return an offset and a few characters of what is there."""
    shown = excerpt(text[position : position + 24])
    if not shown:
        return _lt("at character %s", position)
    return _lt("at character %(position)s (“%(excerpt)s”)", position=position, excerpt=shown)


def excerpt(text: str) -> str:
    """Return a text fit to be shown: without control characters, and without digits that could be a card's."""
    shown = _CONTROL.sub("?", text)
    if _FEW_DIGITS.search(text) or sum(map(str.isdecimal, shown)) > 8:
        shown = _DIGIT.sub("#", shown)
    return shown
