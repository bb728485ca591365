"""JSON text of foreign systems, read without floats and without surprises.

The grammar is RFC 8259. On top of it: numbers become `int` or `Decimal`, never `float`; `NaN`, `Infinity`, numbers
beyond sane bounds, NUL characters and lone surrogates (neither can be stored in PostgreSQL) and deep nesting are
refused. Where an object repeats a name, the last one counts, as everywhere in Python.
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
    string_problem,
)
from .json_text import checked_text, excerpt, mark_problem, marked_text, place
from .message import Message
from .message import message as _lt

__all__ = ["FeedEntry", "RefusedEntry", "StrictJsonError", "dumps", "iter_orders", "loads"]

_SPACE = re.compile(r"[ \t\n\r]*")
_SUSPECT_ESCAPE = re.compile(r"\\u(?:0000|[dD][89a-fA-F])")
# What the standard library says of a text that is no JSON.
_SYNTAX_PROBLEMS = {
    str(problem): problem
    for problem in (
        _lt("expecting value"),
        _lt("expecting ',' delimiter"),
        _lt("expecting ':' delimiter"),
        _lt("expecting property name enclosed in double quotes"),
        _lt("illegal trailing comma before end of array"),
        _lt("illegal trailing comma before end of object"),
        _lt("unterminated string"),
        _lt("invalid control character"),
        _lt("invalid \\escape"),
        _lt("invalid \\uxxxx escape"),
    )
}
_PART_OF_NUMBER = re.compile(r"[\w.+-]")


@dataclass(frozen=True)
class RefusedEntry:
    """Stands in `iter_orders` for an entry that holds a refused value, so that its neighbours go on."""

    reason: Message

    def __str__(self) -> str:
        return str(self.reason)


class FeedEntry(dict):
    """An object among the entries of `iter_orders`; `digest` is the SHA-256, in hexadecimal, of its very text.

    The same text is the same content, so a known entry is recognized without looking into it.
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

    :raises StrictJsonError: with a sentence saying what is wrong and where.
    """
    text = checked_text(text, max_depth)
    reader = _Reader(text)
    start = reader.skip(0)
    if start == len(text):
        raise StrictJsonError(_lt("The text is empty where JSON was expected."), start)
    value, end = reader.value(start)
    reader.expect_end(end)
    return value


def iter_orders(body: str | bytes) -> Iterator[Any]:
    """Yield the entries of an answer one by one, in any of the guide's three shapes (*API Response Options*).

    The shapes are an array of orders, an object with an "orders" array, and one order object (it has an "OrderID").
    Entries are yielded whatever they are, objects as `FeedEntry`; one that holds a refused value, is longer than
    `MAX_ENTRY` or has more than `MAX_ENTRY_VALUES` values comes as `RefusedEntry`. Only the text and one entry are held
    in memory, so an error further on is raised after the entries before it were yielded.

    :raises StrictJsonError: the body is empty, a web page, another JSON value, broken, too deep, or an object of
        another kind.
    """
    text, is_marked = marked_text(body)
    del body
    reader = _Reader(text, is_marked, is_deep=deep_place(text, MAX_DEPTH) is not None)
    start = reader.skip(0)
    first = text[start : start + 1]
    if not first:
        raise StrictJsonError(_lt("The response is empty; a JSON array of orders was expected."), start)
    if first == "<":
        raise StrictJsonError(_lt("The response is a web page (HTML or XML), not JSON; check the address."), start)
    if first == "[":
        reader.expect_end((yield from reader.array(start, 0)))
    elif first == "{":
        yield from _orders_of_object(reader, start)
    else:
        value, end = reader.value(start)
        reader.expect_end(end)
        raise StrictJsonError(_lt("The response is %s; a JSON array of orders was expected.", _kind(value)), start)


class _Reader:
    """Walks over a checked text with the standard library's decoder; offsets are characters."""

    def __init__(self, text: str, is_marked: bool = False, is_deep: bool = False) -> None:
        """Take a text, whether it has marks of `marked_text`, and whether it is too deep to be decoded unseen."""
        self.text, self.is_marked, self.is_deep = text, is_marked, is_deep
        self.base, self.window = -MAX_ENTRY, ""  # the first entry opens a window
        self.refused: list[_RefusedNumber] = []
        self.decoder = json.JSONDecoder(
            parse_int=self._integer, parse_float=self._decimal, parse_constant=self._constant
        )

    def skip(self, position: int) -> int:
        """Return the offset of the next character that is not white space."""
        return _SPACE.match(self.text, position).end()

    def value(self, position: int) -> tuple[Any, int]:
        """Return the value that begins at an offset, and the offset after it."""
        value, end = self._decode(position)
        problem = self._problem(value, position, end)
        if problem:
            raise problem
        return value, end

    def entry(self, position: int, level: int) -> tuple[Any, int]:
        """Like `value`, but a refused value comes back as `RefusedEntry`; it is in `level` arrays and objects."""
        self.refused.clear()
        if self.is_deep and self.text[position : position + 1] in ("[", "{"):
            end = self._end_of(position)
            # A longer one is refused for its length, without being decoded.
            if end - position <= MAX_ENTRY and deep_place(self.text[position:end], MAX_DEPTH - level) is not None:
                return RefusedEntry(too_deep(MAX_DEPTH, position)), end
        found = self._decode_bounded(position)
        if found is None:
            return RefusedEntry(_lt("The entry is larger than %s bytes.", MAX_ENTRY)), self._end_of(position)
        value, end = found
        problem = self.is_marked and mark_problem(self.text, position, end)
        problem = problem or self._problem(value, position, end)
        if problem:
            return RefusedEntry(problem.message), end
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
        """Like `_decode`, but None for a value of more than `MAX_ENTRY` characters, of which little more is read.

        A long text is decoded in windows, each of which holds what begins in its first half to its end.
        """
        if len(self.text) - position <= MAX_ENTRY:
            return self._decode(position)
        if not self.base <= position < self.base + MAX_ENTRY:
            self.base, self.window = position, self.text[position : position + 2 * MAX_ENTRY]
        try:
            value, end = self.decoder.raw_decode(self.window, position - self.base)
        except json.JSONDecodeError:
            # Cut off by the window, or broken. What ends within the bound is broken, and said to be where it is.
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
            self.fail(_lt("The list is neither continued nor closed %(place)s."), len(self.text))
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
                self.fail(_lt("The list is neither continued nor closed %(place)s."), position)
            position = self.skip(position + 1)

    def expect_end(self, position: int) -> None:
        """Refuse anything but white space after the value."""
        position = self.skip(position)
        if position != len(self.text):
            self.fail(_lt("There is text after the end of the JSON value %(place)s."), position)

    def fail(self, problem: Message, position: int) -> NoReturn:
        """Raise with a sentence whose `place` is filled."""
        if position >= len(self.text):
            raise StrictJsonError(_lt("The JSON text is cut off at character %s.", position), position)
        if self.is_marked and (mark := mark_problem(self.text, position, position + 1)):
            raise mark
        raise StrictJsonError(problem.filled(place=place(self.text, position)), position)

    def _decode(self, position: int) -> tuple[Any, int]:
        self.refused.clear()
        try:
            return self.decoder.raw_decode(self.text, position)
        except json.JSONDecodeError as error:
            problem, position = error.msg, error.pos
        # Raised here, not above: the decoder's error carries the whole text with it.
        problem = problem.removesuffix(" at").removesuffix(" starting").lower()
        problem = _SYNTAX_PROBLEMS.get(problem, problem)
        return self.fail(_lt("The JSON text is broken (%(problem)s) %(place)s.", problem=problem), position)

    def _problem(self, value: Any, start: int, end: int) -> StrictJsonError | None:
        """What is wrong with a decoded value, `None` in the usual case."""
        if self.refused:
            number = self.refused[0]
            position = self._place_of(number.literal[:MAX_LITERAL], start, end)
            return StrictJsonError(number.reason.filled(place=place(self.text, position)), position)
        suspect = _SUSPECT_ESCAPE.search(self.text, start, end)
        if suspect:
            problem = next(filter(None, map(string_problem, _strings(value))), None)
            if problem:
                return StrictJsonError(problem.filled(place=place(self.text, suspect.start())), suspect.start())
        return None

    def _place_of(self, literal: str, start: int, end: int) -> int:
        """Return where a number is written between two offsets, the first of them if that cannot be found."""
        position = self.text.find(literal, start, end)
        while position > start and _PART_OF_NUMBER.match(self.text[position - 1]):
            position = self.text.find(literal, position + len(literal), end)
        return max(position, start)

    def _refuse(self, literal: str, reason: Message) -> _RefusedNumber:
        # Not raised: raising inside the decoder would lose the end of the value, and with it the entries that follow.
        number = _RefusedNumber(literal, reason)
        self.refused.append(number)
        return number

    def _constant(self, literal: str) -> _RefusedNumber:
        return self._refuse(literal, _lt("%(literal)s is not a JSON number %(place)s.", literal=literal))

    def _integer(self, literal: str) -> int | _RefusedNumber:
        if len(literal) <= MAX_EXPONENT:
            return int(literal)
        number = self._decimal(literal)
        return int(number) if isinstance(number, Decimal) else number

    def _decimal(self, literal: str) -> Decimal | _RefusedNumber:
        if len(literal) <= MAX_EXPONENT and "e" not in literal and "E" not in literal:
            return Decimal(literal)  # the usual case: no bound can be broken
        if len(literal) > MAX_LITERAL:
            problem = _lt("A number is written with %(count)s characters %(place)s.", count=len(literal))
            return self._refuse(literal, problem)
        try:
            number = Decimal(literal)
        except InvalidOperation:  # an exponent beyond even Decimal's own bounds
            return self._refuse(literal, out_of_bounds())
        problem = number_problem(number)
        return self._refuse(literal, problem) if problem else number


