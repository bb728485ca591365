"""What is asked for: a refund of a sale, or the replacement of a sale by other content."""

from dataclasses import dataclass, field
from typing import Any

from ...lib.order.parts import OrderPayload, RefundPayload
from ..order_import.outcome import Outcome


@dataclass
class RefundRequest:
    """A refund to be booked.

    :param sale: the ``pos.order`` of the sale
    :param payload: what was refunded
    :param outcome: receives the result
    :param key: what identifies the refund within its order, in all attempts
    :param sold: the sale as it was booked, to recognize its items by their external names; None if that is unknown
    :param possibly_same: booked refunds (``pos.order``) that may be this one, because one of the two has no
        RefundID; for each, whether it said what was paid back
    :param versions: the sale (``pos.order``) before and after each change that was booked before this refund was known,
        the oldest first; fewer than two if there was none
    :param settled: refunds that a user has ignored, which may be what these changes took out: pairs of a
        `RefundPayload` and its own versions
    :param since: booked refunds (``pos.order``) of the sale, each with how many versions there were before it was known
    """

    sale: Any
    payload: RefundPayload
    outcome: Outcome
    key: str
    sold: OrderPayload | None = None
    possibly_same: dict = field(default_factory=dict)
    versions: list = field(default_factory=list)
    settled: list = field(default_factory=list)
    since: list = field(default_factory=list)


@dataclass
class ReplacementRequest:
    """A sale whose content was changed by the external system.

    :param sale: the ``pos.order`` of the sale, as booked
    :param raw_order: the new content, an order as received
    :param revision: the number of the change: 1 for the first
    :param location: the LocationID that is part of the order's identity, ``None`` if none is
    :param sold: the content that was booked; None if that is unknown
    """

    sale: Any
    raw_order: dict
    revision: int
    location: str | None = None
    sold: OrderPayload | None = None


@dataclass
class Replacement:
    """A replaced sale.

    `pos_order` is the new sale, `reversal` the refund of the old one, `refunds` the earlier refunds, which are now
    those of the new sale (all ``pos.order``), and `warnings` those of the new sale.
    """

    pos_order: Any
    reversal: Any
    refunds: Any
    warnings: list = field(default_factory=list)
