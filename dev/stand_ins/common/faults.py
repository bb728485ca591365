"""Which fault hits which request. What kinds there are, and what they do, is the stand-in's own."""

from collections import Counter
from dataclasses import dataclass
from threading import Lock
from typing import Any, Generic, TypeVar


@dataclass(kw_only=True)
class Fault:
    """A fault that is switched on.

    :param page: the page that it hits, ``None`` for any
    :param times: requests that it will still hit, ``None`` for as long as it is on
    """

    kind: str
    page: Any
    times: int | None

    def as_json(self) -> dict:
        return dict(vars(self))


AnyFault = TypeVar("AnyFault", bound=Fault)


class FaultSwitches(Generic[AnyFault]):
    """The faults of a stand-in, tried in the order in which they were added. Safe to use from several threads."""

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
        """How many requests each kind has hit."""
        with self._lock:
            return dict(self._hits)

    def take(self, page: Any) -> AnyFault | None:
        """Return the fault that hits a request for this page, if one does, and count it."""
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
    """Raise ``ValueError`` unless this is a number from 1, or ``None``."""
    if value is not None and (not isinstance(value, int) or value < 1):
        raise ValueError(f"{name} must be at least 1, or null for all")
