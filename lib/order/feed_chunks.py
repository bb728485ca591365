"""Splits the entries of a feed into lists of limited size."""

from collections.abc import Iterable, Iterator
from typing import Any

from .feed import FeedError, FeedPage


def chunks(pages: Iterable[FeedPage | None], size: int) -> Iterator[list[Any]]:
    """Yield the entries of the pages in lists of at most `size`. No list contains entries of two pages.

    An empty list stands for each `None` among the pages: the next one has not arrived yet.

    :raises FeedError: raised by the pages, after the entries before the error were yielded.
    """
    chunk: list[Any] = []
    problem = None
    try:
        for page in pages:
            if page is None:
                yield []
                continue
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
