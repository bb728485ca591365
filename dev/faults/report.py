"""The findings of all rounds, as one JSON object."""

import json
from collections import Counter
from dataclasses import dataclass, field
from decimal import Decimal

from .verification import Findings


@dataclass
class Report:
    """The sum of all findings.

    :param faults: how many rounds each kind of fault had
    :param failed_rounds: numbers of the rounds with any problem
    """

    faults: Counter[str] = field(default_factory=Counter)
    orders: int = 0
    lost: int = 0
    doubled: int = 0
    difference: Decimal = Decimal("0.00")
    failed_rounds: list[int] = field(default_factory=list)
    in_sum: Findings | None = None

    def add(self, number: int, kind: str, findings: Findings) -> None:
        """Add a round."""
        self.faults[kind] += 1
        self.orders += findings.orders
        if findings.problems:
            self.failed_rounds.append(number)

    def conclude(self, findings: Findings) -> None:
        """Take the figures of the final comparison, which also shows what later rounds did to earlier orders."""
        self.in_sum = findings
        self.lost, self.doubled, self.difference = findings.lost, findings.doubled, findings.difference

    @property
    def is_clean(self) -> bool:
        """Return whether everything was compared and no problem was found."""
        return self.in_sum is not None and not (self.in_sum.problems or self.failed_rounds)

    def as_json(self) -> str:
        return json.dumps(
            {
                "rounds": self.faults.total(),
                "faults": dict(sorted(self.faults.items())),
                "orders": self.orders,
                "lost": self.lost,
                "doubled": self.doubled,
                "difference": f"{self.difference:.2f}",
                "failed_rounds": self.failed_rounds,
            }
        )
