"""The sums that a sender can state if it rounds the parts of a sum by one rule.

A sum that was rounded may differ from the exact one by up to half a unit for each part. But no sender rounds one part
up and an equal one down, so of 100 equal parts only a few sums are possible.
"""

from collections import Counter
from collections.abc import Iterable
from decimal import (
    ROUND_DOWN,
    ROUND_HALF_DOWN,
    ROUND_HALF_UP,
    ROUND_UP,
    Decimal,
)
from typing import NamedTuple

from ..money import exact

_ZERO = Decimal(0)
_ONE = Decimal(1)
# Halves go either way, but equal ones the same way: half up, half to even, or as the noise of binary fractions decides.
NEAREST = (ROUND_HALF_DOWN, ROUND_HALF_UP)
# Always towards 0, or always away from it.
ONE_WAY = ((ROUND_DOWN,), (ROUND_UP,))
RULES = (NEAREST, *ONE_WAY)


class Part(NamedTuple):
    """A part of a sum: the exact `amount`, off by at most `slack` on the sender's side."""

    amount: Decimal
    slack: Decimal = _ZERO


class RoundedSums:
    """The sums that a sender can get if it rounds each part to a multiple of `unit` by one rule.

    `total in sums` says whether `total`, a multiple of `unit`, is one of the sums.

    :param divisions: the ways to divide the sum into parts that are rounded
    :param rules: those of `RULES` that the sender may have: to the nearest unit; always towards 0, or away from it
    """

    @exact
    def __init__(self, divisions: Iterable[Iterable[Part]], unit: Decimal, rules: Iterable[tuple[str, ...]] = RULES):
        self._unit = unit
        rules = tuple(rules)
        counted = {frozenset(Counter(parts).items()) for parts in divisions}
        self._possible = {_possible_sums(counts, rule, unit) for counts in counted for rule in rules}

    def __or__(self, other: "RoundedSums") -> "RoundedSums":
        both = RoundedSums((), self._unit)
        both._possible = self._possible | other._possible
        return both

    @exact
    def __contains__(self, total: Decimal) -> bool:
        units = int(total / self._unit)
        return any(units >= least and possible >> (units - least) & 1 for least, possible in self._possible)


def _possible_sums(counts: Iterable[tuple[Part, int]], rule: tuple[str, ...], unit: Decimal) -> tuple[int, int]:
    """Return the least sum in units, and the possible ones as bits: bit 3 for the least one plus 3."""
    least, possible = 0, 1
    for part, count in counts:
        ends = ((part.amount - part.slack) / unit, (part.amount + part.slack) / unit)
        rounded = [int(end.quantize(_ONE, rounding=mode)) for end in ends for mode in rule]
        low, width = min(rounded), max(rounded) - min(rounded)
        least += low * count
        possible = _spread(possible, count, width)
    return least, possible


def _spread(possible: int, step: int, steps: int) -> int:
    """Return the sums that are left if 0 to `steps` times `step` may be added to each of `possible`."""
    done = 0
    while done < steps:
        further = min(done + 1, steps - done)
        possible |= possible << (step * further)
        done += further
    return possible
