"""Whether a refund may be what a change of its order already took out, by the versions that were booked."""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from ..money import exact
from .refund_comparison import Returned

_ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Version:
    """A version of an order as it was booked: its `goods` by product and price, and its `total`."""

    goods: Mapping[tuple[Hashable, Hashable], Decimal]
    total: Decimal


@dataclass(frozen=True, slots=True)
class Reading:
    """A refund as it would be booked on one version of its order.

    `goods` are by product, `priced` the same by product and price, if they came back for what they cost, else None.
    `paid` is what was paid back, and `states_money` whether the refund says so.
    """

    goods: Mapping[Hashable, Decimal]
    priced: Mapping[tuple[Hashable, Hashable], Decimal] | None
    paid: Decimal
    states_money: bool


# The readings of a refund on the first versions of its order, None where it cannot be booked on one.
Readings = Sequence[Reading | None]


@exact
def find_taken_out(
    versions: Sequence[Version],
    last: Version,
    refund: Readings,
    settled: Sequence[Readings] = (),
    by_hand: Sequence[Returned] = (),
    since: Sequence[tuple[Returned, int]] = (),
    tolerance: Decimal = _ZERO,
) -> range:
    """Return the numbers of the consecutive changes that may have taken out what a refund brings back, as few as
    possible; an empty range if none have. The change with the number n made the version n of the one before.

    These are changes that took out the same goods for the same money as far as the refund says it, or made the order
    cheaper by the same amount if they took out no goods or the refund names none. The refund need not have all products
    that were taken out, but of each all that the refunds ``settled`` leave, or these and those ``since``. What a later
    change brought back was not taken out.

    :param versions: of the order, before and after each change that did not know the refund
    :param last: the version that counts now
    :param settled: refunds that a person ignored: what was taken out may be them instead
    :param by_hand: refunds that a person made: an ignored one may be one of these instead
    :param since: refunds that are booked, each with the number of the versions before it was known
    :param tolerance: how much money may differ by rounding
    """
    for count in range(1, len(versions)):
        for first in range(len(versions) - count):
            end = first + count
            taken = _TakenOut(versions[first], versions[end], last, tolerance)
            for other in settled:
                if end < len(other) and (reading := taken.find(other[first], other[end], in_part=True)):
                    taken.use(reading.goods, reading.paid)
            taken.give_back(by_hand)
            is_found = taken.find(refund[first], refund[end])
            for booked, known in () if is_found else since:
                if end < known:
                    taken.use(booked.goods, booked.paid)
            if is_found or taken.find(refund[first], refund[end]):
                return range(first + 1, end + 1)
    return range(0)


class _TakenOut:
    """What changes took out of one version of an order, until the next one; and what of it is used by refunds."""

    def __init__(self, was: Version, now: Version, last: Version, tolerance: Decimal) -> None:
        before, after, self._at_last = (_by_product(version.goods) for version in (was, now, last))
        self._goods = {
            key: _missing(quantity, after[key], self._at_last[key]) for key, quantity in list(before.items())
        }
        self._money = _missing(was.total, now.total, last.total)
        self._priced = {key: was.goods.get(key, _ZERO) - now.goods.get(key, _ZERO) for key in {*was.goods, *now.goods}}
        self._used: dict[Hashable, Decimal] = defaultdict(Decimal)
        self._used_money = _ZERO
        self._tolerance = tolerance

    def find(self, on_was: Reading | None, on_now: Reading | None, *, in_part: bool = False) -> Reading | None:
        """Return the reading of a refund with which it may be what was taken out, if there is one.

        :param in_part: whether it may also be some of the goods of a product, and not all
        """
        if on_was and self._fits(on_was, self._priced, in_part=in_part):
            return on_was
        # The changes may have changed the price of the same goods, too.
        at_new_price = {key: -quantity for key, quantity in self._priced.items()}
        return on_now if on_now and self._fits(on_now, at_new_price, in_part=in_part) else None

    def use(self, goods: Mapping[Hashable, Decimal], paid: Decimal) -> None:
        for key, quantity in goods.items():
            self._used[key] += quantity
        self._used_money += paid

    def give_back(self, refunds: Iterable[Returned]) -> None:
        for refund in refunds:
            for key, quantity in refund.goods.items():
                self._used[key] = _less(self._used[key], quantity)
            self._used_money = _less(self._used_money, refund.paid)

    def _fits(self, reading: Reading, priced: Mapping[tuple[Hashable, Hashable], Decimal], *, in_part: bool) -> bool:
        money = self._money - self._used_money
        is_price = bool(money) and money * reading.paid > 0 and abs(money - reading.paid) <= self._tolerance
        if not reading.goods:
            return is_price
        if not any(self._goods.values()):
            return is_price and reading.goods != {key: number for key, number in self._at_last.items() if number}
        left = {key: quantity - self._used.get(key, _ZERO) for key, quantity in self._goods.items()}
        if not _are_within(reading.goods, left):
            return False
        if not in_part and any(left[key] != quantity for key, quantity in reading.goods.items()):
            return False
        if not reading.states_money or (is_price and reading.goods == {key: left[key] for key in left if left[key]}):
            return True
        return reading.priced is not None and _are_within(reading.priced, priced)


def _by_product(goods: Mapping[tuple[Hashable, Hashable], Decimal]) -> dict[Hashable, Decimal]:
    found: dict[Hashable, Decimal] = defaultdict(Decimal)
    for (product, _price), quantity in goods.items():
        found[product] += quantity
    return found


def _missing(was: Decimal, now: Decimal, last: Decimal) -> Decimal:
    """Return what is missing since an earlier version, 0 if it is there again."""
    return was - now if (was - now) * (was - last) > 0 else _ZERO


def _less(used: Decimal, amount: Decimal) -> Decimal:
    return used - amount if (used - amount) * used > 0 else _ZERO


def _are_within(goods: Mapping[Hashable, Decimal], most: Mapping[Hashable, Decimal]) -> bool:
    """Return whether there are at most these goods. In a return, both are below 0."""
    return all(
        most.get(key, _ZERO) * quantity > 0 and abs(quantity) <= abs(most[key]) for key, quantity in goods.items()
    )
