"""The examples of `docs/order_format.md` are orders."""

import re
from pathlib import Path

import pytest

from lib.order.payload import parse_order
from lib.order.refunds import has_refunds, listed_refunds, parse_refund
from lib.strict_json import iter_orders

PAGE = Path(__file__).parents[2] / "docs" / "order_format.md"
EXAMPLES = re.findall(r"```json\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)


@pytest.mark.parametrize("example", EXAMPLES, ids=range(len(EXAMPLES)))
def test_an_example_is_read_without_doubt(example):
    for raw in iter_orders(example):
        order = parse_order(raw)
        assert order.items and order.payments
        assert all(warning.is_note for warning in order.warnings)


def test_each_generation_has_its_example():
    orders = [parse_order(raw) for example in EXAMPLES for raw in iter_orders(example)]
    assert {"639", "A-640", "7101", "7102", "7103"} == {order.external_id for order in orders}
    assert {order.external_id: len(order.items) for order in orders}["7101"] == 1


def test_the_refunds_of_an_example_are_read_without_doubt():
    orders = [raw for example in EXAMPLES for raw in iter_orders(example) if has_refunds(raw)]
    ((refund_id, payload),) = [refund for raw in orders for refund in listed_refunds(raw)]
    refund = parse_refund(payload)
    assert (refund_id, refund.external_id, refund.warnings) == ("R-1", "7103", ())
    assert (refund.items[0].quantity, refund.items[0].restock, refund.payments[0].amount) == (2, False, 46)
