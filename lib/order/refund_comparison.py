"""Whether the external system says the same thing twice: a refund again in another form, or in the order itself."""

from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from ..money import exact
from .parts import OrderPayload, RefundItem, RefundPayload
from .spellings import ItemKey, is_same_item

_ZERO = Decimal(0)
# If refunds have more different sums than this, which of them an order leaves out is not searched any more.
_MOST_SUMS = 2_000


@dataclass(frozen=True, slots=True)
class Returned:
    """What came back with a refund: `goods` by what identifies them, the money `paid` back, and what they `cost`."""

    goods: Mapping[Hashable, Decimal]
    paid: Decimal
    cost: Decimal


@exact
def is_same_refund(one: RefundPayload, other: RefundPayload) -> bool:
    """Return whether two refunds of an order bring back the same goods for the same money, as far as both say it."""
    if not one.items or len(one.items) != len(other.items) or _paid_back(one) != _paid_back(other):
        return False
    rest = list(other.items)
    # An item without a price is the same as any: it takes what the others leave.
    for item in sorted(one.items, key=lambda item: item.priced is None and item.amount is None):
        same = [it for it in rest if it.quantity == item.quantity and is_same_item(it.key, item.key)]
        same = [it for it in same if not _has_other_price(it, item)]
        if not same:
            return False
        rest.remove(min(same, key=lambda it: (it.priced, it.amount) != (item.priced, item.amount)))
    return True


def _has_other_price(one: RefundItem, other: RefundItem) -> bool:
    pairs = [(one.amount, other.amount)]
    if one.priced_without_tax == other.priced_without_tax:
        pairs.append((one.priced, other.priced))
    return any(ours is not None and theirs is not None and ours != theirs for ours, theirs in pairs)


def states_amount(refund: RefundPayload) -> bool:
    """Return whether a refund says what was paid back, in all or for an item; the rest of an order is what is left."""
    in_all = refund.is_rest or bool(refund.payments) or refund.total is not None
    return in_all or any(item.amount is not None or item.priced is not None for item in refund.items)


@exact
def is_what_is_left(was: OrderPayload, now: OrderPayload, refunds: Iterable[RefundPayload]) -> bool:
    """Return whether an order says what its refunds leave of an earlier version of it, and not what was sold."""
    left = _quantities(was)
    paid_back: list[Decimal | None] = []
    has_goods = False
    for refund in refunds:
        paid_back.append(_paid_back(refund))
        for item in refund.items:
            key = next((key for key in left if is_same_item(key, item.key)), None)
            if key is None:
                return False
            left[key] -= item.quantity or _ZERO
            has_goods |= bool(item.quantity)
    if {key: quantity for key, quantity in left.items() if quantity} != _quantities(now):
        return False
    known = [amount for amount in paid_back if amount is not None]
    if was.grand_total is None or now.grand_total is None or len(known) < len(paid_back):
        return has_goods
    return any(known) and now.grand_total == was.grand_total - sum(known, _ZERO)


@exact
def find_left_out(
    missing: Mapping[Hashable, Decimal],
    less: Decimal | None,
    refunds: Mapping[Hashable, Returned],
    tolerance: Decimal = _ZERO,
) -> list[Hashable]:
    """Return the keys of refunds that brought back just what a changed order lacks, or paid back just what it is
    cheaper by; none if there are none. Refunds of which both is true are preferred.

    If there are too many refunds to be sure, those that may be among them are returned.

    :param missing: the goods that were sold, less those that the order has now
    :param less: by how much the order is cheaper now, None if it does not say what it costs
    :param tolerance: how much money may differ by rounding
    """
    lacking = {key: quantity for key, quantity in missing.items() if quantity}

    def fits(goods: Mapping[Hashable, Decimal]) -> bool:
        return all(0 <= quantity <= lacking.get(key, _ZERO) for key, quantity in goods.items())

    def is_affordable(total: Returned) -> bool:
        return less is None or min(total.paid, total.cost) <= less + tolerance

    def is_price(total: Returned) -> bool:
        amounts = (total.paid, total.cost)
        return less is not None and any(abs(less - amount) <= tolerance for amount in amounts)

    def is_cheaper(total: Returned) -> bool:
        return is_price(total) and less is not None and less > 0 and bool(total.paid or total.cost)

    goods = {key: Returned(refund.goods, _ZERO, _ZERO) for key, refund in refunds.items() if any(refund.goods.values())}
    money = {key: Returned({}, refund.paid, refund.cost) for key, refund in refunds.items()}
    found: list[Hashable] = []
    if not any(quantity < 0 for quantity in lacking.values()):
        found = _find_sum(
            refunds,
            lambda total: fits(total.goods) and is_affordable(total),
            lambda total: total.goods == lacking and (is_price(total) if lacking else is_cheaper(total)),
        )
        if lacking and not found:
            found = _find_sum(goods, lambda total: fits(total.goods), lambda total: total.goods == lacking)
    if not found and less is not None and less > 0:
        found = _find_sum(money, is_affordable, is_cheaper)
    return found


def _find_sum(
    refunds: Mapping[Hashable, Returned], fits: Callable[[Returned], bool], is_wanted: Callable[[Returned], bool]
) -> list[Hashable]:
    """Return the keys of refunds whose sum is wanted; if there are too many sums, all that may be among them."""
    fitting = {key: refund for key, refund in refunds.items() if fits(refund)}
    sums: dict[Any, tuple[Returned, list[Hashable]]] = {}
    for key, refund in fitting.items():
        for so_far, keys in [(Returned({}, _ZERO, _ZERO), []), *sums.values()]:
            total = _add(so_far, refund)
            if fits(total):
                sums.setdefault((frozenset(total.goods.items()), total.paid, total.cost), (total, [*keys, key]))
        if len(sums) > _MOST_SUMS:
            return list(fitting)
    return next((keys for total, keys in sums.values() if is_wanted(total)), [])


def _add(one: Returned, other: Returned) -> Returned:
    goods = {
        key: quantity
        for key in [*one.goods, *other.goods]
        if (quantity := one.goods.get(key, _ZERO) + other.goods.get(key, _ZERO))
    }
    return Returned(goods, one.paid + other.paid, one.cost + other.cost)


def states_total(refund: RefundPayload) -> bool:
    """Return whether a refund says what was paid back in all."""
    return _paid_back(refund) is not None


def _paid_back(refund: RefundPayload) -> Decimal | None:
    """Return what was paid back in all, or None if the refund does not say it."""
    if refund.total is not None or not refund.payments:
        return refund.total
    return sum((payment.amount for payment in refund.payments), _ZERO)


def _quantities(order: OrderPayload) -> dict[ItemKey, Decimal]:
    found: dict[ItemKey, Decimal] = {}
    for item in order.items:
        key = item.key.plain
        found[key] = found.get(key, _ZERO) + item.quantity
    return found
