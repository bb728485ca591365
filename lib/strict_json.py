"""Reads JSON text of foreign systems safely and without floats.

The grammar is RFC 8259. In addition, numbers become `int` or `Decimal`, never `float`. `NaN`, `Infinity`, numbers
beyond sane limits, NUL characters and lone surrogates (PostgreSQL cannot store either) and deep nesting are refused. If
an object repeats a key, the last one counts, as usual in Python; an entry of a feed in which such values differ is
refused.
"""

import hashlib
import json
import re
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any, NoReturn

from .canonical_json import dumps
from .json_brackets import count_values, deep_place, too_deep, value_end
from .json_limits import (
    MAX_DEPTH,
    MAX_ENTRY,
    MAX_ENTRY_VALUES,
    MAX_EXPONENT,
    MAX_LITERAL,
    StrictJsonError,
    number_problem,
    out_of_bounds,
)
from .json_problems import contradiction_of, syntax_problem, text_problem
from .json_text import checked_text, excerpt, mark_problem, marked_text, place
from .message import Message
from .message import message as _lt

__all__ = ["FeedEntry", "RefusedEntry", "StrictJsonError", "dumps", "iter_orders", "loads"]

_SPACE = re.compile(r"[ \t\n\r]*")
_SUSPECT_ESCAPE = re.compile(r"\\u(?:0000|[dD][89a-fA-F])")
_PART_OF_NUMBER = re.compile(r"[\w.+-]")


@dataclass(frozen=True)
class RefusedEntry:
    """Replaces an entry with a refused value in `iter_orders`, so that the other entries are still read."""

    reason: Message

    def __str__(self) -> str:
        return str(self.reason)


class FeedEntry(dict):
    """An object yielded by `iter_orders`; `digest` is the SHA-256, in hexadecimal, of its exact text.

    Equal text means equal content, so a known entry is recognized without parsing its content.
    """

    __slots__ = ("digest",)

    def __init__(self, value: dict[str, Any], digest: str) -> None:
        super().__init__(value)
        self.digest = digest


@dataclass(frozen=True)
class _RefusedNumber:
    literal: str
    reason: Message


def loads(text: str | bytes, *, max_depth: int = MAX_DEPTH) -> Any:
    """Return the value of one JSON text (bytes: UTF-8, a byte order mark is tolerated).

    :raises StrictJsonError: with a sentence that says what is wrong and where.
    """
    text = checked_text(text, max_depth)
    reader = _Reader(text)
    start = reader.skip(0)
    if start == len(text):
        raise StrictJsonError(_lt("The text is empty where JSON was expected."), start)
    value, end = reader.value(start)
    reader.expect_end(end)
    return value


def iter_orders(body: str | bytes, members: dict[str, Any] | None = None) -> Iterator[Any]:
    """Yield the entries of a response one by one, in any of the three shapes of ``docs/order_format.md``.

    The shapes are an array of orders, an object with an "orders" array, and one order object (it has an "OrderID").
    Entries of any type are yielded, objects as `FeedEntry`. An entry with a refused value, longer than `MAX_ENTRY` or
    with more than `MAX_ENTRY_VALUES` values is yielded as `RefusedEntry`. Only the text and one entry are held in
    memory, so a later error is raised after the entries before it were yielded.

    :param members: receives the other keys of an object with orders, with their values
    :raises StrictJsonError: if the body is empty, a web page, another JSON value, broken, too deep, or an object of
        another kind.
    """
    text, is_marked = marked_text(body)
    del body
    reader = _Reader(text, is_marked, is_deep=deep_place(text, MAX_DEPTH) is not None)
    start = reader.skip(0)
    first = text[start : start + 1]
    if not first:
        raise StrictJsonError(_lt("The content is empty; a JSON array of orders was expected."), start)
    if first == "<":
        raise StrictJsonError(_lt("The content is a web page (HTML or XML), not JSON; check the address."), start)
    if first == "[":
        reader.expect_end((yield from reader.array(start, 0)))
    elif first == "{":
        yield from _orders_of_object(reader, start, members)
    else:
        value, end = reader.value(start)
        reader.expect_end(end)
        raise StrictJsonError(_lt("The content is %s; a JSON array of orders was expected.", _kind(value)), start)


