"""Settings of the order feed that cannot work are refused before anything is requested."""

import pytest

from lib.order.feed import FeedError, FeedSettings, OrderFeed


@pytest.mark.parametrize("key", ["k3y\r\nX-Evil: 1", "k3y\n", " k3y", "k\0y", "schlüssel", "\u200bk3y"])
def test_a_key_that_is_no_header_value_is_refused_without_showing_it(key):
    with pytest.raises(FeedError, match="External API Key") as caught:
        OrderFeed(FeedSettings(url="https://shop.example/", api_key=key))
    assert caught.value.kind == "auth"
    assert key not in str(caught.value)


@pytest.mark.parametrize("changes", [{"auth_method": "digest"}, {"total_timeout": 0}, {"max_pages": -1}])
def test_other_settings_that_cannot_work(changes):
    with pytest.raises(FeedError):
        OrderFeed(FeedSettings(url="https://shop.example/", api_key="k3y", **changes))
