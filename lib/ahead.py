"""Work of two kinds side by side: the next thing is fetched while this one is dealt with."""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")


def ahead(function: Callable[[Item], Result], items: Iterable[Item]) -> Iterator[Result]:
    """Yield `function(item)` for each item, in order; the call for the next one runs in a thread of its own meanwhile.

    Never more than one call runs at a time, and never more than one result waits. What a call raises is raised where
    its result would have been yielded. Close the generator (`contextlib.closing`) to wait for the call that still runs
    when not all results are taken.
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
