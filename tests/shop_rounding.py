"""What the tax of the shop of `shop_model` may be by its rules of rounding.

Plain Python with exact fractions that shares no code with the import.
"""

from fractions import Fraction
from math import ceil, floor

ZERO = Fraction(0)
HALF = Fraction(1, 2)


def sums_of(parts, unit):
    """The least and the largest sum of ``parts`` (amount, how far off it may be) by each rule of rounding."""

    def towards(amount, size):
        units = abs(amount) / unit
        return size(units) * unit * (1 if amount >= 0 else -1)

    def half_down(units):
        return -floor(HALF - units)

    def half_up(units):
        return floor(units + HALF)

    for sizes in ((half_down, half_up), (floor,), (ceil,)):
        ends = [[towards(end, size) for end in (amount - off, amount + off) for size in sizes] for amount, off in parts]
        yield sum(map(min, ends)), sum(map(max, ends))


def is_rounded(stated, taxes, unit):
    """Whether ``stated`` is the tax of a shop that rounds each tax, by line, kind of goods, rate, or the whole."""
    ways = (
        lambda number, line, kind, place: number,
        lambda number, line, kind, place: line,
        lambda number, line, kind, place: (kind, place),
        lambda number, line, kind, place: kind,
        lambda number, line, kind, place: kind and [*kind[0], "fixed"][place],
        lambda number, line, kind, place: None,
    )
    for way in ways:
        parts = {}
        for *at, amount, off in taxes:
            before = parts.get(key := way(*at), (ZERO, ZERO))
            parts[key] = (before[0] + amount, before[1] + off)
        if any(least <= stated <= most for least, most in sums_of(parts.values(), unit)):
            return True
    return False
