"""What happens to orders after they were sold, one kind after another, so that even a few contain each of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .refunds import BY_STATUS, CANCELLED, CARD, CASH, LISTED, MONEY, PIECES, REST, CannotRefund, can_be_refunded

if TYPE_CHECKING:
    from .server import ShopServer

# What happens to an order: an edit, or refunds one after the other.
LIVES: tuple[tuple[str, tuple[dict[str, Any], ...]], ...] = (
    ("refunded", ({"part": PIECES},)),
    ("refunded", ({"form": BY_STATUS},)),
    ("cancelled", ({"form": CANCELLED},)),
    ("edited", ()),
    ("refunded", ({"part": PIECES}, {"part": PIECES, "method": CASH})),
    ("refunded", ({"part": MONEY},)),
    ("refunded", ({"part": PIECES, "restock": False}, {"part": REST})),
    ("refunded", ({"part": REST, "method": CARD},)),
    ("refunded", ({"part": MONEY, "method": CASH}, {"part": REST, "restock": True})),
    ("refunded", ({"part": PIECES, "restock": True, "method": CARD},)),
)


def go_on(shop: ShopServer, count: int) -> dict[str, list[int]]:
    """Let ``count`` orders that are plain sales be refunded, cancelled or edited; less if there are not as many.

    :return: the numbers of the orders by what happened to them: ``refunded``, ``cancelled``, ``edited``
    """
    happened: dict[str, list[int]] = {"refunded": [], "cancelled": [], "edited": []}
    candidates = [order.number for order in shop.orders if can_be_refunded(order) and len(order.lines) > 1]
    # Not one after the other, so that every branch, day and format has its share.
    step = max(1, len(candidates) // max(1, count))
    for place, number in enumerate(candidates[::step][:count]):
        what, refunds = LIVES[place % len(LIVES)]
        if not refunds:
            shop.edit_order(number)
        done = [_refund(shop, number, choices) for choices in refunds]
        if not refunds or any(done):
            happened[what].append(number)
    return happened


def _refund(shop: ShopServer, number: int, choices: dict[str, Any]) -> bool:
    """Refund an order as chosen, or the rest of it if there are no such pieces. Return whether anything came back."""
    for attempt in (choices, {"part": REST, "form": LISTED}):
        try:
            shop.refund_order(number, **attempt)
            return True
        except CannotRefund:
            continue
    return False
