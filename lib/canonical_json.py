"""JSON text in one canonical form, for fingerprints and for storing what was received."""

from collections.abc import Callable
from decimal import Context, Decimal
from json.encoder import encode_basestring
from typing import Any

from .json_limits import (
    MAX_DEPTH,
    MAX_DIGITS,
    MAX_EXPONENT,
    MAX_LITERAL,
    StrictJsonError,
    number_problem,
    out_of_bounds,
    string_problem,
)
from .message import Message
from .message import message as _lt

_EXACT = Context(prec=MAX_DIGITS + 1)
_TOO_LARGE = 10**MAX_EXPONENT
_CONSTANTS = {None: "null", True: "true", False: "false"}


def dumps(value: Any) -> str:
    """Return the canonical JSON text of a value: names sorted, no spaces, equal numbers written alike (92.0 as 92).

    Used for fingerprints and for storing payloads; `loads` returns an equal value. Floats, which only other code can
    pass, are written in their shortest decimal form.

    :raises StrictJsonError: for values that `loads` would refuse or that do not exist in JSON.
    """
    parts: list[str] = []
    _write(value, parts.append, MAX_DEPTH)
    return "".join(parts)


def dumps_twice(value: dict[str, Any], name: str, other: Any, *, left_out: str | None = None) -> tuple[str, str]:
    """Return the canonical text of an object, and that of the object with another value under `name` and nothing under
    `left_out`.

    :raises StrictJsonError: as `dumps` does.
    """
    texts = {key: _member(key, value[key]) for key in value}
    changed = {**texts, name: _member(name, other)}
    if left_out is not None:
        changed.pop(left_out, None)
    return tuple(f"{{{','.join(of[key] for key in sorted(of))}}}" for of in (texts, changed))  # type: ignore[return-value]


def _member(name: str, value: Any) -> str:
    """Return the text of an object's member, as `dumps` writes it."""
    parts = [_quoted(name), ":"]
    _write(value, parts.append, MAX_DEPTH - 1)
    return "".join(parts)


def _quoted(text: Any) -> str:
    if not isinstance(text, str):
        raise StrictJsonError(_lt("The value has a key that is not text."))
    problem = string_problem(text)
    if problem:
        raise _error(problem)
    return encode_basestring(text)


def _write(value: Any, write: Callable[[str], object], depth: int) -> None:
    if isinstance(value, str):
        write(_quoted(value))
    elif value is None or isinstance(value, bool):
        write(_CONSTANTS[value])
    elif isinstance(value, (int, Decimal, float)):
        write(_number_text(value))
    elif isinstance(value, (dict, list, tuple)):
        if not depth:
            raise StrictJsonError(_lt("The value is nested deeper than %s levels.", MAX_DEPTH))
        if isinstance(value, dict):
            if not all(isinstance(name, str) for name in value):
                raise StrictJsonError(_lt("The value has a key that is not text."))
            mark = "{"
            for name in sorted(value):
                write(f"{mark}{_quoted(name)}:")
                _write(value[name], write, depth - 1)
                mark = ","
            write("}" if value else "{}")
        else:
            mark = "["
            for item in value:
                write(mark)
                _write(item, write, depth - 1)
                mark = ","
            write("]" if value else "[]")
    else:
        raise StrictJsonError(_lt("A value of type %s cannot be written as JSON.", type(value).__name__))


def _number_text(number: int | Decimal | float) -> str:
    if isinstance(number, int):
        if -_TOO_LARGE < number < _TOO_LARGE:
            return str(int(number))
        if number.bit_length() > MAX_LITERAL:  # so large that even printing it is slow
            raise _error(out_of_bounds())
    text = repr(number) if isinstance(number, float) else str(number)
    if len(text) <= MAX_EXPONENT and text[-1].isdigit() and "e" not in text and "E" not in text:
        # The usual case, 92.0 or -0.00: no bound can be broken, and cutting text is several times faster.
        short = text.rstrip("0").rstrip(".") if "." in text else text
        return "0" if short == "-0" else short
    number = Decimal(text)
    problem = number_problem(number)
    if problem:
        raise _error(problem)
    return format(_EXACT.normalize(number), "f") if number else "0"


def _error(problem: Message) -> StrictJsonError:
    return StrictJsonError(problem.filled(place=_lt("in the value")))
