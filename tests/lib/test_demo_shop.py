"""The demo shop's orders, totals, pages and keys, read over real HTTP and computed again from the JSON."""

import http.client
import json
import re
import signal
import subprocess
import sys
from collections import Counter, defaultdict
from datetime import UTC, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import pytest
import requests

from dev.stand_ins.shop import ShopServer, compute_totals
from dev.stand_ins.shop.catalog import PRODUCTS
from dev.stand_ins.shop.control import answer_control
from dev.stand_ins.shop.money import spread

TIMEOUT = 10
KEY = "a-key-of-the-tests"
CENT = Decimal("0.01")

GUIDE_ORDER_KEYS = [
    "OrderID",
    "AmountDiscount",
    "AmountPaid",
    "AmountTotal",
    "BalanceAmount",
    "GrandTotal",
    "Tax",
    "TaxPercent",
    "OrderStatus",
    "PaymentMode",
    "CheckoutDetails",
    "OrderItems",
]
GUIDE_PAYMENT_KEYS = ["AmountPaid", "CardNumber", "CardType", "PaymentMode", "ReferenceID"]
GUIDE_ITEM_KEYS = ["ItemID", "ItemName", "Price", "Quantity", "DiscountAmount", "OrderDetailPackages"]
GUIDE_COMPONENT_KEYS = ["ItemID", "ItemName", "Price", "Quantity"]


@pytest.fixture
def shop():
    with ShopServer(orders=25, seed=3, api_key=KEY, per_page=10) as server:
        yield server


def get(shop, url=None, **options):
    headers = options.pop("headers", {"Authorization": f"Bearer {KEY}"})
    return requests.get(url or shop.url, headers=headers, timeout=TIMEOUT, **options)


def control(shop, method, path, **options):
    return requests.request(method, f"{shop.base_url}/_control/{path}", timeout=TIMEOUT, **options)


def walk(shop, **params):
    """Return the pages that ``Link`` leads through."""
    answer = get(shop, params=params)
    pages = [answer.json()]
    while "next" in answer.links:
        answer = get(shop, answer.links["next"]["url"])
        pages.append(answer.json())
    return pages


def money(value):
    """Read money in the forms of `docs/order_format.md`: a number, or text with thousands separators."""
    return Decimal(str(value).replace(",", ""))


def half_up(amount):
    return amount.quantize(CENT, ROUND_HALF_UP)


@pytest.fixture(scope="module")
def feed():
    """300 orders as a client reads them, and the shop's own totals."""
    with ShopServer(orders=300, seed=1, api_key=KEY) as server:
        yield get(server).json(), server.totals(), control(server, "GET", "totals").json()


def payment_type(payment):
    return {"cash": "Cash", "card": "Card", "": "Cash" if payment["PaymentMode"] == 1 else "Card"}[
        payment["CardType"].lower()
    ]


def test_format_is_that_of_the_guide(feed):
    for order in feed[0]:
        assert list(order) == GUIDE_ORDER_KEYS
        assert order["OrderItems"]
        for item in order["OrderItems"]:
            assert list(item) == GUIDE_ITEM_KEYS
            assert all(list(part) == GUIDE_COMPONENT_KEYS for part in item["OrderDetailPackages"])
        assert all(list(payment) == GUIDE_PAYMENT_KEYS for payment in order["CheckoutDetails"])


def test_money_is_printed_in_the_guide_s_ways(feed):
    orders = feed[0]
    assert all(isinstance(order["AmountPaid"], str) for order in orders)
    assert {type(order["GrandTotal"]) for order in orders} == {str, float}
    assert any(re.fullmatch(r"\d{1,3},\d{3}\.\d\d", order["AmountPaid"]) for order in orders)
    assert any(re.fullmatch(r"\d+\.\d", order["AmountPaid"]) for order in orders)


