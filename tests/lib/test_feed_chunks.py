import pytest

from lib.order.feed import FeedError, FeedPage
from lib.order.feed_chunks import chunks


def page(*entries):
    return FeedPage(1, "https://shop.example/orders", iter(entries), False)


def broken_page(*entries):
    def walk():
        yield from entries
        raise FeedError("The rest is missing.", "content")

    return FeedPage(2, "https://shop.example/orders", walk(), True)


def test_no_list_is_longer_than_the_size_or_holds_entries_of_two_pages():
    assert list(chunks([page(1, 2, 3), page(), page(4)], 2)) == [[1, 2], [3], [4]]


def test_what_came_before_the_trouble_is_yielded_before_it_is_raised():
    found = []
    with pytest.raises(FeedError, match="The rest is missing"):
        for chunk in chunks([page(1), broken_page(2, 3, 4)], 2):
            found.append(chunk)
    assert found == [[1], [2, 3], [4]]


def test_a_page_that_is_not_asked_for_is_not_fetched():
    asked = []

    def pages():
        for number in (1, 2):
            asked.append(number)
            yield page(number)

    assert next(chunks(pages(), 10)) == [1]
    assert asked == [1]
