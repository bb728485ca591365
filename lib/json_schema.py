"""The part of JSON Schema that the API's declarations use: its vocabulary, and the check of a value against it.

Supported: type (also a list of types), enum, const, minimum, maximum, minLength, maxLength, pattern, format
(date-time, date), properties, required, additionalProperties (false), items, minItems, maxItems. The same dictionaries
go into the OpenAPI document as they are, so what is documented is what is checked.
"""

import re
from contextlib import suppress
from datetime import UTC, date, datetime
from decimal import Decimal
from math import isfinite

from .json_limits import UNSTORABLE

_INTEGER = re.compile(r"-?[0-9]{1,18}")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")

INTEGER = {"type": "integer"}
NULLABLE_INTEGER = {"type": ["integer", "null"]}
NUMBER = {"type": "number"}
NULLABLE_NUMBER = {"type": ["number", "null"]}
BOOLEAN = {"type": "boolean"}
STRING = {"type": "string"}
NULLABLE_STRING = {"type": ["string", "null"]}
DATETIME = {"type": "string", "format": "date-time", "description": "ISO 8601 in UTC, ending in Z."}
NULLABLE_DATETIME = {**DATETIME, "type": ["string", "null"]}


class SchemaError(ValueError):
    """A value does not match its schema; the text says where and what is allowed."""


def closed_object(properties, **keywords):
    """Return the schema of an object with exactly these `properties`."""
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
        **keywords,
    }


def parse_text(text, schema, name):
    """Return `text`, from a path or a query string, as a value of `schema`.

    An array is comma-separated (OpenAPI: style form, explode false). A date-time becomes a naive datetime in UTC, a
    date a date.

    :raise SchemaError: if `text` is not such a value.
    """
    kind = schema["type"]
    if kind == "array":
        value = [parse_text(item, schema["items"], name) for item in text.split(",")]
    elif kind == "integer":
        if not _INTEGER.fullmatch(text):
            raise SchemaError(f"{name}: {_shown(text)} is not an integer")
        value = int(text)
    else:
        value = text
    check(value, schema, name)
    parse = _PARSERS.get(schema.get("format"))
    return parse(value, name) if parse else value


def check(value, schema, name):
    """Return `value`, as read from JSON, with its integers as `int` (1.0 is an integer too).

    :param str name: the location of the value, for the message.
    :raise SchemaError: if it does not match `schema`.
    """
    kinds = schema.get("type", ())
    kinds = [kinds] if isinstance(kinds, str) else kinds
    if kinds and not any(_is_a(value, kind) for kind in kinds):
        raise SchemaError(f"{name}: expected {' or '.join(kinds)}, not {_kind_of(value)}")
    if "const" in schema and value != schema["const"]:
        raise SchemaError(f"{name}: {_shown(value)} is not {schema['const']}")
    if "enum" in schema and value not in schema["enum"]:
        allowed = ", ".join(str(item) for item in schema["enum"] if item is not None)
        raise SchemaError(f"{name}: {_shown(value)} is not one of {allowed}")
    if isinstance(value, str):
        _check_text(value, schema, name)
    elif isinstance(value, dict):
        return _checked_object(value, schema, name)
    elif isinstance(value, list):
        return _checked_array(value, schema, name)
    elif value is not None and not isinstance(value, bool):
        _check_number(value, schema, name)
        return int(value) if "integer" in kinds else value
    return value


def _check_text(value, schema, name):
    if UNSTORABLE.search(value):
        raise SchemaError(f"{name}: contains a character that cannot be stored")
    if len(value) < schema.get("minLength", 0):
        raise SchemaError(f"{name}: shorter than {schema['minLength']} characters")
    if len(value) > schema.get("maxLength", len(value)):
        raise SchemaError(f"{name}: longer than {schema['maxLength']} characters")
    if "pattern" in schema and not _has_form(value, schema["pattern"]):
        raise SchemaError(f"{name}: {_shown(value)} does not have the form {schema['pattern']}")
    if parse := _PARSERS.get(schema.get("format")):
        parse(value, name)


def _has_form(text, pattern):
    """In a pattern of JSON Schema (ECMA-262), ``$`` is the end of a text; in Python, also before a last line break."""
    return re.search(re.sub(r"\$$", r"\\Z", pattern), text)


def _check_number(value, schema, name):
    if value < schema.get("minimum", value):
        raise SchemaError(f"{name}: {_shown(value)} is below the minimum of {schema['minimum']}")
    if value > schema.get("maximum", value):
        raise SchemaError(f"{name}: {_shown(value)} is above the maximum of {schema['maximum']}")


def _checked_array(value, schema, name):
    if len(value) < schema.get("minItems", 0):
        raise SchemaError(f"{name}: fewer than {schema['minItems']} items")
    if len(value) > schema.get("maxItems", len(value)):
        raise SchemaError(f"{name}: more than {schema['maxItems']} items")
    return [check(item, schema.get("items", {}), f"{name}[{index}]") for index, item in enumerate(value)]


def _checked_object(value, schema, name):
    properties = schema.get("properties", {})
    for key in schema.get("required", ()):
        if key not in value:
            raise SchemaError(f"{name}: {key} is missing")
    unknown = [key for key in value if key not in properties]
    if unknown and schema.get("additionalProperties") is False:
        raise SchemaError(f"{name}: unknown key {_shown(unknown[0])}; allowed are {', '.join(properties)}")
    return {key: check(item, properties.get(key, {}), f"{name}.{key}") for key, item in value.items()}


def _parse_datetime(text, name):
    try:
        value = datetime.fromisoformat(text)
        if value.tzinfo is None:
            return value
        return value.astimezone(UTC).replace(tzinfo=None)
    except (ValueError, OverflowError):
        raise SchemaError(f"{name}: {_shown(text)} is not a time such as 2026-01-17T10:00:00Z") from None


def _parse_date(text, name):
    if _DATE.fullmatch(text):
        with suppress(ValueError):
            return date.fromisoformat(text)
    raise SchemaError(f"{name}: {_shown(text)} is not a day such as 2026-01-17")


# What a format makes of a text.
_PARSERS = {"date-time": _parse_datetime, "date": _parse_date}


def _is_a(value, kind):
    if isinstance(value, bool):
        return kind == "boolean"
    match kind:
        case "string":
            return isinstance(value, str)
        case "integer":
            return isinstance(value, int) or (isinstance(value, Decimal | float) and _is_whole(value))
        case "number":
            return isinstance(value, int | float | Decimal)
        case "array":
            return isinstance(value, list)
        case "object":
            return isinstance(value, dict)
        case "null":
            return value is None
    return False


def _is_whole(number):
    # Do not use the remainder: it fails for a Decimal if the quotient has more digits than the context.
    return isfinite(number) and number == int(number)


def _kind_of(value):
    return next(
        kind for kind in ("null", "boolean", "string", "integer", "number", "array", "object") if _is_a(value, kind)
    )


def _shown(value):
    """Return `value` for a message: short, and harmless in a terminal."""
    text = str(value) if isinstance(value, Decimal) else ascii(value)
    return text if len(text) <= 60 else f"{text[:60]}…"
