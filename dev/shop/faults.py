"""Which fault hits which request. What a fault does to the answer is told in :mod:`dev.shop.fault_answers`."""

from collections import Counter
from dataclasses import dataclass
from random import Random
from threading import Lock
from typing import Any

from .fault_answers import KINDS


@dataclass
class Fault:
    """A fault that is switched on.

    :param kind: a kind of :data:`dev.shop.fault_answers.KINDS`
    :param options: options of that kind
    :param times: requests that it will still hit, ``None`` for as long as it is on
    :param page: the page that it hits, ``None`` for any
    :param probability: share of the requests that it hits
    """

    kind: str
    options: dict[str, Any]
    times: int | None
    page: int | None
    probability: float

    def as_json(self) -> dict:
        return {
            "kind": self.kind,
            "times": self.times,
            "page": self.page,
            "probability": self.probability,
            **self.options,
        }


class Faults:
    """The faults of a shop, tried in the order in which they were added. Safe to use from several threads.

    :param seed: decides which requests a probability hits
    """

    def __init__(self, seed: int):
        self._random = Random(f"faults/{seed}")
        self._lock = Lock()
        self._faults: list[Fault] = []
        self._hits: Counter[str] = Counter()

    def add(
        self, kind: str, *, times: int | None = 1, page: int | None = None, probability: float = 1.0, **options: Any
    ) -> Fault:
        """Switch a fault on, for the next request unless told otherwise.

        Raises ``ValueError`` for a kind, an option or a value that does not exist.
        """
        if kind not in KINDS:
            raise ValueError(f"unknown fault {kind!r}; there are {', '.join(sorted(KINDS))}")
        unknown = options.keys() - KINDS[kind].options.keys()
        if unknown:
            known = ", ".join(KINDS[kind].options) or "none"
            raise ValueError(f"{kind} has no option {', '.join(sorted(unknown))}; it has {known}")
        for name, value in options.items():
            if not _fits(value, KINDS[kind].options[name]):
                raise ValueError(f"{value!r} cannot be the {name} of {kind}")
        if not _is_number(probability) or not 0 < probability <= 1:
            raise ValueError("probability must be above 0 and at most 1")
        for name, value in (("times", times), ("page", page)):
            if value is not None and (not isinstance(value, int) or value < 1):
                raise ValueError(f"{name} must be at least 1, or null for all")
        fault = Fault(kind, {**KINDS[kind].options, **options}, times, page, probability)
        with self._lock:
            self._faults.append(fault)
        return fault

    def clear(self) -> None:
        """Switch all faults off."""
        with self._lock:
            self._faults.clear()

    @property
    def active(self) -> tuple[Fault, ...]:
        with self._lock:
            return tuple(self._faults)

    @property
    def hits(self) -> dict[str, int]:
        """How many requests each kind has hit."""
        with self._lock:
            return dict(self._hits)

    def take(self, page: int) -> Fault | None:
        """Return the fault that hits a request for this page, if one does, and count it."""
        with self._lock:
            for fault in self._faults:
                if fault.page not in (None, page):
                    continue
                if fault.probability < 1 and self._random.random() >= fault.probability:
                    continue
                self._hits[fault.kind] += 1
                if fault.times is not None:
                    fault.times -= 1
                    if not fault.times:
                        self._faults.remove(fault)
                return fault
        return None


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _fits(value: Any, default: Any) -> bool:
    """Whether an option may be given instead of its default."""
    if default is None:
        return True
    return _is_number(value) and value >= 0 if _is_number(default) else isinstance(value, type(default))
