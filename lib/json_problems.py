"""What is wrong with a JSON text or with the values in it, as sentences."""

from collections.abc import Iterable, Iterator
from typing import Any

from .json_limits import string_problem
from .json_text import excerpt
from .message import Message
from .message import message as _lt

# Error texts of the standard library for invalid JSON.
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


def syntax_problem(text: str) -> str | Message:
    """Return an error text of the standard library without its position, translatable if it is known."""
    text = text.removesuffix(" at").removesuffix(" starting").lower()
    return _SYNTAX_PROBLEMS.get(text, text)


def text_problem(value: Any) -> Message | None:
    """Return the problem of the first text in a value that cannot be stored, with the placeholder `place`."""
    return next(filter(None, map(string_problem, _strings(value))), None)


def contradiction_of(objects: Iterable[list[tuple[str, Any]]]) -> Message | None:
    """Return the problem of objects that have a key twice, each as keys and values; None if such values are equal."""
    for pairs in objects:
        values: dict[str, Any] = {}
        for name, value in pairs:
            if name in values and values[name] != value:
                return _lt('The key "%s" appears twice in one object, with different values.', excerpt(name[:40]))
            values[name] = value
    return None


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
