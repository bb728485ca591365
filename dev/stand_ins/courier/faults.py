"""Decides which fault hits which request."""

from dataclasses import dataclass

from ..common import faults
from ..common.faults import FaultSwitches, check_count

# The pages of the site, by the names that faults use.
PAGES = ("start", "login", "header", "form", "send", "list", "detail", "cancel")
# The kinds of faults. `after` means that the request was already carried out, so an order is accepted anyway.
KINDS = {
    "session_expired": "the session is forgotten before the request is processed",
    "page_changed": "the page differs from the known one; the request is carried out anyway",
    "slow": "the answer comes after `seconds`",
    "slow_before": "the request is carried out only after `seconds`, even if the client has gone",
    "error": "answers `status`, and does nothing",
    "error_after": "carries out the request, then answers `status`",
    "hang_up": "closes the connection, and does nothing",
    "lose": "closes the connection after `seconds`, and does nothing",
    "hang_up_after": "carries out the request, then closes the connection",
}


@dataclass(kw_only=True)
class Fault(faults.Fault):
    """An active fault: one of `KINDS`, for one of `PAGES` or for any page."""

    seconds: float
    status: int


class Faults(FaultSwitches[Fault]):
    """The faults of the site."""

    def add(
        self,
        kind: str,
        *,
        page: str | None = None,
        times: int | None = 1,
        seconds: float = 1.0,
        status: int = 500,
    ) -> Fault:
        """Add a fault, by default for the next request only. Raises ``ValueError`` for an unknown kind or page."""
        if kind not in KINDS:
            raise ValueError(f"unknown fault {kind!r}; there are {', '.join(KINDS)}")
        if page is not None and page not in PAGES:
            raise ValueError(f"unknown page {page!r}; there are {', '.join(PAGES)}")
        check_count("times", times)
        return self._switch_on(Fault(kind=kind, page=page, times=times, seconds=seconds, status=status))
