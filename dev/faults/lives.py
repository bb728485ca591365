"""Refunds and cancellations, exposed to kills, races, and repeated, shuffled and cut feeds."""

from typing import Any

from dev.stand_ins.shop.refunds import BY_STATUS, CANCELLED, CARD, CASH, LISTED, MONEY, PIECES, REST, SAME, CannotRefund

from .bad_answers import FETCH_FAILED
from .kills import WRITTEN_BY_IMPORT, kill_before_import, kill_in_first_batch
from .kinds import INTERRUPTED, USUAL_BATCH, Round, kind, pause
from .laboratory import Laboratory
from .races import synchronize_on_two_servers
from .waiting import wait_until

# Orders of a round that come back; the feed then has some pages with little else.
COME_BACK = 80


def sell(lab: Laboratory, round_: Round) -> None:
    """Import all orders of the round, without a fault."""
    lab.synchronize(round_.way)
    lab.wait_for_end()


def come_back(lab: Laboratory, round_: Round, forms: tuple[str, ...] = (LISTED, LISTED, BY_STATUS, CANCELLED)) -> int:
    """Let many orders of the round come back, in parts or as a whole. Return the number of refunds."""
    refunds = 0
    for number in round_.random.sample(round_.numbers, min(COME_BACK, len(round_.numbers))):
        form = round_.random.choice(forms)
        for _time in range(round_.random.choice((1, 1, 2)) if form == LISTED else 1):
            refunds += _refund(lab, round_, number, form)
    return refunds


def _refund(lab: Laboratory, round_: Round, number: int, form: str) -> bool:
    choices: dict[str, Any] = {"form": form}
    if form == LISTED:
        choices["part"] = round_.random.choice((PIECES, PIECES, MONEY, REST))
        choices["method"] = round_.random.choice((SAME, SAME, CASH, CARD))
        choices["restock"] = round_.random.choice((None, None, True, False))
    try:
        lab.shop.refund_order(number, **choices)
    except CannotRefund:
        return False
    return True


@kind
def kill_while_refunding(lab: Laboratory, round_: Round) -> None:
    """Kill the server somewhere between the first and the last row that the refunds need, or between two batches."""
    sell(lab, round_)
    round_.allowed_error = INTERRUPTED
    refunds = come_back(lab, round_)
    round_.note = f"{refunds} refunds, "
    if round_.random.random() < 0.6:
        table = round_.random.choice(WRITTEN_BY_IMPORT)
        round_.note += f"at {table}"
        kill_in_first_batch(lab, round_, table)
        return
    booked = round_.random.choice((0, 1, refunds // 2))
    round_.note += f"after {booked}"
    lab.synchronize(round_.way)
    wait_until(lambda: lab.is_idle or lab.refunded(round_.numbers) >= booked, f"{booked} refunds were booked")
    pause(round_, USUAL_BATCH)
    lab.main.kill()


@kind
def kill_between_sale_and_refund(lab: Laboratory, round_: Round) -> None:
    """Receive orders that came back already, and kill the server when their sales are being booked."""
    round_.allowed_error = INTERRUPTED
    round_.note = f"{come_back(lab, round_, (LISTED,))} refunds"
    table = round_.random.choice(WRITTEN_BY_IMPORT)
    kill_in_first_batch(lab, round_, table)


@kind
def refunded_before_import(lab: Laboratory, round_: Round) -> None:
    """Refund orders that were received but not imported: they are sold first, then they come back."""
    kill_before_import(lab, round_)
    round_.note = f"{come_back(lab, round_, (LISTED, BY_STATUS))} refunds"


@kind
def cancelled_before_import(lab: Laboratory, round_: Round) -> None:
    """Cancel orders that were received but not imported: they are never booked."""
    kill_before_import(lab, round_)
    for number in round_.random.sample(round_.numbers, COME_BACK // 4):
        if _refund(lab, round_, number, CANCELLED):
            round_.versions[number] = None
    round_.note = f"{len(round_.versions)} cancelled"


@kind
def refunds_of_two_servers(lab: Laboratory, round_: Round) -> None:
    """Refund on two servers at once, with shuffled entries; no session is open, so they also have to agree on one."""
    sell(lab, round_)
    round_.note = f"{come_back(lab, round_)} refunds"
    synchronize_on_two_servers(lab, round_, between_presses=1.0)


@kind
def repeated_refunds(lab: Laboratory, round_: Round) -> None:
    """Send refunds twice on a page, on two pages and in two downloads, in any sequence."""
    sell(lab, round_)
    round_.note = f"{come_back(lab, round_)} refunds"
    for _download in range(2):
        lab.shop.faults.add("duplicate_page", page=1)
        lab.shop.faults.add("duplicate_entries", page=2)
        lab.shop.faults.add("reorder", times=None)
        lab.synchronize(round_.way)
        lab.wait_for_end()
        lab.shop.faults.clear()
        # The next download asks for the same time again.
        lab.forget_cursor()


@kind
def cut_refunds(lab: Laboratory, round_: Round) -> None:
    """Cut the answer with the refunds off in the middle."""
    sell(lab, round_)
    round_.allowed_error = FETCH_FAILED
    round_.note = f"{come_back(lab, round_)} refunds"
    lab.shop.faults.add("cut", fraction=round_.random.uniform(0.01, 0.99), page=round_.random.randint(1, 2), times=4)
    lab.synchronize(round_.way)
    lab.wait_for_end()
