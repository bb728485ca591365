"""Iterates over several slow sources at once, each in a thread of its own, and hands over one item of each at a time.

The consumer stays in its own thread: it asks which sources have something, takes it, and lets that source go on. Meant
for sources that wait for a network; they must not use what belongs to the consumer's thread, such as a database cursor.
"""

import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, nullcontext
from typing import Generic, TypeVar

Item = TypeVar("Item")


class Stream(Generic[Item]):
    """The items of one source. It holds at most one item, and its thread makes the next one only after `take`."""

    def __init__(self, changed: threading.Condition, make_items: Callable[[], Iterable[Item]]) -> None:
        self._changed = changed
        self._make_items = make_items
        self._items: list[Item] = []
        self._error: BaseException | None = None
        self._is_asked, self._is_over, self._is_closed = True, False, False

    @property
    def is_ready(self) -> bool:
        """Whether `take` returns or raises at once."""
        return bool(self._items) or self._is_over

    @property
    def is_over(self) -> bool:
        """Whether its thread has ended, though the last item may still have to be taken."""
        return self._is_over

    def take(self) -> Item:
        """Return the next item, waiting for it if necessary. Raises what the source raised, `StopIteration` at its end.

        The source makes its next item after `go_on`.
        """
        with self._changed:
            self._changed.wait_for(lambda: self.is_ready)
            if self._items:
                return self._items.pop()
            error, self._error = self._error, None
        if error:
            raise error
        raise StopIteration

    def go_on(self) -> None:
        """Let the source make its next item."""
        with self._changed:
            self._is_asked = True
            self._changed.notify_all()

    def items(self, is_worth_waiting: Callable[[], bool]) -> Iterator[Item | None]:
        """Yield the items, and `None` for "not yet" while it is not worth waiting for the next one.

        :param is_worth_waiting: called while there is no item; it may wait itself
        """
        while True:
            while not self.is_ready and not is_worth_waiting():
                yield None
            try:
                item = self.take()
            except StopIteration:
                return
            yield item
            del item
            self.go_on()

    def close(self) -> None:
        """End the source as soon as it has its next item; nothing more can be taken."""
        with self._changed:
            self._is_closed = True
            self._items.clear()
            self._changed.notify_all()

    def _run(self) -> None:
        error = None
        try:
            items = iter(self._make_items())
            with closing(items) if hasattr(items, "close") else nullcontext():
                while self._wait_until_asked():
                    try:
                        item = next(items)
                    except StopIteration:
                        break
                    self._hand_over(item)
                    del item
        except BaseException as exception:  # the consumer gets it from `take`
            error = exception
        with self._changed:
            self._error, self._is_over = error, True
            self._changed.notify_all()

    def _wait_until_asked(self) -> bool:
        with self._changed:
            self._changed.wait_for(lambda: self._is_asked or self._is_closed)
            return not self._is_closed

    def _hand_over(self, item: Item) -> None:
        with self._changed:
            self._is_asked = False
            if not self._is_closed:
                self._items.append(item)
            self._changed.notify_all()


class SideBySide:
    """Streams that run at once, at most `at_most` of them. Close it to end those that are left.

    Its threads end with the process, and do not keep it alive.
    """

    def __init__(self, at_most: int) -> None:
        self._at_most = at_most
        self._changed = threading.Condition()
        self._streams: list[Stream] = []

    @property
    def has_room(self) -> bool:
        return self.running < self._at_most

    @property
    def running(self) -> int:
        """The number of streams whose source has not ended."""
        return sum(not stream.is_over for stream in self._streams)

    def start(self, make_items: Callable[[], Iterable[Item]], name: str) -> Stream[Item]:
        """Start to iterate over what `make_items` returns, in a thread of this name."""
        stream = Stream(self._changed, make_items)
        self._streams = [other for other in self._streams if not other.is_over]
        self._streams.append(stream)
        threading.Thread(target=stream._run, name=name, daemon=True).start()
        return stream

    def wait(self, is_enough: Callable[[], bool], seconds: float) -> bool:
        """Wait until `is_enough` holds, at most some seconds; it is asked whenever a stream has changed."""
        with self._changed:
            return self._changed.wait_for(is_enough, seconds)

    def close(self) -> None:
        """End all streams; those that wait for the network end when they notice."""
        for stream in self._streams:
            stream.close()
