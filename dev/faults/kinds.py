"""The kinds of faults by name.

Each kind is a function that starts a synchronization, exposes it to the fault, and returns when that is over. The
normal run afterwards has to recover from it.
"""

import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random

from dev.stand_ins.shop.order import Order

from .laboratory import Laboratory
from .waiting import wait_until

INTERRUPTED = r"Interrupted\."
# Orders per batch, and its approximate duration in seconds; wrong values only make the hits less evenly spread.
BATCH = 100
USUAL_BATCH = 1.5


@dataclass
class Round:
    """One round.

    :param orders: the orders that the shop has just sold
    :param per_page: orders on a page of the feed
    :param way: how synchronizations are started, ``scheduled`` or by the ``button``
    :param last_run: id of the newest run before this round
    :param versions: see `Books.compare`; a fault adds the orders whose last version must not be in the books
    :param books_changes: whether all flagged changes, also those of earlier rounds, were booked by themselves
    :param note: how the fault went, if there are several possibilities
    :param allowed_error: pattern for the start of an allowed error message of a run; empty if none is allowed
    """

    number: int
    kind: str
    random: Random
    orders: list[Order]
    per_page: int
    way: str
    last_run: int
    versions: dict[int, int | None] = field(default_factory=dict)
    books_changes: bool = False
    allowed_error: str = ""
    note: str = ""

    @property
    def numbers(self) -> list[int]:
        return [order.number for order in self.orders]

    @property
    def pages(self) -> int:
        return -(-len(self.orders) // self.per_page)

    def a_page(self) -> int:
        """Return the number of a random page of the feed."""
        return self.random.randint(1, self.pages)

    def allows(self, message: str) -> bool:
        """Return whether a run may end in an error with this message."""
        return bool(self.allowed_error and re.match(self.allowed_error, message or ""))


Fault = Callable[[Laboratory, Round], None]
KINDS: dict[str, Fault] = {}


def kind(fault: Fault) -> Fault:
    """Register a kind of fault under its function's name."""
    KINDS[fault.__name__] = fault
    return fault


def wait_for_a_moment(lab: Laboratory, round_: Round) -> None:
    """Wait until a random moment of the started synchronization: during the fetch, or during any batch."""
    imported = round_.random.choice((0, *range(1, len(round_.orders), BATCH)))
    wait_until(lambda: lab.is_idle or lab.imported(round_.numbers) >= imported, f"{imported} orders were imported")
    round_.note = f"after {imported} imported"
    pause(round_, USUAL_BATCH)


def pause(round_: Round, longest: float) -> None:
    """Wait for a random part of a time (seconds)."""
    time.sleep(round_.random.uniform(0, longest))
