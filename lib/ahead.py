"""Fetches the next item while the current one is processed."""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")


def ahead(function: Callable[[Item], Result], items: Iterable[Item]) -> Iterator[Result]:
    """Yield `function(item)` for each item, in order, while the call for the next item runs in a thread.

    At most one call runs at a time, and at most one result waits. An exception of a call is raised instead of yielding
    its result. If you do not consume all results, close the generator (`contextlib.closing`) to wait for the call that
    is still running.
    """
    with ThreadPoolExecutor(max_workers=1) as executor:
        running = None
        for item in items:
            following = executor.submit(function, item)
            if running:
                yield running.result()
            running = following
        if running:
            yield running.result()
