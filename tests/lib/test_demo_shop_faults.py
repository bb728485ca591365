"""Each fault of the demo shop as a client meets it over real HTTP."""

import contextlib
import http.client
import json
import time
import zlib

import pytest
import requests

from dev.stand_ins.shop import ShopServer
from dev.stand_ins.shop.fault_answers import KINDS

TIMEOUT = 10
KEY = "a-key-of-the-tests"


@pytest.fixture
def shop():
    with ShopServer(orders=25, seed=3, api_key=KEY, per_page=10) as server:
        yield server


def get(shop, url=None, **options):
    options = {"headers": {"X-API-Key": KEY}, **options}
    return requests.get(url or shop.url, timeout=options.pop("timeout", TIMEOUT), **options)


def ids(answer):
    return [order["OrderID"] for order in answer.json()]


def numbers(shop, start, stop):
    return [order.number for order in shop.orders[start:stop]]


def add_by_control(shop, **fault):
    return requests.post(f"{shop.base_url}/_control/faults", json=fault, timeout=TIMEOUT)


@pytest.mark.parametrize("status", [401, 404, 429, 500, 503])
def test_status(shop, status):
    shop.faults.add("status", status=status, retry_after=7)
    answer = get(shop)
    assert (answer.status_code, answer.headers["Retry-After"]) == (status, "7")
    assert get(shop).status_code == 200
    assert [(record.fault, record.status) for record in shop.requests] == [("status", status), (None, 200)]


def test_times_page_and_order_of_faults(shop):
    shop.faults.add("empty", times=2)
    shop.faults.add("null", page=2, times=None)
    assert [get(shop).content for _ in range(2)] == [b"", b""]
    assert len(ids(get(shop))) == 10
    assert [get(shop, params={"page": 2}).json() for _ in range(3)] == [None] * 3
    assert shop.faults.hits == {"empty": 2, "null": 3}
    shop.faults.clear()
    assert len(ids(get(shop, params={"page": 2}))) == 10


def test_probability_hits_some_and_the_seed_decides_which():
    def hits(seed):
        with ShopServer(seed=seed, api_key=KEY) as shop:
            shop.faults.add("empty", times=None, probability=0.5)
            return [get(shop).content == b"" for _ in range(30)]

    assert 5 < sum(hits(1)) < 25
    assert hits(1) == hits(1) != hits(2)


def test_wrong_key_uses_no_fault_up(shop):
    shop.faults.add("empty")
    assert get(shop, headers={}).status_code == 401
    assert get(shop).content == b""


def test_control_switches_faults(shop):
    answer = add_by_control(shop, kind="cut", times=3, page=2, fraction=0.25)
    assert answer.json() == {"kind": "cut", "times": 3, "page": 2, "probability": 1.0, "fraction": 0.25}
    url = f"{shop.base_url}/_control/faults"
    assert requests.get(url, timeout=TIMEOUT).json() == {"active": [answer.json()], "hits": {}}
    assert requests.delete(url, timeout=TIMEOUT).status_code == 200
    assert shop.faults.active == ()


@pytest.mark.parametrize(
    "fault",
    [
        {},
        {"kind": "nothing"},
        {"kind": "cut", "share": 1},
        {"kind": "cut", "fraction": "half"},
        {"kind": "cut", "times": 0},
        {"kind": "cut", "page": "2"},
        {"kind": "cut", "probability": 0},
    ],
)
def test_control_refuses_faults_that_do_not_exist(shop, fault):
    answer = add_by_control(shop, **fault)
    assert answer.status_code == 400
    assert answer.json()["error"]
    assert shop.faults.active == ()


def test_delay_comes_before_the_first_byte(shop):
    shop.faults.add("delay", seconds=0.6, times=2)
    with pytest.raises(requests.ReadTimeout):
        get(shop, timeout=0.2)
    started = time.monotonic()
    assert len(ids(get(shop))) == 10
    assert time.monotonic() - started >= 0.6


def test_trickle_outlasts_a_read_timeout_of_its_own(shop):
    shop.faults.add("trickle", seconds=1.0)
    started = time.monotonic()
    assert len(ids(get(shop, timeout=0.5))) == 10
    assert time.monotonic() - started >= 0.9


def test_stopping_does_not_wait_for_a_slow_answer():
    with ShopServer(orders=1, api_key=KEY) as shop:
        shop.faults.add("delay", seconds=60)
        with pytest.raises(requests.ReadTimeout):
            get(shop, timeout=0.2)
        started = time.monotonic()
    assert time.monotonic() - started < 5


