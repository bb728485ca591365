"""The order feed with the demo shop: pages, retries, redirects, limits, and all of the shop's faults."""

import logging
import time
from datetime import UTC, datetime, timedelta, timezone

import pytest
from wire_server import took_less_than

from dev.stand_ins.shop import ShopServer
from lib.order.feed import FeedError, FeedSettings, OrderFeed
from lib.strict_json import RefusedEntry

KEY = "the-key-of-the-shop"
SECRET = "a-secret-parameter"


@pytest.fixture
def shop():
    with ShopServer(orders=25, seed=5, api_key=KEY, per_page=10) as server:
        yield server
        assert not server.leaked_keys


def settings(shop, **changes) -> FeedSettings:
    return FeedSettings(**{"url": shop.url, "api_key": KEY, "backoff": 0.01, "read_timeout": 30, **changes})


def read(feed_settings) -> list[list]:
    return [list(page.entries) for page in OrderFeed(feed_settings).pages()]


def numbers(feed_settings) -> list[int]:
    return [entry["OrderID"] for page in read(feed_settings) for entry in page]


def failure(feed_settings, kind: str) -> FeedError:
    with pytest.raises(FeedError) as caught:
        read(feed_settings)
    assert caught.value.kind == kind, str(caught.value)
    assert str(caught.value).endswith(".")
    assert KEY not in str(caught.value)
    return caught.value


def expected(shop) -> list[int]:
    return [order.number for order in shop.orders]


# ---- pages -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("shape", ["array", "object", "single"])
@pytest.mark.parametrize(("link_header", "page_param"), [(True, ""), (True, "page"), (False, "page")])
def test_every_order_of_every_shape_and_way_of_paging(shape, link_header, page_param):
    with ShopServer(orders=7, api_key=KEY, per_page=3, shape=shape, link_header=link_header) as shop:
        assert numbers(settings(shop, page_param=page_param)) == expected(shop)


def test_pages_tell_their_number_and_address(shop):
    pages = list(OrderFeed(settings(shop, page_param="page", extra_params={"token": SECRET})).pages())
    assert [page.number for page in pages] == [1, 2, 3]
    assert [page.is_last for page in pages] == [False, False, True]
    assert [page.url for page in pages] == [f"{shop.url}?page={number}" for number in (1, 2, 3)]
    assert SECRET in shop.requests[-1].query


def test_one_page_without_paging(shop):
    shop.settings = type(shop.settings)(link_header=False)
    (page,) = OrderFeed(settings(shop)).pages()
    assert page.is_last
    assert [entry["OrderID"] for entry in page.entries] == expected(shop)


def test_no_orders_are_no_error(shop):
    shop.clear()
    assert read(settings(shop)) == read(settings(shop, page_param="page")) == [[]]


@pytest.mark.parametrize("header", ["bearer", "x_api_key"])
def test_the_key_goes_into_the_configured_header(shop, header):
    assert numbers(settings(shop, auth_method=header)) == expected(shop)
    assert {request.key_header for request in shop.requests} == {
        {"bearer": "Authorization", "x_api_key": "X-API-Key"}[header]
    }


def test_since_is_sent_in_utc(shop):
    since = datetime(2025, 1, 31, 10, 30, 15, 999, tzinfo=timezone(timedelta(hours=2)))
    read(settings(shop, since_param="since", since=since))
    read(settings(shop, since_param="since", since=since.astimezone(UTC).replace(tzinfo=None)))
    assert {request.query for request in shop.requests if "page" not in request.query} == {
        "since=2025-01-31T08%3A30%3A15Z"
    }


def test_parameters_join_those_of_the_url(shop):
    read(settings(shop, url=f"{shop.url}?store=1&page=9", page_param="page", first_page=3, extra_params={"a": "b&c"}))
    assert shop.requests[0].query == "store=1&a=b%26c&page=3"


# ---- pages that are wrong --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("link_header", [True, False])
@pytest.mark.parametrize("page", [1, 2, 3])
def test_a_page_sent_twice_costs_no_order(shop, link_header, page):
    shop.settings = type(shop.settings)(per_page=10, link_header=link_header)
    shop.faults.add("duplicate_page", page=page)
    assert numbers(settings(shop, page_param="page")) == expected(shop)


def test_an_endless_feed_ends(shop):
    shop.faults.add("endless_page", times=None)
    feed = OrderFeed(settings(shop))
    assert [len(list(page.entries)) for page in feed.pages()] == [10]
    assert feed.repeats_itself
    assert len(shop.requests) == 3


def test_a_feed_that_ignores_the_page_number_ends(shop):
    shop.settings = type(shop.settings)(link_header=False)
    feed = OrderFeed(settings(shop, page_param="p", max_orders=25))
    assert [len(list(page.entries)) for page in feed.pages()] == [25]
    assert feed.repeats_itself


