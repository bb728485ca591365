"""The summary of a day that a shop sends, whatever it contains."""

import json
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.order.content import PayloadError
from lib.order.figures import Figures, total_of
from lib.order.summary import SummaryOrder, parse_summaries
from lib.strict_json import loads

DAY = date(2026, 1, 31)


def summary(**values):
    return {"date": "2026-01-31", "orders": 2, "gross": "184.00", **values}


def test_a_summary():
    value = summary(tax=24, refunds=0, payments={"Cash": "92.00", " Card ": 92}, order_ids=[639, "A-1"])
    [parsed] = parse_summaries(value, DAY)
    assert (parsed.orders, parsed.gross, parsed.tax, parsed.refunds) == (2, Decimal(184), Decimal(24), 0)
    assert parsed.payments == {"Cash": Decimal(92), "Card": Decimal(92)}
    assert parsed.listed == (SummaryOrder("639"), SummaryOrder("A-1"))
    assert not parsed.lists_refunds


def test_what_is_not_stated_is_none():
    [parsed] = parse_summaries(summary(), DAY)
    assert (parsed.refunds, parsed.tax, parsed.payments, parsed.listed) == (None, None, None, None)


def test_listed_orders_may_have_amounts_and_refunds():
    entries = [{"order_id": 639.0, "gross": "92.00"}, {"order_id": "639", "refund_id": "R1", "gross": -92, "tax": -12}]
    [parsed] = parse_summaries(summary(order_ids=entries), DAY)
    assert parsed.listed == (
        SummaryOrder("639", "", Decimal(92)),
        SummaryOrder("639", "R1", Decimal(-92), Decimal(-12)),
    )
    assert parsed.lists_refunds


@pytest.mark.parametrize("shape", [list, lambda entries: {"date": "2026-01-31", "locations": entries}])
def test_a_summary_of_several_locations(shape):
    parsed = parse_summaries(shape([summary(location=404), summary(LocationID="405")]), DAY)
    assert [entry.location for entry in parsed] == ["404", "405"]


@pytest.mark.parametrize(
    "value",
    [
        None,
        17,
        "text",
        {},
        [17],
        summary(date="2026-02-01"),
        summary(date=17),
        summary(orders=-1),
        summary(orders="two"),
        summary(orders=None),
        summary(gross=None),
        summary(gross="92,0"),
        summary(gross=True),
        summary(payments=[]),
        summary(payments={"Cash": "much"}),
        summary(payments={str(number): 1 for number in range(201)}),
        summary(payments={"a\tb": 1}),
        summary(order_ids={}),
        summary(order_ids=[None]),
        summary(order_ids=[[]]),
        summary(order_ids=[{"gross": 1}]),
        [summary(), summary()],
        {"locations": {}},
    ],
)
def test_anything_else_is_refused_with_a_sentence(value):
    with pytest.raises(PayloadError) as refused:
        parse_summaries(value, DAY)
    text = str(refused.value.message)
    assert text.endswith(".") and "%(" not in text


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
NAMES = st.sampled_from(["date", "orders", "refunds", "gross", "tax", "payments", "order_ids", "location", "locations"])


@given(st.dictionaries(NAMES, JSON) | st.lists(st.dictionaries(NAMES, JSON), max_size=3))
def test_no_value_breaks_it(value):
    try:
        parse_summaries(loads(json.dumps(value)), DAY)
    except PayloadError as refused:
        assert str(refused.message)
    except ValueError as error:  # what `loads` refuses never gets here
        assert type(error).__name__ == "StrictJsonError"


def test_figures_are_added_and_subtracted_exactly():
    first = Figures(1, 0, Decimal("0.1"), Decimal("0.01"), {1: Decimal("0.1"), "Voucher": Decimal(5)})
    second = Figures(0, 1, Decimal("0.2"), Decimal("0.02"), {1: Decimal("-0.1")})
    assert total_of([first, second]) == Figures(1, 1, Decimal("0.3"), Decimal("0.03"), {"Voucher": Decimal(5)})
    assert not first + second - first - second
    assert bool(Figures(payments={1: Decimal(1)}))
