"""A chain of branches: in every generation, its orders contain the customer, charges, location and date."""

import json
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from dev.stand_ins.shop import ShopServer
from dev.stand_ins.shop.chain import LOCAL_TIME, Chain, day_of
from dev.stand_ins.shop.generations import GENERATIONS
from lib.order.payload import parse_order
from lib.order.summary import parse_summaries
from lib.strict_json import loads

LOCATIONS = (404, 405, 406)
NOON = datetime(2026, 3, 10, 9, 0, tzinfo=UTC)  # 12:00 in the shop


def chain_of(orders=200, now=NOON, **values):
    return ShopServer(orders=orders, seed=1, generation="mixed", chain=Chain(LOCATIONS), clock=lambda: now, **values)


@pytest.fixture(scope="module")
def read():
    """Each order beside what an import reads."""
    return [(order, parse_order(loads(json.dumps(order.payload())))) for order in chain_of().orders]


def test_an_order_is_read_as_the_shop_meant_it(read):
    for order, payload in read:
        assert payload.location_id == str(order.location)
        assert payload.sold_at.astimezone(UTC).replace(tzinfo=None) == sold_in_utc(order, payload)
        assert len(payload.items) == len(order.lines)
        charges = Counter()
        for charge in payload.charges:
            charges["tip" if charge.type == "tip" else "charge"] += charge.amount
        assert (charges["charge"], charges["tip"]) == (order.charge_total, order.tip)
        assert payload.wants_invoice == order.wants_invoice
        assert (payload.note, payload.order_type) == (order.note, order.order_type)
        assert payload.order_taker == str(order.taker)
        if order.customer:
            buyer = order.customer
            assert (payload.customer.name, payload.customer.ref) == (buyer.name, buyer.ref)
            assert (payload.customer.email, payload.customer.vat) == (buyer.email, buyer.vat)
            assert payload.customer.external_id == buyer.number
        assert all(warning.is_note for warning in payload.warnings)


def sold_in_utc(order, payload):
    """Return when an order was sold; the first generation writes local time without an offset."""
    moment = order.sold_at if payload.sold_at.tzinfo else order.sold_at.astimezone(LOCAL_TIME).replace(tzinfo=None)
    return moment.astimezone(UTC).replace(tzinfo=None)


def test_each_kind_is_sold_in_every_generation(read):
    for generation in GENERATIONS:
        orders = [order for order, _payload in read if order.generation == generation]
        seen = Counter(
            service=sum(order.service_charge > 0 for order in orders),
            delivery=sum(order.delivery_charge > 0 for order in orders),
            tips=sum(order.tip > 0 for order in orders),
            taxed=sum(charge.tax > 0 for order in orders for charge in order.charges),
            money_off=sum(charge.amount < -1 for order in orders for charge in order.charges),
            voided=sum(bool(order.voided) for order in orders),
            by_ref=sum(bool(order.customer and order.customer.ref) for order in orders),
            by_email=sum(bool(order.customer and order.customer.email) for order in orders),
            by_vat=sum(bool(order.customer and order.customer.vat) for order in orders),
            invoiced=sum(order.wants_invoice for order in orders),
        )
        assert all(count >= 1 for count in seen.values()), (generation, seen)
        assert {order.location for order in orders} == set(LOCATIONS)
    on_top = [order for order, _payload in read if order.stated_total != order.grand_total]
    assert on_top
    assert all(order.stated_total == order.grand_total - order.tip for order in on_top)
    assert any(charge.type == "rounding" for order, _payload in read for charge in order.charges)


@pytest.mark.parametrize("hour", [0, 3, 12, 23])
def test_the_orders_of_three_days_are_the_same_at_any_hour(hour):
    now = datetime(2026, 3, 10, hour, 30, tzinfo=LOCAL_TIME)
    shop, today = chain_of(now=now), day_of(now)
    assert today == date(2026, 3, 10 if hour >= 4 else 9)
    figures = [(today - day, location, totals) for (day, location), totals in shop.totals_by_day().items()]
    reference = chain_of().totals_by_day()
    assert figures == [(date(2026, 3, 10) - day, location, totals) for (day, location), totals in reference.items()]
    assert Counter(age for age, _location, _totals in figures) == {timedelta(days=age): 3 for age in range(3)}
    assert all(order.sold_at <= now == order.changed_at for order in shop.orders)


@pytest.mark.parametrize("hour", [0, 1, 2, 12, 23])
def test_an_order_that_is_made_later_is_read_with_the_same_time_at_any_hour(hour):
    now = datetime(2026, 3, 10, hour, 30, tzinfo=UTC)
    for values in ({}, {"sold_at": now - timedelta(days=1)}):
        for order in chain_of(orders=0, now=now).add_orders(9, **values):
            sold_at = parse_order(loads(json.dumps(order.payload()))).sold_at
            sold_at = sold_at if sold_at.tzinfo else sold_at.replace(tzinfo=LOCAL_TIME)
            assert sold_at == order.sold_at == values.get("sold_at", now)


def test_the_days_add_up_to_the_totals():
    shop = chain_of()
    days, totals = shop.totals_by_day().values(), shop.totals()
    for name in ("orders", "grand_total", "tax", "charges", "tips", "invoiced", "pickings", "of_customers"):
        assert sum(getattr(day, name) for day in days) == getattr(totals, name) > 0, name
    assert sum((sum(day.payments.values()) for day in days), Decimal(0)) == totals.grand_total
    assert totals.grand_total == totals.amount_total - totals.discount + totals.tax + totals.charges + totals.tips


def test_some_are_sold_after_midnight_and_belong_to_the_day_before():
    assert any(order.sold_at.astimezone(LOCAL_TIME).date() > day_of(order.sold_at) for order in chain_of().orders)


def test_the_items_are_those_of_a_shop_without_branches():
    plain = ShopServer(orders=200, seed=1, generation="mixed")
    for ours, other in zip(chain_of().orders, plain.orders, strict=True):
        assert ours.lines == other.lines


def test_its_summary_of_a_day_is_read_as_its_totals():
    shop = chain_of()
    shop.go_on(40)
    assert {day for day, _location in shop.totals_by_day()} == {date(2026, 3, 8), date(2026, 3, 9), date(2026, 3, 10)}
    for (day, location), totals in shop.totals_by_day().items():
        parsed = {summary.location: summary for summary in parse_summaries(shop.summary_of(day), day)}
        summary = parsed[str(location)]
        assert set(parsed) == set(map(str, LOCATIONS))
        assert (summary.orders, summary.refunds) == (totals.orders, totals.refunds)
        assert (summary.gross, summary.tax) == (totals.grand_total, totals.tax)
        assert summary.payments == totals.payments
        assert len(summary.listed) == totals.orders + totals.refunds
        assert sum(entry.gross for entry in summary.listed) == totals.grand_total