def test_reordered_and_doubled_entries_are_passed_on(shop):
    shop.faults.add("reorder", page=1)
    shop.faults.add("duplicate_entries", page=2)
    assert sorted(set(numbers(settings(shop)))) == expected(shop)


# ---- trouble of the server -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504, 520])
def test_passing_trouble_is_retried(shop, status):
    shop.faults.add("status", status=status, page=2, times=3)
    assert numbers(settings(shop)) == expected(shop)
    assert [request.status for request in shop.requests].count(status) == 3


@pytest.mark.parametrize("status", [429, 503])
def test_lasting_trouble_is_an_error_that_may_heal(shop, status):
    shop.faults.add("status", status=status, times=None)
    error = failure(settings(shop), "status")
    assert error.retryable
    assert str(status) in str(error)
    assert len(shop.requests) == 4


def test_retry_after_is_honoured(shop):
    shop.faults.add("status", status=429, retry_after=1)
    assert numbers(settings(shop)) == expected(shop)
    first, second = shop.requests[:2]
    assert (second.time - first.time).total_seconds() >= 1


@pytest.mark.parametrize("retry_after", [3600, "Fri, 31 Dec 2199 23:59:59 GMT"])
def test_retry_after_beyond_the_deadline_ends_at_once(shop, retry_after):
    shop.faults.add("status", status=503, retry_after=retry_after)
    with took_less_than(2):
        error = failure(settings(shop, total_timeout=5), "status")
    assert "asks us to wait" in str(error)
    assert error.retryable


def test_nonsense_in_retry_after_is_ignored(shop):
    shop.faults.add("status", status=503, retry_after="soon")
    assert numbers(settings(shop)) == expected(shop)


@pytest.mark.parametrize(
    ("status", "kind"), [(401, "auth"), (403, "auth"), (404, "status"), (410, "status"), (400, "status")]
)
def test_final_answers_are_not_retried(shop, status, kind):
    shop.faults.add("status", status=status)
    error = failure(settings(shop), kind)
    assert not error.retryable
    assert error.status == status
    assert len(shop.requests) == 1
    assert ("External API Key" if kind == "auth" else "External API URL") in str(error)


def test_a_wrong_key_is_named_as_such(shop):
    assert "External API Key" in str(failure(settings(shop, api_key="wrong"), "auth"))


def test_nobody_listens(shop):
    shop.stop()
    error = failure(settings(shop, extra_params={"token": SECRET}), "connection")
    assert "refused" in str(error)
    assert SECRET not in str(error)
    assert error.retryable


def test_a_host_that_does_not_exist(shop):
    assert failure(settings(shop, url="http://shop.invalid/orders", retries=0), "connection").retryable


def test_a_reset_connection_is_tried_again(shop):
    shop.faults.add("reset", page=2)
    assert numbers(settings(shop)) == expected(shop)


@pytest.mark.parametrize(("kind", "options"), [("cut", {}), ("cut", {"fraction": 0}), ("reset", {"when": "body"})])
def test_a_cut_answer_is_an_error_after_the_pages_before(shop, kind, options):
    shop.faults.add(kind, page=2, times=None, **options)
    pages = OrderFeed(settings(shop)).pages()
    assert len(list(next(pages).entries)) == 10
    with pytest.raises(FeedError, match="cut off") as caught:
        next(pages)
    assert (caught.value.kind, caught.value.retryable) == ("connection", True)


# ---- time ------------------------------------------------------------------------------------------------------------


def test_a_slow_answer_times_out(shop):
    shop.faults.add("delay", seconds=3, times=None)
    with took_less_than(2.5):
        assert failure(settings(shop, read_timeout=0.3, retries=1), "timeout").retryable


def test_a_trickling_body_ends_at_the_deadline(shop):
    shop.faults.add("trickle", seconds=8, times=None)
    with took_less_than(3):
        error = failure(settings(shop, total_timeout=1), "timeout")
    assert "within 1 seconds" in str(error)


def test_the_time_of_the_caller_does_not_count(shop):
    seen = 0
    for page in OrderFeed(settings(shop, total_timeout=1)).pages():
        seen += len(list(page.entries))
        if page.number == 1:
            time.sleep(1.2)
    assert seen == 25


# ---- redirects -------------------------------------------------------------------------------------------------------


def test_a_redirect_on_the_same_host_is_followed_with_the_key(shop):
    shop.faults.add("redirect", to="same", page=1)
    assert numbers(settings(shop)) == expected(shop)
    assert shop.requests[1].key == "valid"


@pytest.mark.parametrize("to", ["127.0.0.2", "localhost"])
def test_a_redirect_to_another_host_is_refused(shop, to):
    shop.faults.add("redirect", to=to)
    error = failure(settings(shop), "redirect")
    assert to in str(error)
    assert "key is not sent" in str(error)
    assert len(shop.requests) == 1


def test_a_redirect_in_a_circle_ends(shop):
    shop.faults.add("redirect_loop", times=None)
    assert "loop" in str(failure(settings(shop), "redirect"))
    assert len(shop.requests) <= 7


