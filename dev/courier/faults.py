"""Which fault hits which request."""

from collections import Counter
from dataclasses import dataclass
from threading import Lock

#: The pages of the site, as a fault names them.
PAGES = ("start", "login", "header", "form", "send", "list", "detail", "cancel")
#: What can go wrong; `after` means: after the request was carried out, so that an order is taken all the same.
KINDS = {
    "session_expired": "the session is forgotten before the request is looked at",
    "page_changed": "the page is another one than is known; what was asked for is done all the same",
    "slow": "the answer comes after `seconds`",
    "slow_before": "the request is carried out only after `seconds`, whether or not somebody still waits",
    "error": "answers `status`, and does nothing",
    "error_after": "does what was asked, then answers `status`",
    "hang_up": "closes the connection, and does nothing",
    "lose": "closes the connection after `seconds`, and does nothing",
    "hang_up_after": "does what was asked, then closes the connection",
}


@dataclass
class Fault:
    """A fault that is switched on.

    :param page: one of :data:`PAGES`, ``None`` for any
    :param times: requests that it will still hit, ``None`` for as long as it is on
    """

    kind: str
    page: str | None
    times: int | None
    seconds: float
    status: int


class Faults:
    """The faults of the site, tried in the order in which they were added. Safe to use from several threads."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._faults: list[Fault] = []
        self._hits: Counter[str] = Counter()

    def add(
        self,
        kind: str,
        *,
        page: str | None = None,
        times: int | None = 1,
        seconds: float = 1.0,
        status: int = 500,
    ) -> Fault:
        """Switch a fault on, for the next request unless told otherwise. ``ValueError`` for what does not exist."""
        if kind not in KINDS:
            raise ValueError(f"unknown fault {kind!r}; there are {', '.join(KINDS)}")
        if page is not None and page not in PAGES:
            raise ValueError(f"unknown page {page!r}; there are {', '.join(PAGES)}")
        fault = Fault(kind, page, times, seconds, status)
        with self._lock:
            self._faults.append(fault)
        return fault

    def clear(self) -> None:
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

    def take(self, page: str) -> Fault | None:
        """Return the fault that hits a request for this page, if one does, and count it."""
        with self._lock:
            for fault in self._faults:
                if fault.page not in (None, page):
                    continue
                self._hits[fault.kind] += 1
                if fault.times is not None:
                    fault.times -= 1
                    if fault.times <= 0:
                        self._faults.remove(fault)
                return fault
        return None
