"""Sources that wait for a network are iterated over side by side, one item of each at a time."""

import threading
import time

import pytest

from lib.side_by_side import SideBySide

PATIENCE = 10  # seconds


def never():
    return False


@pytest.fixture
def feeds():
    feeds = SideBySide(3)
    yield feeds
    feeds.close()


def collect(feeds, streams):
    """Return the items of all streams in the order in which they come."""
    left = [stream.items(never) for stream in streams]
    found = []
    while left:
        for items in list(left):
            try:
                item = next(items)
            except StopIteration:
                left.remove(items)
                continue
            if item is not None:
                found.append(item)
        feeds.wait(lambda: any(stream.is_ready for stream in streams), 0.05)
    return found


def test_one_that_hangs_delays_no_other(feeds):
    released = threading.Event()

    def hang():
        released.wait(PATIENCE)
        yield "late"

    streams = [feeds.start(hang, "hanging"), feeds.start(lambda: iter("ab"), "a"), feeds.start(lambda: iter("cd"), "c")]
    quick = collect(feeds, streams[1:])
    assert sorted(quick) == ["a", "b", "c", "d"]
    assert next(streams[0].items(never)) is None
    released.set()
    assert collect(feeds, streams[:1]) == ["late"]


def test_they_wait_at_the_same_time(feeds):
    meeting = threading.Barrier(3)

    def meet(name):
        meeting.wait(PATIENCE)  # breaks unless all three are there
        yield name

    streams = [feeds.start(lambda name=name: meet(name), name) for name in "abc"]
    assert sorted(collect(feeds, streams)) == ["a", "b", "c"]


def test_the_next_item_is_made_only_when_the_last_one_is_done_with(feeds):
    made = []

    def make():
        for number in range(3):
            made.append(number)
            yield number

    stream = feeds.start(make, "numbers")
    items = stream.items(lambda: feeds.wait(lambda: stream.is_ready, PATIENCE))
    assert next(items) == 0
    time.sleep(0.05)
    assert made == [0]
    assert list(items) == [1, 2]


def test_what_a_source_raises_comes_after_its_items(feeds):
    def fail():
        yield 1
        raise KeyError("broken")

    stream = feeds.start(fail, "failing")
    items = stream.items(lambda: feeds.wait(lambda: stream.is_ready, PATIENCE))
    assert next(items) == 1
    with pytest.raises(KeyError, match="broken"):
        next(items)


def test_there_is_room_for_a_number_of_them(feeds):
    released = threading.Event()
    streams = [feeds.start(lambda: iter([released.wait(PATIENCE)]), str(number)) for number in range(3)]
    assert not feeds.has_room
    released.set()
    assert collect(feeds, streams) == [True] * 3
    assert feeds.has_room


def test_closing_ends_a_source_that_nobody_reads(feeds):
    ended = threading.Event()

    def make():
        try:
            while True:
                yield 1
        finally:
            ended.set()

    stream = feeds.start(make, "endless")
    assert feeds.wait(lambda: stream.is_ready, PATIENCE)
    feeds.close()
    assert ended.wait(PATIENCE)


def test_a_source_that_yields_nothing(feeds):
    assert collect(feeds, [feeds.start(tuple, "empty")]) == []