def test_each_order_adds_up(feed):
    for order in feed[0]:
        gross = [half_up(money(item["Price"]) * money(item["Quantity"])) for item in order["OrderItems"]]
        discounts = [money(item["DiscountAmount"]) for item in order["OrderItems"]]
        net = sum(gross) - sum(discounts) - money(order["AmountDiscount"])
        tax, percent = money(order["Tax"]), money(order["TaxPercent"])
        assert money(order["AmountTotal"]) == sum(gross)
        assert money(order["GrandTotal"]) == net + tax
        # Rounded line by line the tax is at most half a cent a line away from the exact one.
        assert abs(tax - net * percent / 100) <= CENT / 2 * len(gross)
        if not money(order["AmountDiscount"]):
            lines = zip(gross, discounts, strict=True)
            assert tax == sum(half_up((amount - less) * percent / 100) for amount, less in lines)


def test_each_order_is_fully_paid_and_change_is_given_from_cash_only(feed):
    for order in feed[0]:
        handed_over = [(payment_type(payment), money(payment["AmountPaid"])) for payment in order["CheckoutDetails"]]
        change = sum(amount for _, amount in handed_over) - money(order["GrandTotal"])
        assert money(order["AmountPaid"]) == sum(amount for _, amount in handed_over)
        assert order["BalanceAmount"] == 0
        assert change >= 0
        if change:
            assert change < sum(amount for name, amount in handed_over if name == "Cash")
        assert all(amount * money(order["GrandTotal"]) > 0 for _, amount in handed_over)


def test_totals_agree_with_what_the_feed_says(feed):
    orders, totals, control_totals = feed
    paid, shelf, pickings = defaultdict(Decimal), defaultdict(Decimal), 0
    for order in orders:
        for payment in order["CheckoutDetails"]:
            paid[payment_type(payment)] += money(payment["AmountPaid"])
        paid["Cash"] -= money(order["AmountPaid"]) - money(order["GrandTotal"])
        moved = [part for item in order["OrderItems"] for part in (item, *item["OrderDetailPackages"])]
        for part in moved:
            shelf[part["ItemName"]] += money(part["Quantity"])
        pickings += len({part["Quantity"] > 0 for part in moved})
    assert totals.orders == len(orders) == 300
    assert totals.grand_total == sum(money(order["GrandTotal"]) for order in orders) == sum(paid.values())
    assert totals.tax == sum(money(order["Tax"]) for order in orders)
    assert totals.payments == paid
    assert totals.shelf == shelf
    assert totals.pickings == pickings
    assert totals.grand_total == totals.amount_total - totals.discount + totals.tax
    assert control_totals == totals.as_json()
    assert control_totals["grand_total"] == str(totals.grand_total)


def test_feed_has_every_kind_of_order(feed):
    orders = feed[0]
    items = [item for order in orders for item in order["OrderItems"]]
    payments = [payment for order in orders for payment in order["CheckoutDetails"]]
    seen = Counter(
        several_lines=sum(len(order["OrderItems"]) > 1 for order in orders),
        line_discount=sum(item["DiscountAmount"] > 0 for item in items),
        order_discount=sum(order["AmountDiscount"] > 0 for order in orders),
        components=sum(bool(item["OrderDetailPackages"]) for item in items),
        fractions=sum(item["Quantity"] % 1 > 0 for item in items),
        split=sum(len(order["CheckoutDetails"]) > 1 for order in orders),
        change=sum(money(order["AmountPaid"]) > money(order["GrandTotal"]) for order in orders),
        returns=sum(money(order["GrandTotal"]) < 0 for order in orders),
        zero=sum(not money(order["GrandTotal"]) for order in orders),
        untaxed=sum(not order["TaxPercent"] for order in orders),
    )
    assert all(count >= 5 for count in seen.values()), seen
    assert {payment["PaymentMode"] for payment in payments} == {1, 2, 3}
    assert {"Cash", "Card", ""} <= {payment["CardType"] for payment in payments}
    assert len({order["OrderID"] for order in orders}) == len(orders)


def test_items_are_of_the_catalog_and_one_tax_an_order(feed):
    for order in feed[0]:
        for item in order["OrderItems"]:
            assert PRODUCTS[item["ItemName"]].tax_percent == money(order["TaxPercent"])


def test_seed_decides_the_orders_however_they_are_asked_for():
    at_once = ShopServer(orders=60, seed=5)
    one_by_one = ShopServer(orders=10, seed=5)
    for _ in range(50):
        one_by_one.add_orders(1)
    other = ShopServer(orders=60, seed=6)
    payloads = [[order.payload() for order in shop.orders] for shop in (at_once, one_by_one, other)]
    assert payloads[0] == payloads[1]
    assert payloads[0] != payloads[2]


