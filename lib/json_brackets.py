"""Finds the end and the depth of values in a JSON text by their brackets, without decoding."""

import re
from collections.abc import Iterator

from .json_limits import StrictJsonError
from .message import message as _lt

_CHUNK = 1 << 18  # characters scanned at once
_PASSES = 8
_MANY = 10_000
_NO_BRACKETS = bytes(set(range(256)) - set(b"[]{}"))
_STRING = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+"', re.DOTALL)
_SCALAR = re.compile(r'[^\s,:"\[\]{}]*+')
# A bracket, or a whole string.
_TOKEN = re.compile(rf"[][{{}}]|{_STRING.pattern}", re.DOTALL)
_STEP = {"[": 1, "{": 1, "]": -1, "}": -1}


def check_depth(text: str, max_depth: int) -> None:
    """Refuse deep nesting before the recursive decoder runs.

    :raises StrictJsonError: if the text is nested deeper than `max_depth` levels
    """
    depth = 0
    for start, brackets in _chunks(text, 0):
        short, passes = _without_pairs(brackets)
        # The removed pairs are at most one level deeper per pass.
        may_be = depth + passes + max(_depths(short), default=0)
        if may_be > max_depth and depth + max(_depths(brackets)) > max_depth:
            problem = _lt(
                "The JSON text is nested deeper than %(limit)s levels after character %(position)s.",
                limit=max_depth,
                position=start,
            )
            raise StrictJsonError(problem, start)
        depth += sum(_STEP[bracket] for bracket in short)


def value_end(text: str, position: int) -> int | None:
    """Return the offset after the value that begins at an offset, or None if it does not end.

    The content between its brackets may be invalid JSON.
    """
    if text[position] not in "[{":
        match = (_STRING if text[position] == '"' else _SCALAR).match(text, position)
        return match.end() if match else None
    depth = 0
    for start, brackets in _chunks(text, position):
        # Removed pairs cannot end the value, unless the value is just a pair.
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


def _chunks(text: str, start: int) -> Iterator[tuple[int, str]]:
    """Yield the brackets outside strings, chunk by chunk, with the offset of each chunk.

    A chunk always begins outside a string: a string cut by the end of a chunk belongs to the next chunk.
    """
    while start < len(text):
        end = min(start + _CHUNK, len(text))
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
