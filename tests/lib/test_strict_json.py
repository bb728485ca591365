"""Reading and writing the JSON of other systems."""

import contextlib
import gc
import json
import tracemalloc
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.strict_json import RefusedEntry, StrictJsonError, dumps, iter_orders, loads

TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20)
DECIMALS = st.decimals(min_value=-(10**20), max_value=10**20, places=6)
SCALARS = st.none() | st.booleans() | st.integers(-(10**29), 10**29) | DECIMALS | TEXTS
VALUES = st.recursive(SCALARS, lambda inner: st.lists(inner) | st.dictionaries(TEXTS, inner), max_leaves=20)


def refusal(function, *args, **kwargs) -> str:
    with pytest.raises(StrictJsonError) as caught:
        function(*args, **kwargs)
    return str(caught.value)


# ---- loads -----------------------------------------------------------------------------------------------------------


def test_numbers_are_int_or_decimal():
    values = loads(f"[80, 80.10, -0.0, 1e2, 5.684341886080802e-14, {2**128}]")
    assert values == [80, Decimal("80.1"), 0, 100, Decimal("5.684341886080802e-14"), 2**128]
    assert [type(value) for value in values] == [int, Decimal, Decimal, Decimal, Decimal, int]
    assert str(values[1]) == "80.10"


@pytest.mark.parametrize(
    "number",
    [
        "NaN",
        "Infinity",
        "-Infinity",
        "1e400",
        "-1E41",
        "1e-61",
        "1e99999999999999999999",
        "9" * 61,
        "9" * 5000,
        "0." + "1" * 61,
    ],
)
def test_a_number_out_of_bounds_is_refused_with_its_place(number):
    message = refusal(loads, f'{{"GrandTotal": {number}}}')
    assert "character 15" in message
    assert len(message) < 200


@pytest.mark.parametrize(
    "number", ["9" * 41, "-" + "9" * 41, "1e40", "1e-60", "0.30000000000000004", "1" * 30 + "." + "1" * 30]
)
def test_a_number_within_bounds_is_exact(number):
    assert loads(number) == Decimal(number)


def test_nul_is_refused_raw_and_escaped():
    assert "NUL" in refusal(loads, b'{"a": "x\x00y"}')
    assert "NUL character at character 3" in refusal(loads, '["x\\u0000y"]')
    assert "NUL" in refusal(loads, '{"x\\u0000": 1}')
    assert loads(r'["\\u0000"]') == ["\\u0000"]


def test_lone_surrogates_are_refused_and_pairs_are_not():
    assert loads(r'["\ud83d\ude00"]') == ["😀"]
    for text in (r'["\ud83d"]', r'["\ude00"]', r'{"\uDE00\uD83D": 1}', '["\ud83d"]'):
        assert "lone surrogate" in refusal(loads, text)


def test_bytes_are_utf8_with_or_without_a_byte_order_mark():
    assert loads('\ufeff["é"]'.encode()) == loads('["é"]') == ["é"]
    assert "UTF-8 at byte 2" in refusal(loads, b'["\xff"]')
    assert "UTF-8" in refusal(loads, '["a"]'.encode("utf-16"))


@pytest.mark.parametrize("opening", ["[", '{"a":', '[{"a":'])
def test_deep_nesting_is_an_error_and_no_recursion(opening):
    assert "nested deeper than 64" in refusal(loads, opening * 10_000)
    assert "nested deeper than 64" in refusal(loads, '["' + "x" * 300_000 + '",' + opening * 1_000_000)


def test_depth_counts_levels_and_ignores_brackets_in_strings():
    assert loads("[" * 64 + "]" * 64)
    assert "deeper" in refusal(loads, "[" * 65 + "]" * 65)
    assert loads("[[]]", max_depth=2) == [[]]
    assert "deeper than 1" in refusal(loads, "[[]]", max_depth=1)
    for tricky in ("[" * 100, "\\" + "[" * 100, '"' + "{" * 100, "\\" * 300_001 + '"' + "[" * 100):
        assert loads(json.dumps([tricky, [tricky]])) == [tricky, [tricky]]


@given(st.lists(st.sampled_from(['"', "\\", "[", "]", "{", "}", ":", ",", "1", "a", " "]), max_size=40).map("".join))
def test_any_text_gives_what_the_standard_library_gives_or_an_error(text):
    try:
        expected = json.loads(text)
    except ValueError:
        refusal(loads, text)
    else:
        assert loads(text) == expected


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "empty"),
        ("  \n", "empty"),
        ("[1, 2", "cut off at character 5"),
        ('{"a": "b', "broken"),
        ("[1, 2] x", "after the end of the JSON value at character 7"),
        ("{'a': 1}", "broken"),
        ('["a\nb"]', "control character"),
        ("[01]", "broken"),
    ],
)
def test_broken_text_is_named_with_its_place(text, words):
    assert words in refusal(loads, text)


def test_a_message_holds_a_short_excerpt_and_no_card_number():
    message = refusal(loads, '{"CardNumber": x4111 1111 1111 1111 ' + "y" * 1_000_000)
    assert "4111" not in message
    assert len(message) < 150