def _orders_of_object(reader: _Reader, start: int) -> Iterator[Any]:
    """Yield the orders of an object: those of its "orders" array, or the object itself if it has an "OrderID"."""
    names: list[str] = []
    orders_seen, orders_kind = False, None
    position = reader.skip(start + 1)
    closed = reader.text[position : position + 1] == "}"
    while not closed:
        if reader.text[position : position + 1] != '"':
            reader.fail(_lt("The object lacks a name in double quotes %(place)s."), position)
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
            position = reader.entry(position, 1)[1]
        position = reader.skip(position)
        mark = reader.text[position : position + 1]
        if mark not in ("}", ","):
            reader.fail(_lt("The object is neither continued nor closed %(place)s."), position)
        closed = mark == "}"
        position = position if closed else reader.skip(position + 1)
    reader.expect_end(position + 1)
    if orders_seen:
        return
    if "OrderID" in names:
        yield reader.entry(start, 0)[0]
    elif "orders" in names:
        raise StrictJsonError(
            _lt('"orders" in the response is %s; an array of orders was expected.', orders_kind), start
        )
    else:
        raise StrictJsonError(
            _lt('The response is an object with neither "orders" nor "OrderID"; it has %s.', _shortened(names)), start
        )


def _strings(value: Any) -> Iterator[str]:
    pending = [value]
    while pending:
        item = pending.pop()
        if isinstance(item, str):
            yield item
        elif isinstance(item, dict):
            pending.extend(item.keys())
            pending.extend(item.values())
        elif isinstance(item, list):
            pending.extend(item)


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
    return shown or _lt("no names at all")
