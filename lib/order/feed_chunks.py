"""The entries of a feed in lists of a bounded size."""

from collections.abc import Iterable, Iterator
from typing import Any

from .feed import FeedError, FeedPage


def chunks(pages: Iterable[FeedPage], size: int) -> Iterator[list[Any]]:
    """Yield the entries of the pages in lists of at most `size`, none of which holds entries of two pages.

    :raises FeedError: what the pages raise, after the entries before the trouble were yielded.
    """
    chunk: list[Any] = []
    problem = None
    try:
        for page in pages:
            for entry in page.entries:
                chunk.append(entry)
                if len(chunk) == size:
                    yield chunk
                    chunk = []
            if chunk:
                yield chunk
                chunk = []
    except FeedError as error:
        problem = error
    if chunk:
        yield chunk
    if problem:
        raise problem