# ---- iter_orders -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "entries"),
    [
        ('[{"OrderID": 1}, {"OrderID": 2}]', [{"OrderID": 1}, {"OrderID": 2}]),
        ('{"orders": [{"OrderID": 1}], "total": 1}', [{"OrderID": 1}]),
        ('{"meta": {"orders": []}, "orders" : [ {"OrderID": 1} , {"OrderID": 2} ] }', [{"OrderID": 1}, {"OrderID": 2}]),
        ('{"OrderItems": [], "OrderID": 639}', [{"OrderItems": [], "OrderID": 639}]),
        ("[]", []),
        (' {"orders": []} ', []),
        ('[1, null, "x", [2]]', [1, None, "x", [2]]),
        (b'\xef\xbb\xbf[{"OrderID": "\xc3\xa9"}]', [{"OrderID": "é"}]),
    ],
)
def test_the_three_shapes(body, entries):
    assert list(iter_orders(body)) == entries


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("", "is empty"),
        (b" \r\n", "is empty"),
        ("null", "is null"),
        ("12.5", "is a single number"),
        ('"no orders"', "is a text"),
        ("true", "is true or false"),
        ("<!DOCTYPE html><html></html>", "is a web page"),
        ('{"error": "bad key", "code": 7}', 'neither "orders" nor "OrderID"; it has "error", "code"'),
        ("{}", "no keys"),
        ('{"orders": null}', '"orders" in the content is null'),
        ('{"orders": {"1": {}}}', '"orders" in the content is an object'),
        ('{"orders": [], "orders": []}', "twice"),
        ("[{}] []", "after the end"),
        ("{,}", "double quotes"),
        ('{"a" 1}', "colon"),
        ('{"OrderID": 1', "cut off"),
        ("Service temporarily unavailable", "broken"),
        ("[" * 10_000, "cut off"),
        ("[\0{}]", "NUL"),
        (b"[{}, \xff]", "UTF-8"),
        ('[{"OrderID": 1}]'.encode("utf-16"), "UTF-8"),
    ],
)
def test_anything_else_is_an_error_of_its_own(body, words):
    assert words in refusal(lambda: list(iter_orders(body)))


def test_names_in_a_message_are_few_short_and_printable():
    message = refusal(lambda: list(iter_orders(json.dumps({f"\x1b\u202e{n}" + "k" * 1000: 1 for n in range(50)}))))
    assert message.count("kkk") <= 5 * 14
    assert len(message) < 400
    assert message.isprintable()


def test_entries_before_a_break_are_yielded_first():
    entries = iter_orders('[{"OrderID": 1}, {"OrderID": 2}, {"Ord')
    assert [next(entries), next(entries)] == [{"OrderID": 1}, {"OrderID": 2}]
    assert "broken" in refusal(next, entries)


@pytest.mark.parametrize("value", ["NaN", "-Infinity", "1e400", '"\\u0000"', '"\\ud800"'])
def test_an_entry_with_a_refused_value_does_not_hold_up_its_neighbours(value):
    body = f'{{"orders": [{{"OrderID": 1}}, {{"OrderID": 2, "x": [{value}]}}, {{"OrderID": 3}}]}}'
    first, refused, last = iter_orders(body)
    assert (first, last) == ({"OrderID": 1}, {"OrderID": 3})
    assert isinstance(refused, RefusedEntry)
    assert "at character" in str(refused)


def test_a_large_answer_is_walked_entry_by_entry():
    order = json.dumps({"OrderID": 1, "OrderItems": [{"ItemName": "x" * 100, "Price": 1.5}] * 4})
    body = "[" + ",".join([order] * 10_000) + "]"
    tracemalloc.start()
    try:
        assert sum(1 for _entry in iter_orders(body)) == 10_000
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    # The list of all entries would take about twice the text; the text itself was there before.
    assert peak < len(body)


# ---- dumps -----------------------------------------------------------------------------------------------------------


def loads_it(text):
    with contextlib.suppress(StrictJsonError):
        loads(text)


@pytest.mark.parametrize(
    ("read", "text"),
    [
        (loads_it, '[{"quantity": 1.5}, {"quantity": 2}]'),
        (loads_it, '[{"quantity": 1e400}]'),
        (loads_it, '[{"quantity": 1.5}, {"quantity": '),
        (lambda text: list(iter_orders(text)), '[{"OrderID": 1, "Total": 1.5}, {"OrderID": 2, "OrderID": 3}]'),
        (loads_it, b'[{"quantity": "\x00"}]'),
        (lambda text: next(iter_orders(text)), '{"orders": [{"OrderID": 1}, {"OrderID": 2}]}'),
    ],
)
def test_a_text_is_freed_at_once_and_not_when_python_looks_for_cycles(read, text):
    read(text)  # what is made once
    gc.collect()
    gc.disable()
    try:
        read(text)
        assert gc.collect() == 0
    finally:
        gc.enable()


def test_equal_values_have_equal_text():
    variants = ['{"b": 92.0, "a": [1]}', '{"a":[1.00],"b":92}', '{"a": [1e0], "b": 9.2E1}']
    assert {dumps(loads(text)) for text in variants} == {'{"a":[1],"b":92}'}
    assert dumps([Decimal("-0.00"), Decimal("1E+40"), Decimal("0.10"), 1.5, 1e-7, True, None, ()]) == (
        "[0,1" + "0" * 40 + ",0.1,1.5,0.0000001,true,null,[]]"
    )
    assert dumps({"é\n": '"'}) == '{"é\\n":"\\""}'


@given(VALUES)
def test_dumps_and_loads_round_trip(value):
    text = dumps(value)
    assert loads(text) == value
    assert dumps(loads(text)) == text


def test_dumps_refuses_what_cannot_be_read_back():
    deep: list = []
    for _level in range(10_000):
        deep = [deep]
    for value in (
        float("nan"),
        Decimal("Infinity"),
        Decimal("1E+1000000"),
        10**5000,
        "\0",
        "\ud800",
        {1: 2},
        {"x"},
        deep,
    ):
        assert len(refusal(dumps, value)) < 200
