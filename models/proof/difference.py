"""A difference between shop and books, while a day is computed."""

from dataclasses import dataclass, field
from typing import Any

from ...lib.order.figures import Figures


@dataclass
class Difference:
    """One difference, with the order behind it.

    :param reason: a value of ``external.proof.line.reason``
    :param pos_config: the branch whose figures differ
    :param shop: what the shop has, of the order
    :param books: what Odoo has of it; a difference is what Odoo has more
    :param row: the row of the inbox
    :param pos_order: the POS order, or the refund made by hand
    :param session: the session that was closed with a difference
    :param is_known: whether the amounts are known
    """

    reason: str
    pos_config: Any
    shop: Figures = field(default_factory=Figures)
    books: Figures = field(default_factory=Figures)
    row: Any = None
    pos_order: Any = None
    session: Any = None
    external_id: str = ""
    refund_id: str = ""
    location: str = ""
    note: str = ""
    is_known: bool = True

    @property
    def amount(self) -> Figures:
        """What Odoo has more than the shop."""
        return self.books - self.shop


@dataclass
class DayBooks:
    """A business day as inbox and books have it, by ``pos.config``.

    :param inbox: figures of what the shop sent
    :param books: figures of the POS orders
    :param differences: between both
    :param closing: differences with which sessions were closed
    :param missing: the differences of orders that only the feed has, once it has been asked for them
    """

    inbox: dict
    books: dict
    differences: list
    closing: dict = field(default_factory=dict)
    missing: list | None = None