def test_spread_keeps_the_sum_to_the_cent():
    assert spread(Decimal("1.00"), [Decimal(1)] * 3) == [Decimal("0.34"), Decimal("0.33"), Decimal("0.33")]
    assert spread(Decimal("0.01"), [Decimal(1), Decimal(9)]) == [Decimal("0.00"), Decimal("0.01")]


@pytest.mark.parametrize("headers", [{"Authorization": f"Bearer {KEY}"}, {"X-API-Key": KEY}])
def test_both_headers_are_accepted(shop, headers):
    assert len(get(shop, headers=headers).json()) == 10
    assert shop.requests[-1].key == "valid"
    assert shop.requests[-1].key_header == next(iter(headers))


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer no"}, {"X-API-Key": ""}, {"Authorization": KEY}])
def test_other_keys_are_refused(shop, headers):
    answer = get(shop, headers=headers)
    assert answer.status_code == 401
    assert answer.json()["error"]
    assert KEY not in json.dumps(control(shop, "GET", "requests").json())


def test_pages_lead_through_all_orders_once(shop):
    pages = walk(shop)
    assert [len(page) for page in pages] == [10, 10, 5]
    assert [order["OrderID"] for page in pages for order in page] == [order.number for order in shop.orders]
    assert [len(page) for page in walk(shop, per_page=7)] == [7, 7, 7, 4]
    assert get(shop, params={"page": 4}).json() == []


def test_pages_can_be_counted_where_no_link_leads(shop):
    control(shop, "POST", "settings", json={"link_header": False, "per_page": 20})
    answers = [get(shop, params={"page": page}) for page in (1, 2, 3)]
    assert not any(answer.links for answer in answers)
    assert [len(answer.json()) for answer in answers] == [20, 5, 0]


def test_shapes(shop):
    array = get(shop).json()
    control(shop, "POST", "settings", json={"shape": "object"})
    assert get(shop).json() == {"orders": array}
    control(shop, "POST", "settings", json={"shape": "single"})
    assert get(shop).json() == array[0]
    assert [page["OrderID"] for page in walk(shop)] == [order.number for order in shop.orders]
    assert get(shop, params={"page": 99}).json() == []
    number = array[3]["OrderID"]
    assert get(shop, f"{shop.url}/{number}").json() == array[3]
    assert get(shop, f"{shop.url}/{number}9").status_code == 404


def test_since_returns_what_changed_at_or_after():
    now = datetime(2025, 3, 1, 12, 0, tzinfo=UTC)
    times = [now]
    with ShopServer(orders=5, api_key=KEY, clock=lambda: times[-1]) as shop:
        first = shop.orders[0].number
        assert shop.orders[0].changed_at == now - timedelta(minutes=4)
        assert len(get(shop, params={"since": "2025-03-01T11:58:00Z"}).json()) == 3
        assert len(get(shop, params={"since": "2025-03-01T12:58:00.000001+01:00"}).json()) == 2
        assert len(get(shop, params={"since": "2025-03-01T12:00:00"}).json()) == 1
        times.append(now + timedelta(hours=1))
        shop.edit_order(first)
        new = shop.add_orders(1)[0].number
        changed = get(shop, params={"since": "2025-03-01T13:00:00Z"}).json()
        assert [order["OrderID"] for order in changed] == [first, new]


def test_link_keeps_since():
    with ShopServer(orders=5, api_key=KEY, per_page=1) as shop:
        since = shop.orders[2].changed_at.isoformat()
        pages = walk(shop, since=since)
        assert [page[0]["OrderID"] for page in pages] == [order.number for order in shop.orders[2:]]


@pytest.mark.parametrize("params", [{"page": "0"}, {"page": "x"}, {"per_page": "-1"}, {"since": "yesterday"}])
def test_bad_parameters_are_named(shop, params):
    answer = get(shop, params=params)
    assert answer.status_code == 400
    assert next(iter(params)) in answer.json()["error"]


