"""Finds the end and the depth of values in a JSON text by their brackets, without decoding."""

import re
from collections.abc import Iterator
from itertools import islice

from .json_limits import StrictJsonError
from .message import Message
from .message import message as _lt

_CHUNK = 1 << 18  # characters looked at in one go
_FIRST_CHUNK = 1 << 12  # where the end may be near; each further one is twice as long
_FEW_TOKENS = 500
_PASSES = 8
_MANY = 10_000
_NO_BRACKETS = bytes(set(range(256)) - set(b"[]{}"))
_STRING = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+"', re.DOTALL)
_SCALAR = re.compile(r'[^\s,:"\[\]{}]*+')
# A bracket, a whole string, or the quote of one that does not end.
_TOKEN = re.compile(rf"[][{{}}]|{_STRING.pattern}|\"", re.DOTALL)
_STEP = {"[": 1, "{": 1, "]": -1, "}": -1}


def check_depth(text: str, max_depth: int) -> None:
    """Refuse deep nesting before the recursive decoder runs.

    :raises StrictJsonError: if the text is nested deeper than `max_depth` levels
    """
    start = deep_place(text, max_depth)
    if start is not None:
        raise StrictJsonError(too_deep(max_depth, start), start)


def too_deep(max_depth: int, position: int) -> Message:
    """Return the sentence that says that a text is nested too deep after an offset."""
    return _lt(
        "The JSON text is nested deeper than %(limit)s levels after character %(position)s.",
        limit=max_depth,
        position=position,
    )


def deep_place(text: str, max_depth: int) -> int | None:
    """Return an offset shortly before a text is nested deeper than `max_depth` levels, None if it never is."""
    depth = 0
    for start, brackets in _chunks(text, 0):
        short, passes = _without_pairs(brackets)
        # The removed pairs are at most one level deeper per pass.
        may_be = depth + passes + max(_depths(short), default=0)
        if may_be > max_depth and depth + max(_depths(brackets)) > max_depth:
            return start
        depth += sum(_STEP[bracket] for bracket in short)
    return None


def value_end(text: str, position: int) -> int | None:
    """Return the offset after the value that begins at an offset, or None if it does not end.

    The text between its brackets need not be valid JSON. The time depends on the value's length, not on what follows.
    """
    if text[position] not in "[{":
        match = (_STRING if text[position] == '"' else _SCALAR).match(text, position)
        return match.end() if match else None
    depth = 0
    for token in islice(_TOKEN.finditer(text, position), _FEW_TOKENS):
        if token[0] == '"':
            return None
        depth += _STEP.get(token[0], 0)
        position = token.end()
        if depth <= 0:
            return position
    for start, brackets in _chunks(text, position, _FIRST_CHUNK):
        # A removed pair does not end a value, unless the value is that pair alone.
        short, _passes = _without_pairs(brackets)
        if depth + min(_depths(short), default=0) <= 0:
            return _end_in_chunk(text, start, depth)
        depth += sum(_STEP[bracket] for bracket in short)
    return None


def count_values(text: str) -> int:
    """Return the number of values in a JSON text, accurate to one per array and object."""
    counted = sum(map(text.count, ",[{"))
    # Look for signs inside strings only if they could matter.
    return counted if counted < _MANY else sum(map(_STRING.sub("", text).count, ",[{"))


def _end_in_chunk(text: str, start: int, depth: int) -> int | None:
    for token in _TOKEN.finditer(text, start):
        depth += _STEP.get(token[0][0], 0)
        if depth <= 0 and token[0] != '"':
            return token.end()
    return None


def _chunks(text: str, start: int, size: int = _CHUNK) -> Iterator[tuple[int, str]]:
    """Yield the brackets outside of strings, chunk by chunk, each with the offset where it begins.

    A chunk always begins outside a string: a string cut by the end of a chunk belongs to the next chunk.
    """
    while start < len(text):
        end = min(start + size, len(text))
        size = min(2 * size, _CHUNK)
        while end < len(text) and text[end - 1] == "\\":
            end += 1
        pieces = text[start:end].replace("\\\\", "").replace('\\"', "").split('"')
        if not len(pieces) % 2:
            # The chunk ends inside a string: take the whole string or, if it does not end, the rest of the text.
            quote = _last_quote(text, start, end)
            string = _STRING.match(text, quote)
            pieces[-1], end = "", string.end() if string else len(text)
        outside = "".join(pieces[::2]).encode("utf-8", "surrogatepass")
        yield start, outside.translate(None, _NO_BRACKETS).decode("ascii")
        start = end


def _last_quote(text: str, start: int, end: int) -> int:
    """Return the offset of the last unescaped quote between two offsets."""
    while True:
        end = text.rfind('"', start, end)
        before = end
        while before > start and text[before - 1] == "\\":
            before -= 1
        if (end - before) % 2 == 0:
            return end


def _without_pairs(brackets: str) -> tuple[str, int]:
    """Return the brackets after repeatedly removing adjacent pairs, and the number of passes."""
    for passes in range(_PASSES):
        shorter = brackets.replace("[]", "").replace("{}", "")
        if len(shorter) == len(brackets):
            return brackets, passes
        brackets = shorter
    return brackets, _PASSES


def _depths(brackets: str) -> Iterator[int]:
    depth = 0
    for bracket in brackets:
        depth += _STEP[bracket]
        yield depth