# ---- what is no order feed -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "options", "words"),
    [
        ("html", {}, "web page"),
        ("empty", {}, "is empty"),
        ("null", {}, "is null"),
        ("bad_json", {"text": "Warning: something in line 3"}, "broken"),
        ("bad_json", {"text": '{"error": "no"}'}, 'neither "orders" nor "OrderID"'),
    ],
)
def test_content_that_is_no_feed(shop, kind, options, words):
    shop.faults.add(kind, **options)
    error = failure(settings(shop), "content")
    assert words in str(error)
    assert "Page 1" in str(error)


@pytest.mark.parametrize("kind", ["invalid_utf8", "deep"])
def test_text_that_cannot_be_read_concerns_its_own_entry_only(shop, kind):
    shop.faults.add(kind, page=1)
    pages = read(settings(shop))
    assert [type(entry) for entry in pages[0]] == [RefusedEntry]
    assert len(pages) > 1


def test_a_list_of_numbers_is_for_the_caller_to_judge(shop):
    shop.faults.add("numbers", page=3)
    assert read(settings(shop))[2] == [1, 2, 3]


def test_json_under_a_wrong_content_type_is_read(shop):
    shop.faults.add("content_type", times=None)
    assert numbers(settings(shop)) == expected(shop)


@pytest.mark.parametrize("token", ["NaN", "Infinity", "1e400"])
def test_a_strange_number_concerns_its_own_order_only(shop, token):
    shop.faults.add("strange_number", token=token, page=1)
    refused, *others = [entry for page in read(settings(shop)) for entry in page]
    assert isinstance(refused, RefusedEntry)
    assert [order["OrderID"] for order in others] == expected(shop)[1:]


# ---- limits ----------------------------------------------------------------------------------------------------------


def test_too_many_orders_are_an_error_after_the_allowed_ones(shop):
    entries = (entry for page in OrderFeed(settings(shop, max_orders=15)).pages() for entry in page.entries)
    assert [next(entries)["OrderID"] for _count in range(15)] == expected(shop)[:15]
    with pytest.raises(FeedError, match="more than 15 orders") as caught:
        next(entries)
    assert caught.value.kind == "limit"
    assert numbers(settings(shop, max_orders=25)) == expected(shop)


def test_too_many_pages_are_an_error(shop):
    assert "after 2 pages" in str(failure(settings(shop, max_pages=2), "limit"))
    assert numbers(settings(shop, max_pages=3)) == expected(shop)


@pytest.mark.parametrize(
    ("kind", "options"), [("huge", {}), ("huge", {"chunked": True}), ("gzip_bomb", {"megabytes": 40})]
)
def test_a_page_beyond_its_bound_is_an_error(shop, kind, options):
    shop.faults.add(kind, **options)
    assert "bytes per page" in str(failure(settings(shop, max_page_bytes=2_000_000), "limit"))


def test_fifty_megabytes_are_read(shop):
    shop.faults.add("huge", megabytes=50)
    assert numbers(settings(shop)) == expected(shop)


def test_the_bound_on_bytes_counts_all_pages(shop):
    shop.faults.add("huge", megabytes=2, times=None)
    pages = OrderFeed(settings(shop, max_bytes=3_000_000)).pages()
    assert len(list(next(pages).entries)) == 10
    with pytest.raises(FeedError, match="in total"):
        next(pages)


# ---- settings and secrets --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "url",
    [
        "",
        "shop.example/orders",
        "ftp://shop.example/orders",
        "file:///etc/passwd",
        "https://",
        "https://shop.example:x/",
        "https://shop.example/a b",
        "https://shop.example/\r\nX-Evil: 1",
        "https://shop.example\\@evil.example/",
        "https://user:word@shop.example/",
        "https://[::1/",
    ],
)
def test_a_url_that_cannot_work_is_refused_before_anything_is_sent(url):
    with pytest.raises(FeedError, match="External API URL") as caught:
        OrderFeed(FeedSettings(url=url, api_key=KEY))
    assert "word" not in str(caught.value).replace("password", "")


def test_secrets_are_in_no_repr_log_or_traceback(shop, caplog):
    caplog.set_level(logging.INFO)
    feed_settings = settings(shop, extra_params={"token": SECRET}, url=f"{shop.url}?password={SECRET}")
    assert KEY not in repr(feed_settings)
    shop.faults.add("status", status=503, times=2)
    shop.faults.add("reset", times=None)
    error = failure(feed_settings, "connection")
    assert SECRET not in str(error)
    assert error.__cause__ is None
    assert error.__context__ is None
    assert KEY not in caplog.text
    assert SECRET not in caplog.text


def test_a_key_in_the_path_is_hidden(shop):
    assert "/api/***/orders" in str(failure(settings(shop, url=f"{shop.base_url}/api/{KEY}/orders"), "status"))
