"""The shop's order book: the entries of the feed, their order and their dates of change. Thread-safe."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import RLock
from typing import Any

from .generator import FIRST_NUMBER, OrderGenerator, changed
from .order import Order
from .refunds import refunded

TIME_BETWEEN_ORDERS = timedelta(minutes=1)


@dataclass(frozen=True)
class Entry:
    """One entry of the feed: an order with all its versions (the last one counts), or a test's payload."""

    payload: Any
    changed_at: datetime
    versions: tuple[Order, ...] = ()


class OrderBook:
    """Orders by their number.

    An entry keeps its place when it changes, and a change only ever adds entries to those "changed since". So a client
    that walks page by page may see an entry twice, but misses none.

    :param generator: makes the orders
    :param clock: returns the time, with its time zone
    """

    def __init__(self, generator: OrderGenerator, clock: Callable[[], datetime]):
        self._generator = generator
        self._clock = clock
        self._lock = RLock()
        self._entries: dict[Any, Entry] = {}
        self._next_number = FIRST_NUMBER

    @property
    def chain(self) -> Any:
        """The chain of branches that sells, if the shop is one."""
        return self._generator.chain

    def add_past(self, count: int) -> list[Order]:
        """Make orders that were received one per minute until now; those of a chain were sold on several days, and have
        all just arrived.
        """
        now = self._clock()
        if chain := self._generator.chain:
            return self._add(chain.times_of_sale(count, now), changed_at=now)
        return self._add([now - TIME_BETWEEN_ORDERS * age for age in reversed(range(count))])

    def add(self, count: int, **values: Any) -> list[Order]:
        """Make orders that are received now, with these values of their fields."""
        return self._add([self._clock()] * count, **values)

    def _add(self, times: list[datetime], **values: Any) -> list[Order]:
        with self._lock:
            added = []
            for time in times:
                while self._next_number in self._entries:
                    self._next_number += 1
                order = self._generator.make(self._next_number, time, **values)
                self._entries[order.number] = Entry(order.payload(), order.changed_at, (order,))
                self._next_number += 1
                added.append(order)
            return added

    def edit(self, number: int) -> Order:
        """Add a line to an order, and return its new version. Raises ``KeyError`` for an unknown order."""
        return self._replace(number, changed)

    def refund(self, number: int, **choices: Any) -> Order:
        """Refund an order, and return its new version; see :func:`~dev.stand_ins.shop.refunds.refunded`.

        Raises ``KeyError`` for an unknown order, and ``CannotRefund``.
        """
        return self._replace(number, lambda order, now: refunded(order, now, seed=self._generator.seed, **choices))

    def _replace(self, number: int, change: Callable[[Order, datetime], Order]) -> Order:
        with self._lock:
            versions = self._entries[number].versions
            if not versions:
                raise KeyError(number)
            order = change(versions[-1], self._clock())
            self._entries[number] = Entry(order.payload(), order.changed_at, (*versions, order))
            return order

    def put(self, payload: Any) -> None:
        """Serve a JSON value as it is, in place of the entry with the same ``OrderID`` if there is one."""
        order_id = payload.get("OrderID") if isinstance(payload, dict) else None
        with self._lock:
            key = order_id if isinstance(order_id, int | str) else object()
            self._entries[key] = Entry(payload, self._clock())

    def clear(self) -> None:
        """Forget all orders; numbers are not used again."""
        with self._lock:
            self._entries.clear()

    def orders(self) -> tuple[Order, ...]:
        """Return the last version of every order that the shop made and is still in the feed."""
        with self._lock:
            return tuple(entry.versions[-1] for entry in self._entries.values() if entry.versions)

    def versions(self, number: int) -> tuple[Order, ...]:
        """Return the original order and its version after each change. Raises ``KeyError`` for an unknown order."""
        with self._lock:
            return self._entries[number].versions

    def entry(self, order_id: str) -> Entry | None:
        """Return the entry whose ``OrderID`` reads as this text."""
        with self._lock:
            return next((entry for key, entry in self._entries.items() if str(key) == order_id), None)

    def changed_since(self, since: datetime | None) -> list[Entry]:
        """Return the entries changed at or after a time, all of them for ``None``."""
        with self._lock:
            return [entry for entry in self._entries.values() if since is None or entry.changed_at >= since]
