"""Whether the external system says the same thing twice: a refund again in another form, or in the order itself."""

from collections.abc import Iterable
from decimal import Decimal

from ..money import exact
from .parts import OrderPayload, RefundPayload
from .spellings import ItemKey, is_same_item

_ZERO = Decimal(0)


@exact
def is_same_refund(one: RefundPayload, other: RefundPayload) -> bool:
    """Return whether two refunds of an order bring back the same goods for the same money."""
    if not one.items or len(one.items) != len(other.items) or _paid_back(one) != _paid_back(other):
        return False
    rest = list(other.items)
    for item in one.items:
        same = next((it for it in rest if it.quantity == item.quantity and is_same_item(it.key, item.key)), None)
        if same is None:
            return False
        rest.remove(same)
    return True


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
