"""What comes back to the demo shop: its JSON, its totals and its control, computed a second time from the JSON."""

from collections import defaultdict
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
import requests

from dev.stand_ins.shop import ShopServer
from dev.stand_ins.shop.chain import Chain

KEY = "a-key-of-the-tests"


def decimal(value):
    return Decimal(str(value).replace(",", ""))


@pytest.fixture
def shop():
    return ShopServer(orders=200, seed=90, api_key=KEY, generation="mixed")


def plain_sale(shop, lines=2):
    """Return a sale of some lines, one piece or more, that was paid once and has no discount on the whole."""
    return next(
        order
        for order in shop.orders
        if order.grand_total > 5
        and not order.discount
        and len(order.lines) >= lines
        and len(order.payments) == 1
        and all(line.quantity >= 1 for line in order.lines)
    )


def stated(order):
    """Return what the entries of ``Refunds`` say was paid back, as far as they say it."""
    return [
        sum(decimal(payment["AmountPaid"]) for payment in entry["CheckoutDetails"])
        for entry in order.payload()["Refunds"]
        if "CheckoutDetails" in entry
    ]


def test_pieces_come_back_in_parts_that_add_up(shop):
    order = plain_sale(shop)
    for _part in range(30):
        try:
            order = shop.refund_order(order.number, method="Cash")
        except ValueError:
            break
    assert sum(refund.total for refund in order.refunds) == order.grand_total
    assert sum(refund.tax for refund in order.refunds) == order.tax
    assert sum(stated(order)) == order.grand_total
    for place, line in enumerate(order.lines):
        back = [entry.quantity for refund in order.refunds for entry in refund.lines if entry.place == place]
        assert sum(back) == line.quantity
    with pytest.raises(ValueError):
        shop.refund_order(order.number, part="rest")


def test_money_comes_back_without_goods(shop):
    order = plain_sale(shop)
    shelf = shop.totals().shelf
    [entry] = shop.refund_order(order.number, part="money", method="Cash").payload()["Refunds"]
    assert [set(item) for item in entry["Items"]] == [{"ItemID", "ItemName", "Amount"}]
    assert entry["Items"][0]["Amount"] == entry["CheckoutDetails"][0]["AmountPaid"] > 0
    assert shop.totals().shelf == shelf


def test_goods_that_do_not_go_back_leave_the_shelf_as_it_is(shop):
    order = plain_sale(shop)
    before = shop.totals()
    [entry] = shop.refund_order(order.number, restock=False).payload()["Refunds"]
    assert {item["Restock"] for item in entry["Items"]} == {False}
    after = shop.totals()
    assert (after.shelf, after.pickings) == (before.shelf, before.pickings)
    assert before.grand_total - after.grand_total == after.refunded > 0


def test_entry_of_a_refund_stays_as_it_is(shop):
    """What was sent once is sent alike whatever comes back later, or it would count as changed."""
    numbers = shop.go_on(40)["refunded"]
    for number in numbers:
        sent = {}
        for version in shop.versions(number):
            for entry in version.payload().get("Refunds", ()):
                assert sent.setdefault(entry["RefundID"], entry) == entry


def test_refund_by_status_is_the_order_with_the_opposite_sign(shop):
    order = plain_sale(shop)
    sale, back = order.payload(), shop.refund_order(order.number, form="status").payload()
    assert back["OrderStatus"] == 106
    names = ("OrderDetails", "OrderCheckoutDetails") if "OrderDetails" in sale else ("OrderItems", "CheckoutDetails")
    for item, its_sale in zip(back[names[0]], sale[names[0]], strict=True):
        assert item["Quantity"] == -its_sale["Quantity"]
        price = "PriceWithoutTax" if "PriceWithoutTax" in item else "Price"
        assert item[price] == its_sale[price]
    assert sum(decimal(payment["AmountPaid"]) for payment in back[names[1]]) == -order.grand_total
    with pytest.raises(ValueError):
        shop.refund_order(order.number, part="rest")


def test_cancelled_order_says_so_and_nothing_else_of_it_changes(shop):
    order = plain_sale(shop)
    assert shop.cancel_order(order.number).payload() == {**order.payload(), "OrderStatus": "Cancelled"}
    with pytest.raises(ValueError):
        shop.cancel_order(order.number)


@pytest.mark.parametrize("chosen", [{"part": "half"}, {"method": "Voucher"}, {"form": "letter"}])
def test_unknown_choices_are_refused(shop, chosen):
    with pytest.raises(ValueError):
        shop.refund_order(plain_sale(shop).number, **chosen)


def test_returns_cannot_come_back(shop):
    order = next(order for order in shop.orders if order.grand_total < 0)
    with pytest.raises(ValueError):
        shop.refund_order(order.number)


def test_totals_are_less_what_came_back(shop):
    before, versions = shop.totals(), {order.number: order for order in shop.orders}
    happened = shop.go_on(40)
    assert all(happened.values())
    back = [(order, refund) for order in shop.orders for refund in order.refunds]
    paid = defaultdict(Decimal, before.payments)
    for order in shop.orders:
        for sign, entry in ((-1, versions[order.number]), (1, order)):
            for payment in entry.payments:
                paid[payment.payment_type] += sign * payment.amount
            paid["Cash"] -= sign * entry.change
    for _order, refund in back:
        for payment in refund.payments:
            paid[payment.payment_type] -= payment.amount
    after = shop.totals()
    assert after.payments == dict(paid)
    assert after.refunds == len(back)
    assert after.grand_total == sum(paid.values())
    assert after.orders == before.orders
    assert after.grand_total == sum(after.products.values()) + after.charges + after.tips


def test_totals_of_days_add_up_to_all():
    now = datetime(2026, 11, 15, 12, tzinfo=UTC)
    shop = ShopServer(orders=90, seed=90, chain=Chain((404, 405)), clock=lambda: now)
    shop.go_on(20)
    days = shop.totals_by_day()
    whole = shop.totals()
    assert whole.refunds == sum(totals.refunds for totals in days.values()) > 0
    for name in ("grand_total", "tax", "charges", "tips", "invoiced", "refunded", "pickings"):
        assert getattr(whole, name) == sum(getattr(totals, name) for totals in days.values())
    # What came back today counts today, whenever it was sold.
    assert {day for (day, _place), totals in days.items() if totals.refunds} == {now.date()}
    assert min(day for day, _place in days) == now.date() - timedelta(days=2)


def test_control_refunds_and_cancels(shop):
    with shop:
        order = plain_sale(shop)

        def control(path, **values):
            return requests.post(f"{shop.base_url}/_control/{path}", json=values, timeout=10)

        answer = control(f"refunds/{order.number}", part="money", method="Cash")
        assert len(answer.json()["Refunds"]) == 1
        assert control(f"cancellations/{order.number}").status_code == 400
        assert control("refunds/1").status_code == 404
        assert control(f"refunds/{order.number}", part="all").status_code == 400
        assert control("lives", count=4).json().keys() == {"refunded", "cancelled", "edited"}
