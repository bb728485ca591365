"""Whatever a feed sends is an order or a clear error, and every valid order is understood to the smallest unit."""

import json
from dataclasses import dataclass
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import ShopOrder, broken, json_values, shop_orders

from lib.order.payload import (
    OrderPayload,
    PayloadError,
    change,
    discount_readings,
    expected_net,
    external_id,
    fingerprint,
    is_return,
    order_status,
    parse_order,
    payments_total,
    redact,
    unpaid,
)
from lib.strict_json import StrictJsonError, dumps, loads


@dataclass(frozen=True)
class Refused:
    message: str


ORDER_KEYS = ("OrderID", "OrderItems", "CheckoutDetails", "GrandTotal", "AmountDiscount")


def outcome(function, *arguments):
    """What the function returns, or that it refused; every exception but `PayloadError` fails the test."""
    try:
        return function(*arguments)
    except PayloadError as error:
        message = str(error.message)
        assert message.endswith(".")
        assert len(message) < 400
        message.encode()
        return Refused(message)


def check_any(raw):
    """`raw`, whatever it is, gives an order or a clear error everywhere, and the same one in its stored form."""
    order = outcome(parse_order, raw)
    outcome(external_id, raw)
    outcome(order_status, raw)
    stored = outcome(redact, raw)
    if isinstance(order, OrderPayload):
        assert order.external_id
        assert order.items
        repr(order).encode()
        for unit in map(Decimal, ("1", "0.01", "0.001")):
            for reading in discount_readings(order, unit):
                expected_net(order, reading)
        assert change(order, Decimal(0)) >= 0
        assert unpaid(order, Decimal(0)) >= 0
        assert isinstance(is_return(order), bool)
    if isinstance(stored, Refused):
        assert outcome(fingerprint, raw) == stored
    else:
        text = dumps(stored)
        text.encode()
        assert fingerprint(loads(text)) == fingerprint(raw)
        assert outcome(parse_order, loads(text)) == order
    return order


@settings(max_examples=200)
@given(json_values(max_leaves=20))
def test_any_value_is_an_order_or_a_clear_error(value):
    check_any(value)


@settings(max_examples=200)
@given(st.dictionaries(st.sampled_from(ORDER_KEYS), json_values()))
def test_any_value_under_the_keys_of_an_order(value):
    check_any(value)


@settings(max_examples=200)
@given(broken())
def test_any_value_in_any_place_of_an_order(raw):
    check_any(raw)


@settings(max_examples=200)
@given(shop_orders(), st.data())
def test_any_key_may_be_missing(order, data):
    raw = dict(order.raw)
    for key in data.draw(st.sets(st.sampled_from(sorted(raw)))):
        del raw[key]
    parsed = check_any(raw)
    assert isinstance(parsed, OrderPayload) is ({"OrderID", "OrderItems"} <= raw.keys())


@settings(max_examples=100)
@given(broken())
def test_a_damaged_order_on_its_way_through_json(raw):
    try:
        text = json.dumps(raw, default=str)
    except ValueError:
        return  # An integer that Python does not print.
    try:
        value = loads(text)
    except StrictJsonError:
        return
    check_any(value)


@settings(max_examples=300)
@given(shop_orders())
def test_a_valid_order_is_understood_to_the_smallest_unit(order: ShopOrder):
    parsed = check_any(order.raw)
    assert isinstance(parsed, OrderPayload), parsed
    assert parsed.warnings == ()
    assert parsed.grand_total == order.grand_total
    assert parsed.tax == order.tax
    assert is_return(parsed) is order.is_return
    assert change(parsed, parsed.grand_total) == order.change
    assert unpaid(parsed, parsed.grand_total) == 0
    assert payments_total(parsed) == parsed.amount_paid == order.grand_total + order.change

    readings = discount_readings(parsed, order.unit)
    assert sum(readings[0]) == order.discount
    # A line of a weighed item is rounded by the shop: half a unit a line, and no more, lies between the two.
    assert abs(expected_net(parsed, readings[0]) - order.net) <= len(parsed.items) * order.unit / 2
    assert len(set(readings)) == len(readings)
    for reading in readings:
        for item, discount in zip(parsed.items, reading, strict=True):
            assert abs(discount) < abs(item.gross) + order.unit
            assert discount * item.gross >= 0


@settings(max_examples=100)
@given(shop_orders())
def test_the_way_an_order_is_written_does_not_change_what_it_says(order: ShopOrder):
    assert parse_order(loads(dumps(order.raw))) == parse_order(order.raw)
    # Consumers with Python's own JSON reader bring floats.
    assert parse_order(json.loads(dumps(order.raw))) == parse_order(order.raw)


@settings(max_examples=100)
@given(st.text(), st.integers(10**15, 10**16 - 1), st.text())
def test_no_card_number_is_left(before, card, after):
    kept = dumps(redact({"CardNumber": f"{before}{card}{after}".replace("\0", "")}))
    assert str(card) not in kept