class _Reader:
    """Reads a checked text with the standard library's decoder; offsets are in characters."""

    def __init__(self, text: str, is_marked: bool = False, is_deep: bool = False) -> None:
        """Take a text, whether it has marks of `marked_text`, and whether it is too deep to be decoded unseen."""
        self.text, self.is_marked, self.is_deep = text, is_marked, is_deep
        self.base, self.window = -MAX_ENTRY, ""  # the first entry opens a window
        values = _Values()
        self.refused, self.doubled = values.refused, values.doubled
        self.decoder = json.JSONDecoder(
            parse_int=values.integer,
            parse_float=values.decimal,
            parse_constant=values.constant,
            object_pairs_hook=values.object,
        )

    def skip(self, position: int) -> int:
        """Return the offset of the next character that is not white space."""
        return _SPACE.match(self.text, position).end()

    def value(self, position: int) -> tuple[Any, int]:
        """Return the value that begins at an offset, and the offset after it."""
        value, end = self._decode(position)
        problem = self._problem(value, position, end)
        if problem:
            try:
                raise problem
            finally:
                del problem  # this frame, with the text, and the error would refer to each other
        return value, end

    def entry(self, position: int, level: int) -> tuple[Any, int]:
        """Like `value`, but a refused value comes back as `RefusedEntry`; it is in `level` arrays and objects."""
        self.refused.clear()
        self.doubled.clear()
        if self.is_deep and self.text[position : position + 1] in ("[", "{"):
            end = self._end_of(position)
            # A longer one is refused for its length, without being decoded.
            if end - position <= MAX_ENTRY and deep_place(self.text[position:end], MAX_DEPTH - level) is not None:
                return RefusedEntry(too_deep(MAX_DEPTH, position)), end
        try:
            found = self._decode_bounded(position)
        except StrictJsonError:
            if not self.is_marked or self.text[position : position + 1] not in ("[", "{"):
                raise
            # A byte outside of the strings breaks its own entry alone, whose end can be found by its brackets.
            end = value_end(self.text, position) or position
            problem = mark_problem(self.text, position, end)
            if problem is None:
                raise
            return RefusedEntry(problem.message), end
        if found is None:
            return RefusedEntry(_lt("The entry is larger than %s bytes.", MAX_ENTRY)), self._end_of(position)
        value, end = found
        problem = self.is_marked and mark_problem(self.text, position, end)
        problem = problem or self._problem(value, position, end)
        if problem:
            return RefusedEntry(problem.message), end
        if self.doubled and (contradiction := contradiction_of(self.doubled)):
            return RefusedEntry(contradiction), end
        if isinstance(value, (dict, list)):
            text = self.text[position:end]
            if count_values(text) > MAX_ENTRY_VALUES:
                return RefusedEntry(_lt("The entry has more than %s values.", MAX_ENTRY_VALUES)), end
            encoded = text.encode()
            if len(encoded) > MAX_ENTRY:
                return RefusedEntry(_lt("The entry is larger than %s bytes.", MAX_ENTRY)), end
            if isinstance(value, dict):
                value = FeedEntry(value, hashlib.sha256(encoded).hexdigest())
        return value, end

    def _decode_bounded(self, position: int) -> tuple[Any, int] | None:
        """Like `_decode`, but return None for a value of more than `MAX_ENTRY` characters, without reading much more.

        A long text is decoded in windows. Each window contains the values that begin in its first half completely.
        """
        if len(self.text) - position <= MAX_ENTRY:
            return self._decode(position)
        if not self.base <= position < self.base + MAX_ENTRY:
            self.base, self.window = position, self.text[position : position + 2 * MAX_ENTRY]
        try:
            value, end = self.decoder.raw_decode(self.window, position - self.base)
        except json.JSONDecodeError:
            # Cut off by the window, or broken. A value that ends within the limit is broken: report its position.
            value, end = None, 0
        if end and end - position + self.base <= MAX_ENTRY:
            return value, end + self.base
        if not end and self._end_of(position) - position <= MAX_ENTRY:
            return self._decode(position)
        return None

    def _end_of(self, position: int) -> int:
        """Return the offset after the value that begins at an offset, without decoding it."""
        end = value_end(self.text, position)
        if end is None:
            self.fail(_lt("The list is not continued or closed correctly %(place)s."), len(self.text))
        return end

    def array(self, position: int, level: int) -> Generator[Any, None, int]:
        """Yield the entries of the array at an offset, which is in `level` objects; return the offset after it."""
        position = self.skip(position + 1)
        if self.text[position : position + 1] == "]":
            return position + 1
        while True:
            entry, position = self.entry(position, level + 1)
            yield entry
            del entry
            position = self.skip(position)
            mark = self.text[position : position + 1]
            if mark == "]":
                return position + 1
            if mark != ",":
                self.fail(_lt("The list is not continued or closed correctly %(place)s."), position)
            position = self.skip(position + 1)

    def expect_end(self, position: int) -> None:
        """Refuse anything but white space after the value."""
        position = self.skip(position)
        if position != len(self.text):
            self.fail(_lt("There is text after the end of the JSON value %(place)s."), position)

    def fail(self, problem: Message, position: int) -> NoReturn:
        """Raise the error with `place` filled in."""
        if position >= len(self.text):
            raise StrictJsonError(_lt("The JSON text is cut off at character %s.", position), position)
        if self.is_marked and (mark := mark_problem(self.text, position, position + 1)):
            try:
                raise mark
            finally:
                del mark  # as in `value`
        raise StrictJsonError(problem.filled(place=place(self.text, position)), position)

    def _decode(self, position: int) -> tuple[Any, int]:
        self.refused.clear()
        try:
            return self.decoder.raw_decode(self.text, position)
        except json.JSONDecodeError as error:
            problem, position = error.msg, error.pos
        # Raised here and not above because the decoder's error contains the whole text.
        return self.fail(
            _lt("The JSON text is broken (%(problem)s) %(place)s.", problem=syntax_problem(problem)), position
        )

    def _problem(self, value: Any, start: int, end: int) -> StrictJsonError | None:
        """Return the problem of a decoded value, usually `None`."""
        if self.refused:
            number = self.refused[0]
            position = self._place_of(number.literal[:MAX_LITERAL], start, end)
            return StrictJsonError(number.reason.filled(place=place(self.text, position)), position)
        suspect = _SUSPECT_ESCAPE.search(self.text, start, end)
        if suspect:
            problem = text_problem(value)
            if problem:
                return StrictJsonError(problem.filled(place=place(self.text, suspect.start())), suspect.start())
        return None

    def _place_of(self, literal: str, start: int, end: int) -> int:
        """Return the position of a number between two offsets, or the first offset if it is not found."""
        position = self.text.find(literal, start, end)
        while position > start and _PART_OF_NUMBER.match(self.text[position - 1]):
            position = self.text.find(literal, position + len(literal), end)
        return max(position, start)


