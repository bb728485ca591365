"""Downloads side by side hold only a few large pages in memory."""

import threading
from dataclasses import replace

import pytest

from dev.stand_ins.shop import ShopServer
from lib.large_pages import LargePages
from lib.order.feed import FeedError, FeedSettings, OrderFeed


@pytest.fixture
def settings():
    with ShopServer(orders=30, seed=5, api_key="key", per_page=10) as shop:
        places = LargePages(small=1000, at_most=1)
        yield FeedSettings(url=shop.url, api_key="key", large_pages=places, total_timeout=1)


def read_page(pages):
    return len(list(next(pages).entries))


def test_a_large_page_waits_for_the_place_of_another_one(settings):
    first, second = OrderFeed(settings).pages(), OrderFeed(settings).pages()
    assert read_page(first) == 10
    with pytest.raises(FeedError, match="did not deliver everything"):
        next(second)


def test_the_place_is_given_back_with_the_page(settings):
    first, second = OrderFeed(settings).pages(), OrderFeed(settings).pages()
    assert read_page(first) == 10
    first.close()
    assert [read_page(second) for _page in range(3)] == [10, 10, 10]
    with pytest.raises(StopIteration):
        next(second)
    assert settings.large_pages.take(0)


def test_small_pages_need_no_place(settings):
    settings = replace(settings, large_pages=LargePages(small=1_000_000, at_most=0))
    assert read_page(OrderFeed(settings).pages()) == 10


def test_the_time_of_waiting_is_not_the_feeds(settings):
    assert settings.large_pages.take(0)
    pages = OrderFeed(replace(settings, total_timeout=5)).pages()
    threading.Timer(0.5, settings.large_pages.give_back).start()
    assert read_page(pages) == 10
