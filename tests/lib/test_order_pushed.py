"""The body of a request with orders."""

import json

import pytest

from lib.order.pushed import MAX_WAIT, PushedError, read_pushed, seconds_to_wait
from lib.strict_json import iter_orders

ORDER = {"OrderID": 1, "GrandTotal": 92.5}


@pytest.mark.parametrize("body", [[ORDER], {"orders": [ORDER], "partner_id": 7}, ORDER])
def test_an_order_is_read_as_from_a_feed(body):
    text = json.dumps(body)
    [entry] = read_pushed(text.encode()).entries
    [fetched] = iter_orders(text)
    assert (entry, entry.digest) == (fetched, fetched.digest)


def test_what_stands_around_the_orders():
    body = b'{"pos_config_id": 3, "orders": [{"OrderID": 1, "x": NaN}], "customer_ref": "A"}'
    pushed = read_pushed(body)
    assert pushed.members == {"pos_config_id": 3, "customer_ref": "A"}
    assert "NaN" in str(pushed.entries[0])


@pytest.mark.parametrize(
    ("body", "status"),
    [
        *((body, 422) for body in (b"7", b"null", b'"x"', b'{"a": 1}', b'{"orders": 1}', b"[1]", b'["OrderID", null]')),
        *((body, 400) for body in (b"", b" ", b"[", b'[{"OrderID": 1}', b"[] []", b"<p>", b"\xff\xfe", b"[" * 9999)),
        (json.dumps([ORDER] * 1001).encode(), 413),
    ],
)
def test_what_is_refused(body, status):
    with pytest.raises(PushedError) as refused:
        read_pushed(body)
    assert refused.value.status == status
    assert str(refused.value.message)


@pytest.mark.parametrize(
    ("prefer", "seconds"),
    [
        (None, 0),
        ("", 0),
        ("wait=10", 10),
        ("respond-async, wait=10", 10),
        ('handling=lenient; x, Wait="5"', 5),
        ("wait=9999", MAX_WAIT),
        ("await=10", 0),
        ("wait=x", 0),
        ("wait=-3", 0),
        ("wait=99999999999", 0),
        ("x" * 100_000 + ",wait=3", 0),
    ],
)
def test_how_long_the_sender_waits(prefer, seconds):
    assert seconds_to_wait(prefer) == seconds
