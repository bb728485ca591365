"""The amounts that a sender may have taxed: its lines as they are or rounded, with its parts of a spread discount.

A sender computes its tax from amounts that are not in the feed: it may have rounded those of the lines, and it has
spread a discount of the order in its own way. There are few such ways, so there are few such amounts.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import ROUND_DOWN, ROUND_HALF_DOWN, ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
from typing import NamedTuple

from ..money import allocate, exact
from .rounded_sums import NEAREST, ONE_WAY

_ZERO = Decimal(0)
_ONE = Decimal(1)
_NEAREST = (ROUND_HALF_UP, ROUND_HALF_EVEN, ROUND_HALF_DOWN)


class Taxable(NamedTuple):
    """What a sender may have taxed.

    :param amounts: the amount of each line
    :param by_line: whether it knows the amount of each line; otherwise only their sums by tax rate
    :param is_exact: whether each part of a discount is exact, or there is none
    """

    amounts: tuple[Decimal, ...]
    by_line: bool = True
    is_exact: bool = True


@exact
def line_amounts(
    gross: Sequence[Decimal], discounts: Sequence[Decimal], unit: Decimal
) -> dict[tuple[Decimal, ...], tuple[str, ...] | None]:
    """Return the amounts that lines may have after their own `discounts`, each with the rule of `rounded_sums` by which
    they were rounded, or None: exact; rounded; of rounded prices; or the difference of a rounded price and a rounded
    discount.

    All lines are rounded alike. Without parts of a unit, there is one possibility.
    """
    nets = [amount - discount for amount, discount in zip(gross, discounts, strict=True)]
    found: dict[tuple[Decimal, ...], tuple[str, ...] | None] = {tuple(nets): None}
    if not any(amount % unit for amount in (*gross, *discounts)):
        return found
    shares = [net / amount if amount else _ONE for net, amount in zip(nets, gross, strict=True)]
    for rule, mode in (*((NEAREST, mode) for mode in _NEAREST), *((rule, rule[0]) for rule in ONE_WAY)):
        prices = _rounded(gross, unit, mode)
        # The discount is a percentage of the rounded price, or an amount.
        of_prices = tuple(price * share for price, share in zip(prices, shares, strict=True))
        apart = _less(prices, _rounded(discounts, unit, mode))
        for amounts in (_rounded(nets, unit, mode), of_prices, _rounded(of_prices, unit, mode), apart):
            found.setdefault(amounts, rule)
    return found


@exact
def spread_amounts(lines: Sequence[Decimal], amount: Decimal, unit: Decimal, kinds: Sequence[object]) -> list[Taxable]:
    """Return what may be left of `lines` if `amount` is spread over them in proportion, each possibility once.

    A part is exact, or in units: rounded, with the rest on the last, the largest or the first line or on none; the
    difference of two rounded sums; a part of what the lines before left over; or by the largest remainder. A line in
    the other direction has no part. The discount may also be spread over the sums of the lines of each of `kinds`, as
    of each tax rate.
    """
    weights = [abs(line) if line * amount > 0 else _ZERO for line in lines]
    whole = sum(weights, _ZERO)
    if not whole:
        return [Taxable(tuple(lines))]
    shares = [amount * weight / whole for weight in weights]
    exact_amounts = _less(lines, shares)
    found = {exact_amounts: Taxable(exact_amounts)}
    for mode in _NEAREST:
        rounded = _rounded(exact_amounts, unit, mode)
        found.setdefault(rounded, Taxable(rounded, is_exact=False))
    for parts in _parts_in_units(amount, weights, shares, unit):
        amounts = _less(lines, parts)
        found.setdefault(amounts, Taxable(amounts, is_exact=False))
    sums: dict[object, Decimal] = {}
    for kind, weight in zip(kinds, weights, strict=True):
        sums[kind] = sums.get(kind, _ZERO) + weight
    if not 1 < len(sums) < len(lines):
        return list(found.values())
    by_kind = [amount * size / whole for size in sums.values()]
    for parts in _parts_in_units(amount, list(sums.values()), by_kind, unit):
        part_of = dict(zip(sums, parts, strict=True))
        within = [
            part_of[kind] * weight / sums[kind] if sums[kind] else _ZERO
            for kind, weight in zip(kinds, weights, strict=True)
        ]
        amounts = _less(lines, within)
        found.setdefault(amounts, Taxable(amounts, by_line=False, is_exact=False))
    return list(found.values())


def _parts_in_units(
    amount: Decimal, weights: Sequence[Decimal], shares: Sequence[Decimal], unit: Decimal
) -> Iterator[Sequence[Decimal]]:
    yield allocate(amount, weights, unit)
    yield allocate(amount, weights[::-1], unit)[::-1]
    for mode in (*_NEAREST, ROUND_DOWN):
        parts = _rounded(shares, unit, mode)
        rest = amount - sum(parts, _ZERO)
        yield parts
        filled = [place for place, weight in enumerate(weights) if weight]
        largest = max(filled, key=lambda place: weights[place])
        for place in {len(parts) - 1, filled[-1], largest, filled[0]} if rest else ():
            yield [part + rest if at == place else part for at, part in enumerate(parts)]
    for mode in _NEAREST:
        yield _differences(shares, unit, mode)
        yield _leftovers(amount, weights, unit, mode)


def _differences(shares: Sequence[Decimal], unit: Decimal, mode: str) -> list[Decimal]:
    """Return the parts if the running sum of the exact ones is rounded."""
    parts, running, before = [], _ZERO, _ZERO
    for share in shares:
        running += share
        (after,) = _rounded([running], unit, mode)
        parts.append(after - before)
        before = after
    return parts


def _leftovers(amount: Decimal, weights: Sequence[Decimal], unit: Decimal, mode: str) -> list[Decimal]:
    """Return the parts if each is rounded and what is left over is spread over the lines that follow."""
    parts, rest = [], sum(weights, _ZERO)
    for weight in weights:
        (part,) = _rounded([amount * weight / rest if rest else _ZERO], unit, mode)
        parts.append(part)
        amount -= part
        rest -= weight
    return parts


def _rounded(amounts: Sequence[Decimal], unit: Decimal, mode: str) -> tuple[Decimal, ...]:
    return tuple((amount / unit).quantize(_ONE, rounding=mode) * unit for amount in amounts)


def _less(lines: Sequence[Decimal], parts: Sequence[Decimal]) -> tuple[Decimal, ...]:
    return tuple(line - part for line, part in zip(lines, parts, strict=True))
