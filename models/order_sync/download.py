"""A download of a run, and how it can end."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

# Returned by a download that brought nothing to import, and therefore ended the run.
CONCLUDED = object()
# Returned by a download whose next page has not arrived yet.
WAITING = object()


@dataclass
class Download:
    """A download of a run that has not ended.

    :param fetched: the ``FetchedEntries``
    :param chunks: the iterator over it
    :param known: the number of entries that were known as they are: there was nothing to commit, so they are counted
        with what comes next
    :param earlier: the ids of the rows that it brought
    :param ambiguous: the ids of the rows with which it brought different orders
    """

    fetched: Any
    chunks: Iterator
    known: int = 0
    earlier: set = field(default_factory=set)
    ambiguous: set = field(default_factory=set)
