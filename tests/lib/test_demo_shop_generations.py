"""The demo shop writes the same sales in every generation of its format, and all of them mean the same."""

import json
from dataclasses import replace
from decimal import Decimal

import pytest
import requests

from dev.stand_ins.shop import ShopServer
from dev.stand_ins.shop.generations import GENERATIONS
from dev.stand_ins.shop.generator import OrderGenerator
from lib.order.payload import parse_order
from lib.strict_json import loads

KEY = "a-key-of-the-tests"


def written(shop):
    return [loads(json.dumps(order.payload())) for order in shop.orders]


def shop_of(generation):
    return ShopServer(orders=120, seed=4, api_key=KEY, generation=generation)


def test_each_generation_sells_the_same():
    totals = {generation: shop_of(generation).totals() for generation in (*GENERATIONS, "mixed")}
    assert len({repr(figures) for figures in totals.values()}) == 1


def test_the_keys_of_each_generation():
    [first], [today] = (written(ShopServer(orders=1, generation=name)) for name in ("first", "today"))
    assert {"OrderDetails", "OrderCheckoutDetails", "CheckoutDate", "ServiceCharges", "LocationID"} <= first.keys()
    assert {"Name", "Mode", "Status"} <= first["OrderDetails"][0].keys()
    assert not {"GrandTotal", "AmountTotal", "AmountPaid", "Tax"} & today.keys()
    assert {"OrderDate", "customer_ref"} <= today.keys()
    assert {"OdooItemID", "PriceWithoutTax", "DiscountPercentage"} <= today["OrderItems"][0].keys()


@pytest.mark.parametrize("generation", GENERATIONS)
def test_each_generation_is_read_as_the_shop_meant_it(generation):
    shop = shop_of(generation)
    for order, raw in zip(shop.orders, written(shop), strict=True):
        read = parse_order(raw)
        assert read.external_id == str(order.number)
        assert [item.name for item in read.items] == [line.product.name for line in order.lines]
        for item, line in zip(read.items, order.lines, strict=True):
            assert abs(item.discount - line.discount) <= Decimal("0.005")
            assert [(part.name, part.quantity) for part in item.components] == [
                (part.product.name, part.quantity) for part in line.components
            ]
        assert read.prices_exclude_tax is (generation == "today")
        paid = sum(payment.amount for payment in read.payments)
        assert paid == (order.grand_total if generation == "today" else order.amount_paid)
        if generation != "guide":
            assert read.sold_at.replace(tzinfo=None) == order.sold_at.replace(tzinfo=None, microsecond=0)
        assert all(warning.is_note for warning in read.warnings)


def test_one_order_may_differ_from_the_others():
    with ShopServer(orders=1, seed=4, api_key=KEY) as shop:
        [order] = shop.add_orders(1, generation="first", location=404, service_charge=Decimal("2.50"))
        plain = OrderGenerator(4).make(order.number, order.sold_at)
        assert order.grand_total == plain.grand_total + Decimal("2.50")
        shop.add_orders(1, generation="today", customer_ref="CUST-002")
        requests.post(f"{shop.base_url}/_control/orders", json={"generation": "first"}, timeout=10)
        guide, first, today, other = map(parse_order, written(shop))
        assert (guide.location_id, guide.sold_at) == ("", None)
        assert (first.location_id, first.charges[0].amount) == ("404", Decimal("2.5"))
        assert today.customer.ref == "CUST-002"
        assert other.location_id == "0"
        assert shop.totals().discount == sum(
            order.discount + sum(line.discount for line in order.lines) for order in shop.orders
        )


def test_an_edited_order_keeps_its_generation_and_its_date():
    with ShopServer(orders=3, seed=4, generation="first") as shop:
        [before, *_others] = shop.orders
        after = shop.edit_order(before.number)
    assert (after.generation, after.sold_at) == (before.generation, before.sold_at)


def test_an_unknown_generation_is_refused():
    with pytest.raises(ValueError, match="generation must be one of guide, first, today"):
        ShopServer(generation="next")
    with ShopServer() as shop, pytest.raises(ValueError, match="generation must be one of"):
        shop.add_orders(1, generation="mixed")
    order = OrderGenerator(1).make(1, ShopServer().clock())
    with pytest.raises(ValueError, match="not None"):
        replace(order, generation=None)