class _Values:
    """What the decoder calls for numbers and objects, and those that cannot be taken as they are.

    It does not know the text: the decoder refers to it, so each text would be part of a cycle, and Python would keep it
    in memory until it looks for cycles.
    """

    def __init__(self) -> None:
        self.refused: list[_RefusedNumber] = []
        self.doubled: list[list[tuple[str, Any]]] = []

    def object(self, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        value = dict(pairs)
        if len(value) != len(pairs):
            self.doubled.append(pairs)
        return value

    def _refuse(self, literal: str, reason: Message) -> _RefusedNumber:
        # Do not raise inside the decoder: the end of the value would be lost, and with it the entries that follow.
        number = _RefusedNumber(literal, reason)
        self.refused.append(number)
        return number

    def constant(self, literal: str) -> _RefusedNumber:
        return self._refuse(literal, _lt("%(literal)s is not a JSON number %(place)s.", literal=literal))

    def integer(self, literal: str) -> int | _RefusedNumber:
        if len(literal) <= MAX_EXPONENT:
            return int(literal)
        number = self.decimal(literal)
        return int(number) if isinstance(number, Decimal) else number

    def decimal(self, literal: str) -> Decimal | _RefusedNumber:
        if len(literal) <= MAX_EXPONENT and "e" not in literal and "E" not in literal:
            return Decimal(literal)  # the usual case: no limit can be exceeded
        if len(literal) > MAX_LITERAL:
            problem = _lt("A number has %(count)s characters %(place)s, which is too long.", count=len(literal))
            return self._refuse(literal, problem)
        try:
            number = Decimal(literal)
        except InvalidOperation:  # an exponent beyond the limits of Decimal
            return self._refuse(literal, out_of_bounds())
        problem = number_problem(number)
        return self._refuse(literal, problem) if problem else number


def _orders_of_object(reader: _Reader, start: int, members: dict[str, Any] | None) -> Iterator[Any]:
    """Yield the orders of an object: its "orders" array, or the object itself if it has an "OrderID"."""
    names: list[str] = []
    orders_seen, orders_kind = False, None
    position = reader.skip(start + 1)
    closed = reader.text[position : position + 1] == "}"
    while not closed:
        if reader.text[position : position + 1] != '"':
            reader.fail(_lt("The object lacks a key in double quotes %(place)s."), position)
        name, position = reader.value(position)
        names.append(name)
        position = reader.skip(position)
        if reader.text[position : position + 1] != ":":
            reader.fail(_lt("The object lacks a colon %(place)s."), position)
        position = reader.skip(position + 1)
        if name == "orders" and reader.text[position : position + 1] == "[":
            if orders_seen:
                reader.fail(_lt('The object has "orders" twice %(place)s.'), position)
            orders_seen = True
            position = yield from reader.array(position, 1)
        elif name == "orders":
            value, position = reader.entry(position, 1)
            orders_kind = _kind(value)
        else:
            value, position = reader.entry(position, 1)
            if members is not None:
                members[name] = value
        position = reader.skip(position)
        mark = reader.text[position : position + 1]
        if mark not in ("}", ","):
            reader.fail(_lt("The object is not continued or closed correctly %(place)s."), position)
        closed = mark == "}"
        position = position if closed else reader.skip(position + 1)
    reader.expect_end(position + 1)
    if orders_seen:
        return
    if "OrderID" in names:
        yield reader.entry(start, 0)[0]
    elif "orders" in names:
        raise StrictJsonError(
            _lt('"orders" in the content is %s; an array of orders was expected.', orders_kind), start
        )
    else:
        raise StrictJsonError(
            _lt('The content is an object with neither "orders" nor "OrderID"; it has %s.', _shortened(names)), start
        )


def _kind(value: Any) -> Message:
    if value is None:
        return _lt("null")
    if isinstance(value, bool):
        return _lt("true or false")
    if isinstance(value, str):
        return _lt("a text")
    return _lt("a single number") if isinstance(value, (int, Decimal)) else _lt("an object")


def _shortened(names: list[str]) -> str | Message:
    shown = ", ".join(f'"{excerpt(name[:40])}"' for name in names[:5])
    if len(names) > 5:
        return _lt("%s and more", shown)
    return shown or _lt("no keys")
