"""A download of the order feed ends within the time that its process has left."""

import time

import pytest

from dev.stand_ins.shop import ShopServer
from lib.order.feed import FeedError, FeedSettings, OrderFeed


def test_the_time_of_the_caller_counts_too():
    seen = 0
    with ShopServer(orders=25, seed=5, api_key="key", per_page=10) as shop:
        feed = OrderFeed(FeedSettings(url=shop.url, api_key="key", work_timeout=1))
        with pytest.raises(FeedError, match="limit_time_real_cron") as caught:
            for page in feed.pages():
                seen += len(list(page.entries))
                time.sleep(1.2)
    assert (caught.value.kind, caught.value.retryable) == ("timeout", True)
    assert seen == 10