def test_orders_are_read_only_and_the_connection_is_kept(shop):
    connection = http.client.HTTPConnection(shop.host, shop.port, timeout=TIMEOUT)
    sockets, answers = set(), []
    for method, path in (("POST", "/api/orders"), ("GET", "/api/orders"), ("GET", "/elsewhere")):
        connection.request(method, path, b"{}" if method == "POST" else None, {"X-API-Key": KEY})
        sockets.add(connection.sock)
        answer = connection.getresponse()
        answer.read()
        answers.append((answer.status, answer.version, answer.headers["Allow"]))
    connection.close()
    assert answers == [(405, 11, "GET"), (200, 11, None), (404, 11, None)]
    assert len(sockets) == 1


def test_control_sells_and_edits(shop):
    before = shop.totals()
    added = control(shop, "POST", "orders", json={"count": 2}).json()["added"]
    assert [order.number for order in shop.orders[-2:]] == added
    number = shop.orders[0].number
    edited = control(shop, "POST", f"orders/{number}").json()
    assert edited == get(shop, f"{shop.url}/{number}").json()
    old, new = shop.versions(number)
    assert new.payload() == edited
    assert len(new.lines) == len(old.lines) + 1
    assert new.amount_paid == new.grand_total
    assert shop.totals().grand_total == before.grand_total + new.grand_total - old.grand_total + sum(
        order.grand_total for order in shop.orders[-2:]
    )
    assert compute_totals([old]).orders == 1
    assert control(shop, "POST", "orders/1").status_code == 404
    assert control(shop, "POST", "orders", json={"count": -1}).status_code == 400
    assert control(shop, "GET", "orders").status_code == 405
    assert control(shop, "GET", "nothing").status_code == 404


def test_control_is_for_the_machine_itself_only(shop):
    answers = [
        answer_control(shop, client, "POST", "/_control/orders", b"")
        for client in ("192.0.2.7", "::ffff:192.0.2.7", "127.0.0.1", "::1", "::ffff:127.0.0.1")
    ]
    assert [answer.status for answer in answers] == [403, 403, 200, 200, 200]
    assert len(shop.orders) == 28


def test_any_value_can_be_served_and_is_in_no_total(shop):
    before = shop.totals()
    payload = {"OrderID": "A-7", "OrderItems": []}
    assert control(shop, "POST", "entries", json={"payload": payload}).json() == {}
    shop.put([1, 2])
    shop.put(dict(payload, GrandTotal=1))
    assert walk(shop)[-1][-2:] == [dict(payload, GrandTotal=1), [1, 2]]
    assert shop.totals() == before
    control(shop, "DELETE", "orders")
    assert get(shop).json() == []


def test_stopped_shop_is_gone_and_comes_back_at_the_same_address():
    shop = ShopServer(orders=1, api_key=KEY)
    shop.start()
    url = shop.url
    with requests.Session() as session:
        session.headers["X-API-Key"] = KEY
        assert session.get(url, timeout=TIMEOUT).status_code == 200
        shop.stop()
        with pytest.raises(requests.ConnectionError):
            session.get(url, timeout=TIMEOUT)
        shop.start()
        assert session.get(url, timeout=TIMEOUT).json()[0]["OrderID"] == shop.orders[0].number
    assert shop.url == url
    shop.stop()


@pytest.mark.parametrize("ending", [signal.SIGTERM, signal.SIGINT])
def test_command_prints_its_address_and_ends_cleanly(ending):
    command = [
        sys.executable,
        "-m",
        "dev.stand_ins.shop",
        "--api-key",
        KEY,
        "--orders",
        "12",
        "--seed",
        "3",
        "--per-page",
        "5",
    ]
    root = Path(__file__).parents[2]
    process = subprocess.Popen(command, cwd=root, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        url = re.fullmatch(
            r"Demo shop: 12 orders at (http://127\.0\.0\.1:\d+/api/orders)\n", process.stdout.readline()
        )[1]
        answer = requests.get(url, headers={"X-API-Key": KEY}, timeout=TIMEOUT)
        assert len(answer.json()) == 5
        process.send_signal(ending)
        out, err = process.communicate(timeout=TIMEOUT)
    finally:
        process.kill()
        process.wait()
    assert (process.returncode, out, err) == (0, "", "")
