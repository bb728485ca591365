"""The size of one entry of a feed is limited; a larger entry is refused alone, and at little cost."""

import json
import tracemalloc

import pytest
from cpu_limit import cpu_limit
from hypothesis import given
from hypothesis import strategies as st
from orders import guide_order

from lib.json_brackets import check_depth, value_end
from lib.json_limits import MAX_ENTRY, MAX_ENTRY_VALUES
from lib.order.content import PayloadError
from lib.order.items import MAX_LINES
from lib.order.payload import parse_order
from lib.strict_json import FeedEntry, RefusedEntry, StrictJsonError, iter_orders

HALF = MAX_ENTRY // 2
LARGE = {
    "lists": "[" + "[]," * 3_000_000 + "[]]",
    "objects": "[" + "{}," * 3_000_000 + "{}]",
    "nested": "[" + "[[[{}]]]," * 1_000_000 + "[]]",
    "text": json.dumps("x" * 9_000_000),
    "escapes": '"' + '\\\\\\"' * 2_000_000 + '"',
    "brackets in a text": '{"a": "' + "[{" * 4_000_000 + '"}',
    "number": "1" * 9_000_000,
    "names": "{" + ",".join(f'"{number}":0' for number in range(700_000)) + "}",
    "letters of several bytes": json.dumps({"a": "☕" * (MAX_ENTRY // 2)}, ensure_ascii=False),
    "values": "[" + "0," * MAX_ENTRY_VALUES + "0]",
}


@pytest.mark.parametrize("entry", LARGE.values(), ids=LARGE)
@pytest.mark.parametrize(
    "body", ['[{"OrderID": 1}, %s, {"OrderID": 2}]', '{"orders": [{"OrderID": 1}, %s, {"OrderID": 2}]}']
)
def test_an_entry_beyond_its_bound_is_refused_alone_and_cheaply(entry, body):
    text = body % entry
    # It takes about a second. What grows faster than the text would take minutes.
    with cpu_limit(10):
        first, refused, last = iter_orders(text)
    assert (first, last) == ({"OrderID": 1}, {"OrderID": 2})
    assert isinstance(refused, RefusedEntry) and "more than" in str(refused).replace("larger than", "more than")


HOSTILE = {
    "deep": (b"[" * 70 + b"]" * 70, "nested deeper than 64 levels"),
    "very deep": (b'{"x":' * 100_000 + b"1" + b"}" * 100_000, "nested deeper than 64 levels"),
    "NUL": (b'{"Remark": "a\0b"}', "NUL character"),
    "bytes": (b'{"Remark": "caf\xe9"}', "UTF-8"),
    "bytes in a name": (b'{"caf\xe9": [[1]]}', "UTF-8"),
    "bytes outside of texts": (b'{"Remark": \xff [1, {"a": "]"}]}', "UTF-8"),
    "bytes between members": (b'{"a": 1\xa0, "b": {}}', "UTF-8"),
    "NUL outside of texts": (b'{"a": \0 1}', "NUL character"),
    "a key twice": (b'{"OrderID": 7, "Tax": 1, "Tax": 2}', 'The key "Tax" appears twice'),
    "a key of an item twice": (
        b'{"OrderID": 7, "OrderItems": [{"Price": 1, "Price": 1.5}]}',
        'The key "Price" appears',
    ),
}


@pytest.mark.parametrize(("entry", "words"), HOSTILE.values(), ids=HOSTILE)
@pytest.mark.parametrize(
    "body",
    [b'[{"OrderID": 1}, %s, {"OrderID": "\xc3\xa9"}]', b'{"orders": [{"OrderID": 1}, %s, {"OrderID": "\xc3\xa9"}]}'],
)
def test_an_entry_that_cannot_be_stored_is_refused_alone(entry, words, body):
    first, refused, last = iter_orders(body % entry)
    assert (first, last) == ({"OrderID": 1}, {"OrderID": "é"})
    assert isinstance(refused, RefusedEntry) and words in str(refused)


def test_a_key_that_is_only_repeated_is_no_contradiction():
    entry = '{"OrderID": 7, "OrderID": 7.0, "a": [{"b": {}, "b": {}}], "a": [{"b": {}}]}'
    assert list(iter_orders(f"[{entry}]")) == [{"OrderID": 7, "a": [{"b": {}}]}]


def test_a_byte_between_entries_is_named():
    entries = iter_orders(b'[{"OrderID": 1} \xff, {"OrderID": 2}]')
    assert next(entries) == {"OrderID": 1}
    with pytest.raises(StrictJsonError, match="byte that is not UTF-8 at character 16"):
        next(entries)


def test_the_deepest_order_that_is_accepted_is_the_same_beside_a_deeper_one():
    deepest, deeper = "[" * 63 + "]" * 63, "[" * 64 + "]" * 64
    assert isinstance(next(iter_orders(f"[{deepest}]")), list)
    assert [isinstance(entry, RefusedEntry) for entry in iter_orders(f"[{deepest},{deeper}]")] == [False, True]


@pytest.mark.parametrize("entry", [b"[" * 70 + b"]" * 70, b'"\0"', b'"\xff"'])
@pytest.mark.parametrize("others", [b"[],", b'{"a":[' + b"[]," * 400 + b"[]]},", b"1,", b'"' + b"x" * 5000 + b'",'])
def test_one_such_entry_among_many_costs_little(entry, others):
    body = b"[" + entry + b"," + (others * (600_000 // len(others)))[: -len(others)] + b"0]"
    with cpu_limit(10):
        entries = iter_orders(body)
        assert isinstance(next(entries), RefusedEntry)
        assert not any(isinstance(other, RefusedEntry) for other in entries)


def test_an_entry_beyond_its_bound_takes_little_memory():
    text = f"[{LARGE['lists']}]"
    tracemalloc.start()
    try:
        list(iter_orders(text))
        assert tracemalloc.get_traced_memory()[1] < 80_000_000
    finally:
        tracemalloc.stop()


def test_what_is_beside_the_orders_does_not_count():
    assert list(iter_orders('{"meta": ' + LARGE["lists"] + ', "orders": [{"OrderID": 1}]}')) == [{"OrderID": 1}]


@given(st.lists(st.integers(HALF, MAX_ENTRY + 20), min_size=1, max_size=5))
def test_long_entries_are_read_whatever_stands_before_them(sizes):
    texts = [json.dumps({"OrderID": number, "x": ""}) for number in range(len(sizes))]
    texts = [text.replace('""', f'"{"[" * (size - len(text))}"') for text, size in zip(texts, sizes, strict=True)]
    entries = list(iter_orders(f"[{','.join(texts)}]"))
    assert [isinstance(entry, FeedEntry) for entry in entries] == [len(text) <= MAX_ENTRY for text in texts]


def test_broken_text_is_found_where_it_is():
    for entry in ('{"a": nonsense}', '{"a": "x', "[1 2]"):
        with pytest.raises(StrictJsonError, match=r"broken|cut off"):
            list(iter_orders(f'[{{"OrderID": 1}}, {entry}, {LARGE["text"]}]'))


@given(st.recursive(st.text(max_size=6) | st.integers() | st.none(), lambda inner: st.lists(inner, max_size=4)
                    | st.dictionaries(st.text(max_size=4), inner, max_size=4), max_leaves=30))  # fmt: skip
def test_the_end_of_a_value_is_found_without_decoding_it(value):
    text = json.dumps(value)
    assert value_end(f"{text},]}}", 0) == len(text)
    check_depth(text, 64)


def test_an_order_has_one_limit_for_all_its_lines():
    item = guide_order()["OrderItems"][0]
    part = {"ItemName": "Beans", "Quantity": 1}
    for items, parts in ((MAX_LINES + 1, 0), (11, 500), (MAX_LINES, 1), (1, MAX_LINES)):
        order = guide_order(OrderItems=[{**item, "OrderDetailPackages": [part] * parts}] * items)
        with pytest.raises(PayloadError, match=str(MAX_LINES)):
            parse_order(order)
    assert len(parse_order(guide_order(OrderItems=[{**item, "OrderDetailPackages": [part] * 4}] * 1000)).items) == 1000
