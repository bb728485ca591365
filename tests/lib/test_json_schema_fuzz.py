"""Whatever a client sends fits its schema or causes a SchemaError, never another exception."""

import json
from decimal import Decimal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from lib.json_schema import SchemaError, check, parse_text
from lib.strict_json import StrictJsonError, loads

SCHEMAS = [
    {"type": "integer", "minimum": 1, "maximum": 2**31 - 1},
    {"type": ["integer", "null"]},
    {"type": "number", "minimum": 0},
    {"type": "string", "minLength": 1, "maxLength": 100},
    {"type": "string", "format": "date-time"},
    {"type": "string", "pattern": "^[a-z0-9][a-z0-9_.-]{0,63}$"},
    {"type": "string", "enum": ["draft", "done"]},
    {"type": "boolean"},
    {"type": "array", "items": {"type": "integer", "minimum": 1, "maximum": 9}, "minItems": 1, "maxItems": 3},
    {"const": True},
    {},
]
SCHEMAS.append(
    {
        "type": "object",
        "properties": {str(number): schema for number, schema in enumerate(SCHEMAS)},
        "additionalProperties": False,
    }
)
NUMBERS = ["1e40", "-1e40", "1e400", "1E-60", "1.0", "1.5", "0.1e1", "9" * 60, "2147483648", "NaN", "-Infinity", "-0"]
json_texts = (
    st.sampled_from([*NUMBERS, '"\\u0000"', '"\\ud800"', "[" * 100 + "]" * 100, '{"a":' * 70 + "1" + "}" * 70])
    | st.recursive(
        st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=200),
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from("0123456789"), inner, max_size=4),
    ).map(json.dumps)
    | st.tuples(st.sampled_from("0123456789"), st.sampled_from(NUMBERS)).map('{{"{0[0]}": {0[1]}}}'.format)
)


@pytest.mark.parametrize("schema", SCHEMAS)
@given(text=json_texts)
@example(text="1e40")
@example(text='{"0": 1e40}')
def test_a_body(schema, text):
    try:
        value = loads(text.encode("utf-8", "surrogatepass"))
        json.dumps(check(value, schema, "body"), default=str)
    except (StrictJsonError, SchemaError) as error:
        assert str(error)


@pytest.mark.parametrize("schema", [schema for schema in SCHEMAS if isinstance(schema.get("type"), str)])
@given(text=st.text(max_size=60) | st.sampled_from(NUMBERS))
@example(text="0001-01-01T00:00:00+23:59")
@example(text="9999-12-31T23:59:59-23:59")
def test_a_parameter(schema, text):
    try:
        parse_text(text, schema, "parameter")
    except SchemaError as error:
        assert str(error)


@pytest.mark.parametrize("number", [Decimal("1E+40"), Decimal("NaN"), Decimal("Infinity"), float("nan"), 1e400, 1e40])
def test_a_number_that_no_id_can_be(number):
    with pytest.raises(SchemaError, match="picking_id: "):
        check(number, SCHEMAS[0], "picking_id")


@pytest.mark.parametrize("number", [5, 5.0, Decimal("5"), Decimal("5.000"), Decimal("0.5E1")])
def test_an_integer_however_it_is_written(number):
    value = check(number, SCHEMAS[0], "picking_id")
    assert (value, type(value)) == (5, int)
