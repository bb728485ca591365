"""The figures of a refund beside its items, payments and total: charges, discounts of the order, and AmountTotal.

They say nothing alone, but what they say must not be passed over: see `RefundFigures`.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any, TypeVar

from ..message import Message
from ..message import message as _lt
from .charges import read_charges
from .content import PayloadError
from .field_names import DISCOUNT_PERCENT, ORDER_DISCOUNT, sent_name
from .fields import amount, percentage
from .parts import Charge, RefundFigures

T = TypeVar("T")


def or_unclear(unclear: list[PayloadError], nothing: T, read: Callable[..., T], *arguments: Any) -> T:
    """Return what `read` returns for `arguments`; if it refuses the field, `nothing`, with the error in `unclear`."""
    try:
        return read(*arguments)
    except PayloadError as error:
        unclear.append(error)
        return nothing


def read_figures(
    refund: dict[str, Any], path: str, *, is_negative: bool, warnings: list[Message], unclear: list[PayloadError]
) -> RefundFigures:
    """Return the figures of a refund.

    :param is_negative: whether the refund states its items below 0
    :param unclear: receives the error of each figure that cannot be read
    """
    field = sent_name(refund, ORDER_DISCOUNT, zero_counts=False)
    read_discount = percentage if field == DISCOUNT_PERCENT else amount
    total = or_unclear(unclear, None, amount, refund, "AmountTotal", path)
    discount = or_unclear(unclear, None, read_discount, refund, field, path)
    is_percent = field == DISCOUNT_PERCENT
    return RefundFigures(
        amount_total=None if total is None else abs(total),
        discount=None if is_percent or not discount else abs(discount),
        discount_percent=discount or None if is_percent else None,
        charges=tuple(
            replace(charge, amount=-charge.amount if is_negative else charge.amount)
            for charge in or_unclear(unclear, (), _charges, refund, path, warnings)
        ),
    )


def _charges(refund: dict[str, Any], path: str, warnings: list[Message]) -> tuple[Charge, ...]:
    try:
        return read_charges(refund, warnings)
    except PayloadError as error:
        if not path:
            raise
        raise PayloadError(path, _lt("%(field)s: %(reason)s"), reason=error.message) from error
