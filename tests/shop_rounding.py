"""The possible taxes of the shop of `shop_model` under its rules of rounding.

Plain Python with exact fractions that shares no code with the import.
"""

from fractions import Fraction
from math import ceil, floor

ZERO = Fraction(0)
HALF = Fraction(1, 2)


def nearest_down(units):
    """Whole units, halves towards 0."""
    return (1 if units >= 0 else -1) * -floor(HALF - abs(units))


def nearest_up(units):
    """Whole units, halves away from 0."""
    return (1 if units >= 0 else -1) * floor(abs(units) + HALF)


def spread_ways(extra, lines, kinds, unit):
    """What may be left of ``lines`` if a shop spreads ``extra`` over them: exact parts, parts in units with the rest on
    any line or none, or rounded running sums, of the lines or first of the sums of each of ``kinds``."""
    weights = [abs(line) if line * extra > 0 else ZERO for line in lines]
    whole = sum(weights)
    if not whole:
        return [tuple(lines)]
    found = [[extra * weight / whole for weight in weights]]
    found += parts_in_units(extra, weights, unit)
    sums = {}
    for kind, weight in zip(kinds, weights, strict=True):
        sums[kind] = sums.get(kind, ZERO) + weight
    for parts in parts_in_units(extra, list(sums.values()), unit):
        of_kind = dict(zip(sums, parts, strict=True))
        found.append(
            [
                of_kind[kind] * weight / sums[kind] if sums[kind] else ZERO
                for kind, weight in zip(kinds, weights, strict=True)
            ]
        )
    left = {tuple(line - part for line, part in zip(lines, parts, strict=True)) for parts in found}
    for size in (nearest_down, round, nearest_up):
        left.add(tuple(size((line - part) / unit) * unit for line, part in zip(lines, found[0], strict=True)))
    return left


def parts_in_units(extra, weights, unit):
    """Parts of ``extra`` in proportion to ``weights``, in units."""
    whole = sum(weights)
    shares = [extra * weight / whole / unit for weight in weights]
    for size in (nearest_down, round, nearest_up, int):
        parts = [size(share) * unit for share in shares]
        rest = extra - sum(parts)
        yield parts
        for place in range(len(parts)):
            yield [part + (rest if at == place else 0) for at, part in enumerate(parts)]
        running = [size(sum(shares[: place + 1])) * unit for place in range(len(shares))]
        yield [after - before for after, before in zip(running, [0, *running], strict=False)]
        parts, over, open_weight = [], extra, whole
        for weight in weights:
            parts.append(size(over * weight / open_weight / unit) * unit if open_weight else ZERO)
            over, open_weight = over - parts[-1], open_weight - weight
        yield parts
    # The rest in single units on the largest remainders; of equal ones, on the first or on the last.
    parts = [int(share) * unit for share in shares]
    rest = extra - sum(parts)
    step = unit if rest > 0 else -unit
    for direction in (1, -1):
        spread = list(parts)
        order = sorted(range(len(parts)), key=lambda at: (-abs(shares[at] - int(shares[at])), direction * at))
        for place in order[: int(abs(rest) / unit)]:
            spread[place] += step
        yield spread


def sums_of(parts, unit):
    """The least and the largest sum of ``parts`` (amount, how far off it may be) by each rule of rounding."""

    def towards(amount, size):
        units = abs(amount) / unit
        return size(units) * unit * (1 if amount >= 0 else -1)

    for sizes in ((nearest_down, nearest_up), (floor,), (ceil,)):
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
