"""Whatever a feed sends is an order or a clear error, and every valid order is read to the smallest unit."""

import json
from dataclasses import astuple, dataclass, replace
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import KNOWN_KEYS, ShopOrder, broken, in_full, json_values, shop_orders

from lib.money import parse_amount
from lib.order.content import PayloadError, redact
from lib.order.discounts import discount_readings
from lib.order.field_names import UNDERSTOOD
from lib.order.parts import OrderPayload
from lib.order.payload import external_id, order_status, parse_order
from lib.order.sameness import sameness_key
from lib.order.totals import adds_up, field_of, item_nets
from lib.strict_json import StrictJsonError, dumps, loads


@dataclass(frozen=True)
class Refused:
    message: str


CIRCUMSTANCES = (
    *("warnings", "sold_at", "customer", "wants_invoice", "location_id", "order_type", "note", "order_taker"),
    "prices_exclude_tax",
)
ORDER_KEYS = sorted({"OrderID", "AmountDiscount", *UNDERSTOOD, *KNOWN_KEYS})


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
    """Check that `raw`, whatever it is, gives an order or a clear error, and the same in its stored form."""
    order = outcome(parse_order, raw)
    outcome(external_id, raw)
    outcome(order_status, raw)
    stored = outcome(redact, raw)
    if isinstance(order, OrderPayload):
        assert order.external_id
        assert order.items or not order.grand_total
        dumps([sameness_key(raw), *map(astuple, order.charges)])
        repr(order).encode()
        for unit in map(Decimal, ("1", "0.01", "0.001")):
            for reading in discount_readings(order, unit):
                assert adds_up(order, reading, Decimal(92), unit) in (True, False)
            field_of(order, Decimal(92), unit)
    if not isinstance(stored, Refused):
        text = dumps(stored)
        text.encode()
        assert dumps(redact(loads(text))) == text
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
        return  # An integer that Python refuses to print.
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
    assert (parsed.grand_total < 0) is order.is_return
    paid = sum(payment.amount for payment in parsed.payments)
    assert paid == parsed.amount_paid == order.grand_total + order.change

    readings = discount_readings(parsed, order.unit)
    assert readings[0].total == order.discount
    assert adds_up(parsed, readings[0], order.grand_total, order.unit)
    # The shop rounds lines of weighed items, so the two may differ by half a unit per line, and no more.
    net = sum(item_nets(parsed, readings[0])) - readings[0].after_tax
    assert abs(net - order.net) <= len(parsed.items) * order.unit / 2
    assert len(set(readings)) == len(readings)
    for reading in readings:
        for item, discount in zip(parsed.items, reading.lines, strict=True):
            assert abs(discount) < abs(item.gross) + order.unit
            assert discount * item.gross >= 0


@settings(max_examples=300)
@given(st.data())
def test_an_order_means_the_same_in_the_names_of_any_generation(data):
    order = data.draw(shop_orders())
    full = check_any(data.draw(in_full(st.just(order))).raw)
    assert isinstance(full, OrderPayload), full
    assert all(warning.is_note for warning in full.warnings)
    plain = parse_order(order.raw)
    assert replace(plain, **{name: getattr(full, name) for name in CIRCUMSTANCES}) == full


@settings(max_examples=300)
@given(shop_orders(), st.integers(1, 500), st.sampled_from(("GrandTotal", "AmountTotal", "Tax")), st.booleans())
def test_a_total_that_was_altered_adds_up_in_no_reading(order: ShopOrder, units, field, is_more):
    """Unless it is another valid form: AmountTotal after the lines' own discounts."""
    altered = parse_order(
        order.raw | {field: parse_amount(order.raw[field]) + (units if is_more else -units) * order.unit}
    )
    for reading in discount_readings(altered, order.unit):
        if adds_up(altered, reading, altered.grand_total, order.unit):
            told = altered.amount_total + altered.tax - altered.grand_total
            assert told in (reading.total, reading.total - sum(item.discount for item in altered.items))
            assert not (field == "GrandTotal" and reading.total == order.discount and told == reading.total)


@settings(max_examples=100)
@given(shop_orders())
def test_the_way_an_order_is_written_does_not_change_what_it_says(order: ShopOrder):
    assert parse_order(loads(dumps(order.raw))) == parse_order(order.raw)
    # Callers that use Python's own JSON reader pass floats.
    assert parse_order(json.loads(dumps(order.raw))) == parse_order(order.raw)


@settings(max_examples=100)
@given(st.text(), st.integers(10**15, 10**16 - 1), st.text())
def test_no_card_number_is_left(before, card, after):
    kept = dumps(redact({"CardNumber": f"{before}{card}{after}".replace("\0", "")}))
    assert str(card) not in kept
