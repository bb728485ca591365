"""`make faults`: its options, its rounds, its report."""

import secrets
from collections.abc import Mapping

from dev.failure import Failure
from dev.progress import say

from . import laboratory, rounds
from .kinds import KINDS
from .report import Report
from .verification import Books, Findings

# Some batches.
ORDERS = 250


def run(options: Mapping[str, str]) -> int:
    """Run the rounds given by the options. Return the exit code."""
    kinds = _kinds(options)
    seed = _number(options, "SEED", secrets.randbelow(10**6), 0)
    first = _number(options, "FIRST", 1, 1)
    count = _number(options, "ROUNDS", len(kinds), 1)
    orders = _number(options, "ORDERS", ORDERS, 1)
    report = Report()
    say(f"{count} rounds of {orders} orders, SEED={seed}")
    try:
        with laboratory.working(seed) as lab:
            books = Books(lab.database, lab.shop, lab.store)
            versions: dict[int, int | None] = {}
            for number in range(first, first + count):
                kind = rounds.kind_of(number, seed, kinds)
                round_, findings = rounds.play(lab, books, number, seed, kind, orders)
                if round_.books_changes:
                    versions = {order: version for order, version in versions.items() if version is None}
                versions |= round_.versions
                report.add(number, kind, findings)
                if findings.problems:
                    rounds.explain(lab, round_, findings, seed)
            _compare_everything(lab, books, versions, report)
    finally:
        print(report.as_json(), flush=True)
    return 0 if report.is_clean else 1


def _compare_everything(
    lab: laboratory.Laboratory, books: Books, versions: dict[int, int | None], report: Report
) -> None:
    findings: Findings = books.compare([order.number for order in lab.shop.orders], versions, everything=True)
    report.conclude(findings)
    say(f"all {findings.orders} orders compared again: {'FAILED' if findings.problems else 'ok'}")
    for problem in findings.problems[: rounds.MOST_PROBLEMS_SHOWN]:
        say(f"      {problem}")


def _kinds(options: Mapping[str, str]) -> list[str]:
    names = [name.strip() for name in options.get("KINDS", "").split(",") if name.strip()]
    unknown = [name for name in names if name not in KINDS]
    if unknown:
        raise Failure(f"There is no fault {', '.join(unknown)}.", f"There are: {', '.join(KINDS)}")
    return names or list(KINDS)


def _number(options: Mapping[str, str], name: str, default: int, smallest: int) -> int:
    text = options.get(name) or str(default)
    if not text.isdecimal() or int(text) < smallest:
        raise Failure(f"{name}={text} is not a number of at least {smallest}.")
    return int(text)
