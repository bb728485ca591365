"""Faults of the external system: slow, broken, refused, misdirected and repeated answers."""

from .kinds import Round, kind
from .laboratory import Laboratory

FETCH_FAILED = "Failed to fetch orders from external system"


def _synchronize(lab: Laboratory, round_: Round) -> None:
    lab.synchronize(round_.way)
    lab.wait_for_end()


@kind
def slow_answers(lab: Laboratory, round_: Round) -> None:
    """Delay pages, or send them in small pieces."""
    for _ in range(3):
        fault = round_.random.choice(("delay", "trickle"))
        lab.shop.faults.add(fault, seconds=round_.random.uniform(0.2, 1.5), page=round_.a_page())
    _synchronize(lab, round_)


@kind
def cut_answer(lab: Laboratory, round_: Round) -> None:
    """Cut an answer off in the middle, or reset its connection."""
    round_.allowed_error = FETCH_FAILED
    page = round_.a_page()
    if round_.random.random() < 0.5:
        lab.shop.faults.add("cut", fraction=round_.random.uniform(0.01, 0.99), page=page)
    else:
        lab.shop.faults.add("reset", when=round_.random.choice(("before", "body")), page=page)
    _synchronize(lab, round_)


@kind
def too_many_requests(lab: Laboratory, round_: Round) -> None:
    """Answer 429 with Retry-After: 1; a good client waits, then continues."""
    lab.shop.faults.add("status", status=429, retry_after=1, page=round_.a_page(), times=round_.random.randint(1, 2))
    _synchronize(lab, round_)


@kind
def server_error(lab: Laboratory, round_: Round) -> None:
    """Answer 5xx: either a few times, so that retries succeed, or until the client gives up."""
    page, status = round_.a_page(), round_.random.choice((500, 502, 503))
    if round_.random.random() < 0.5:
        lab.shop.faults.add("status", status=status, page=page, times=2)
    else:
        round_.allowed_error = FETCH_FAILED
        lab.shop.faults.add("status", status=status, page=page, times=None)
    _synchronize(lab, round_)


@kind
def redirect_elsewhere(lab: Laboratory, round_: Round) -> None:
    """Redirect to another host. After every round we check that the key was not sent there."""
    round_.allowed_error = f"{FETCH_FAILED}.* redirects to "
    to = round_.random.choice(("127.0.0.2", "localhost"))
    status = round_.random.choice((301, 302, 307, 308))
    lab.shop.faults.add("redirect", to=to, status=status, page=round_.a_page())
    _synchronize(lab, round_)


@kind
def duplicated_pages(lab: Laboratory, round_: Round) -> None:
    """Send one page twice, and the entries of another page twice."""
    lab.shop.faults.add("duplicate_page", page=round_.a_page())
    lab.shop.faults.add("duplicate_entries", page=round_.a_page())
    _synchronize(lab, round_)


@kind
def reordered_pages(lab: Laboratory, round_: Round) -> None:
    """Shuffle the entries of every page."""
    lab.shop.faults.add("reorder", times=None)
    _synchronize(lab, round_)