def test_cut_announces_more_than_it_sends(shop):
    whole = get(shop).content
    shop.faults.add("cut", fraction=0.5)
    connection = http.client.HTTPConnection(shop.host, shop.port, timeout=TIMEOUT)
    connection.request("GET", "/api/orders", headers={"X-API-Key": KEY})
    answer = connection.getresponse()
    assert answer.length == len(whole)
    with pytest.raises(http.client.IncompleteRead) as caught:
        answer.read()
    connection.close()
    assert caught.value.partial == whole[: len(whole) // 2]
    assert get(shop).content == whole


@pytest.mark.parametrize("when", ["before", "body"])
def test_reset(shop, when):
    shop.faults.add("reset", when=when)
    with pytest.raises((requests.ConnectionError, requests.exceptions.ChunkedEncodingError)) as caught:
        get(shop)
    assert "reset by peer" in str(caught.value)
    assert len(ids(get(shop))) == 10


@pytest.mark.parametrize("kind", ["bad_json", "html", "empty", "invalid_utf8"])
def test_no_json_with_status_200(shop, kind):
    shop.faults.add(kind)
    answer = get(shop)
    assert answer.status_code == 200
    with pytest.raises(ValueError):
        json.loads(answer.content)
    assert answer.headers["Content-Type"].startswith("text/html" if kind == "html" else "application/json")


def test_json_that_is_no_feed(shop):
    shop.faults.add("null")
    assert get(shop).content == b"null"
    shop.faults.add("numbers")
    assert get(shop).json() == [1, 2, 3]


def test_content_type_is_wrong_and_the_body_right(shop):
    right = get(shop).content
    shop.faults.add("content_type", value="text/plain")
    answer = get(shop)
    assert (answer.headers["Content-Type"], answer.content) == ("text/plain", right)


def test_deep_nesting(shop):
    shop.faults.add("deep", depth=10_000)
    assert get(shop).content == b"[" * 10_000 + b"]" * 10_000


@pytest.mark.parametrize("chunked", [False, True])
def test_huge(shop, chunked):
    page = get(shop).content
    shop.faults.add("huge", megabytes=3, chunked=chunked)
    answer = get(shop)
    assert ("Content-Length" in answer.headers) is not chunked
    assert len(answer.content) == 3 * 1024 * 1024 + len(page)
    assert answer.json() == json.loads(page)


def test_client_may_hang_up_on_50_megabytes(shop):
    shop.faults.add("huge")
    with get(shop, stream=True) as answer:
        assert int(answer.headers["Content-Length"]) > 50 * 1024 * 1024
        next(answer.iter_content(1024))
    assert len(ids(get(shop))) == 10


def test_gzip_bomb(shop):
    page = get(shop).content
    shop.faults.add("gzip_bomb", megabytes=20)
    with get(shop, stream=True) as answer:
        packed = answer.raw.read(decode_content=False)
    assert answer.headers["Content-Encoding"] == "gzip"
    assert len(packed) < 200_000
    unpacked = zlib.decompress(packed, 16 + zlib.MAX_WBITS)
    assert len(unpacked) == 20 * 1024 * 1024 + len(page)
    assert json.loads(unpacked) == json.loads(page)


@pytest.mark.parametrize("token", ["NaN", "-Infinity", "1e400"])
def test_strange_number(shop, token):
    shop.faults.add("strange_number", token=token, field="Tax")
    answer = get(shop)
    assert f'"Tax": {token}, ' in answer.text
    assert ids(answer) == numbers(shop, 0, 10)


@pytest.mark.parametrize("missing", [False, True])
def test_no_items(shop, missing):
    shop.faults.add("no_items", missing=missing)
    orders = get(shop).json()
    assert orders[0].get("OrderItems", "missing") == ("missing" if missing else [])
    assert all(order["OrderItems"] for order in orders[1:] + get(shop).json())


@pytest.mark.parametrize("to, leaks", [("same", 0), ("localhost", 1), ("127.0.0.2", 1)])
def test_redirect_tells_who_got_the_key(shop, to, leaks):
    shop.faults.add("redirect", to=to, status=307)
    # requests sends this header to any host, which is the trap.
    answer = get(shop)
    assert [step.status_code for step in answer.history] == [307]
    assert ids(answer) == numbers(shop, 0, 10)
    assert len(shop.leaked_keys) == leaks
    assert shop.requests[-1].other_host is (to == "127.0.0.2")


def test_redirect_to_another_host_without_the_key(shop):
    careful = {"Authorization": f"Bearer {KEY}"}
    shop.faults.add("redirect", to="127.0.0.2")
    # requests does drop this header there; the other server asks for none.
    assert ids(get(shop, headers=careful)) == numbers(shop, 0, 10)
    shop.faults.add("redirect", to="localhost")
    assert get(shop, headers=careful).status_code == 401
    assert shop.leaked_keys == []


def test_redirect_loop(shop):
    shop.faults.add("redirect_loop")
    with pytest.raises(requests.TooManyRedirects):
        get(shop)


def test_edit_between_two_polls(shop):
    shop.faults.add("edit")
    first, second = get(shop).json(), get(shop).json()
    old, new = shop.versions(first[0]["OrderID"])
    assert (first[0], second[0]) == (old.payload(), new.payload())
    assert first[0] != second[0]
    assert first[1:] == second[1:]


def test_duplicate_page_leads_on_to_the_page_itself(shop):
    shop.faults.add("duplicate_page", page=2)
    repeated = get(shop, params={"page": 2})
    assert ids(repeated) == numbers(shop, 0, 10)
    assert ids(get(shop, repeated.links["next"]["url"])) == numbers(shop, 10, 20)


def test_duplicate_entries(shop):
    shop.faults.add("duplicate_entries")
    assert ids(get(shop)) == [number for number in numbers(shop, 0, 10) for _ in range(2)]


@pytest.mark.parametrize("page", [1, 2, 3])
def test_reorder(shop, page):
    shop.faults.add("reorder", page=page)
    shuffled, right = (ids(get(shop, params={"page": page})) for _ in range(2))
    assert shuffled != right
    assert sorted(shuffled) == right


def test_endless_page(shop):
    shop.faults.add("endless_page", times=None)
    answer = get(shop)
    for page in range(2, 8):
        answer = get(shop, answer.links["next"]["url"])
        assert f"page={page}" in answer.url
        assert ids(answer) == numbers(shop, 0, 10)


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_shop_answers_on_after_any_fault_even_with_nothing_to_sell(kind):
    with ShopServer(api_key=KEY, shape="object") as shop:
        small = {"megabytes": 1, "seconds": 0.5}
        shop.faults.add(kind, **{name: small[name] for name in small.keys() & KINDS[kind].options.keys()})
        with contextlib.suppress(requests.RequestException):
            get(shop, timeout=0.3)
        assert shop.faults.hits == {kind: 1}
        assert get(shop).json() == {"orders": []}
