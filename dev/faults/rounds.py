"""The rounds: sell, break, recover, compare."""

import time
from collections.abc import Iterator
from random import Random

from dev.failure import Failure
from dev.progress import say

from . import bad_answers, edits, kills, lives, pushes, races  # noqa: F401  they register their kinds
from .kinds import KINDS, Round
from .laboratory import Laboratory
from .verification import Books, Findings
from .waiting import Timeout

PAGE_SIZES = (20, 40, 60)
SHAPES = ("array", "object")
MOST_PROBLEMS_SHOWN = 15


def kind_of(number: int, seed: int, kinds: list[str]) -> str:
    """Return the kind of a round: each kind comes once, in an order decided by the seed, before any is repeated."""
    cycle, place = divmod(number - 1, len(kinds))
    return Random(f"{seed}/cycle {cycle}").sample(kinds, len(kinds))[place]


def play(lab: Laboratory, books: Books, number: int, seed: int, kind: str, orders: int) -> tuple[Round, Findings]:
    """Run one round and return its findings. If the round cannot be completed, that is a problem too."""
    started = time.monotonic()
    lab.main.start()
    round_ = _begin(lab, number, seed, kind, orders)
    trouble = []
    try:
        KINDS[kind](lab, round_)
    except (Failure, Timeout) as error:
        trouble.append(f"the fault did not happen: {error}")
    try:
        lab.recover()
        lab.come_to_rest(round_.way)
    except (Failure, Timeout) as error:
        trouble.append(f"the system did not recover: {error}")
    findings = books.compare(round_.numbers, round_.versions)
    findings.problems[:0] = [*trouble, *_problems_of_odoo(lab, round_), *_problems_of_shop(lab)]
    verdict = "FAILED" if findings.problems else "ok"
    seconds = time.monotonic() - started
    say(f"round {number:<4} {kind:<31} {round_.way:<9} {seconds:5.1f} s  {verdict}  {round_.note}")
    return round_, findings


def explain(lab: Laboratory, round_: Round, findings: Findings, seed: int) -> None:
    """Print the findings of a failed round, and how to repeat it."""
    for problem in findings.problems[:MOST_PROBLEMS_SHOWN]:
        say(f"      {problem}")
    if len(findings.problems) > MOST_PROBLEMS_SHOWN:
        say(f"      ... and {len(findings.problems) - MOST_PROBLEMS_SHOWN} more")
    say(f"      orders {round_.numbers[0]} to {round_.numbers[-1]}, runs after {round_.last_run}, {round_.way}")
    say(f"      alone: make faults SEED={seed} FIRST={round_.number} ROUNDS=1; logs: {lab.main.log} {lab.second.log}")


def _begin(lab: Laboratory, number: int, seed: int, kind: str, orders: int) -> Round:
    random = Random(f"{seed}/{number}")
    lab.book_changes(False)
    per_page = random.choice(PAGE_SIZES)
    lab.shop.settings = type(lab.shop.settings)(random.choice(SHAPES), per_page)
    return Round(
        number=number,
        kind=kind,
        random=random,
        orders=lab.shop.add_orders(orders),
        per_page=per_page,
        way=random.choice(("scheduled", "button")),
        last_run=lab.last_run(),
    )


def _problems_of_odoo(lab: Laboratory, round_: Round) -> Iterator[str]:
    """Yield problems of runs (all must end, and in an error only if the fault allows it) and of sessions."""
    for run, status, message in lab.database.rows(
        "SELECT id, status, message FROM external_order_sync_run WHERE id > %(run)s ORDER BY id", run=round_.last_run
    ):
        if status == "running" or (status == "error" and not round_.allows(message)):
            yield f"run {run} is {status}: {(message or '').splitlines()[:1]}"
    status, message = lab.database.rows(
        "SELECT last_sync_status, last_sync_message FROM external_order_sync WHERE id = %(store)s", store=lab.store
    )[0]
    if status not in ("success", "no_orders"):
        yield f"after the normal run the status is {status}: {message}"
    if lab.open_sessions > 1:
        yield f"{lab.open_sessions} sessions are open"


def _problems_of_shop(lab: Laboratory) -> Iterator[str]:
    for record in lab.shop.leaked_keys:
        yield f"the key was sent to {record.host}"
