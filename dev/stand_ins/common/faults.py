"""Decides which fault hits which request. Each stand-in defines its kinds of faults and their effects."""

from collections import Counter
from dataclasses import dataclass
from threading import Lock
from typing import Any, Generic, TypeVar


@dataclass(kw_only=True)
class Fault:
    """An active fault.

    :param page: the page that it hits, ``None`` for any
    :param times: number of requests that it will still hit, ``None`` until it is switched off
    """

    kind: str
    page: Any
    times: int | None

    def as_json(self) -> dict:
        return dict(vars(self))


AnyFault = TypeVar("AnyFault", bound=Fault)


class FaultSwitches(Generic[AnyFault]):
    """The faults of a stand-in, checked in the order in which they were added. Thread-safe."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._faults: list[AnyFault] = []
        self._hits: Counter[str] = Counter()

    def _switch_on(self, fault: AnyFault) -> AnyFault:
        with self._lock:
            self._faults.append(fault)
        return fault

    def clear(self) -> None:
        """Switch all faults off."""
        with self._lock:
            self._faults.clear()

    @property
    def active(self) -> tuple[AnyFault, ...]:
        with self._lock:
            return tuple(self._faults)

    @property
    def hits(self) -> dict[str, int]:
        """The number of requests that each kind has hit."""
        with self._lock:
            return dict(self._hits)

    def take(self, page: Any) -> AnyFault | None:
        """Return the fault that hits a request for this page, if any, and count it."""
        with self._lock:
            for fault in self._faults:
                if not self._meets(fault, page):
                    continue
                self._hits[fault.kind] += 1
                if fault.times is not None:
                    fault.times -= 1
                    if fault.times <= 0:
                        self._faults.remove(fault)
                return fault
        return None

    def _meets(self, fault: AnyFault, page: Any) -> bool:
        return fault.page in (None, page)


def check_count(name: str, value: Any) -> None:
    """Raise ``ValueError`` unless this is ``None`` or a number of at least 1."""
    if value is not None and (not isinstance(value, int) or value < 1):
        raise ValueError(f"{name} must be at least 1, or null for all")
