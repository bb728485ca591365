import json

import pytest

from lib.event_template import TemplateError, check_template, fill_body, fill_headers, fill_url, read_headers

VALUES = {"OrderID": "A/7 &", "total": 92.5, "message": None, "ok": True, "text": 'say "hi"\nthere'}


def test_a_placeholder_alone_keeps_its_type_and_inside_a_text_it_becomes_text():
    body = '{"id": "{OrderID}", "sum": "{total}", "why": "{message}", "all": ["{ok}", "{total} EUR: {message}"]}'
    assert json.loads(fill_body(body, VALUES)) == {
        "id": "A/7 &", "sum": 92.5, "why": None, "all": [True, "92.5 EUR: "],
    }  # fmt: skip


def test_no_value_changes_the_form_of_the_message():
    assert json.loads(fill_body('{"a": "<{text}>"}', VALUES)) == {"a": '<say "hi"\nthere>'}
    assert fill_url("https://x.example/{OrderID}?t={text}", VALUES) == (
        "https://x.example/A%2F7%20%26?t=say%20%22hi%22%0Athere"
    )
    assert fill_headers({"X-Text": "{text}"}, VALUES) == {"X-Text": 'say "hi" there'}
    # A header that begins with a blank is not sent.
    assert fill_headers({"X-Text": "{text}"}, {"text": "\n a "}) == {"X-Text": "a"}


def test_a_value_that_looks_like_a_placeholder_is_a_value():
    values = {"message": "{total}", "total": 1}
    assert json.loads(fill_body('{"a": "x{message}"}', values)) == {"a": "x{total}"}
    assert fill_url("https://x.example/{message}", values) == "https://x.example/%7Btotal%7D"


def test_an_empty_body_is_none():
    assert fill_body(" ", VALUES) == b""


def test_headers_are_lines():
    assert read_headers("X-Key: a: b\n\n  Accept:text/plain ") == {"X-Key": "a: b", "Accept": "text/plain"}


@pytest.mark.parametrize(
    ("url", "headers", "body", "reason", "text"),
    [
        ("https://x.example/{Order}", "", "", "placeholder", "{Order}"),
        ("https://x.example/", "X-A: {nope}", "", "placeholder", "{nope}"),
        ("https://x.example/", "", '{"a": "{b}"}', "placeholder", "{b}"),
        ("https://x.example/", "no header", "", "header", "no header"),
        ("https://x.example/", "X A: 1", "", "header", "X A: 1"),
        ("https://x.example/", "Host: other.example", "", "header", "Host: other.example"),
        ("https://x.example/", "X-A: a\x0bb", "", "header", None),
        ("https://x.example/", "", "{", "json", None),
        ("https://x.example/", "", '{"a": NaN}', "json", None),
    ],
)
def test_what_is_wrong_with_a_template(url, headers, body, reason, text):
    with pytest.raises(TemplateError) as raised:
        check_template({"OrderID", "total"}, url, headers, body)
    assert raised.value.reason == reason
    assert text is None or raised.value.text == text


def test_a_right_template():
    check_template({"OrderID"}, "https://x.example/{OrderID}", "X-Id: {OrderID}", '{"a": ["{OrderID}"]}')
