"""What happened to orders after their sale, taken out of the entries of a page: refunds and cancellations."""

from dataclasses import dataclass, field
from typing import Any

from ...lib.order.content import redact
from ...lib.order.moment import version_of
from ...lib.order.refunds import THE_CANCELLATION, has_refunds, listed_refunds, refund_id


def read_event(statuses, entry):
    """Return the kind of row that an entry of the feed is for, and its content as it may be stored.

    All that identifies its refunds has to be read from that content: the row does not have the card data.

    :param LifeStatuses statuses:
    :return: see `LifeStatuses.kind_of`; the content is ``None`` if the entry is only a sale
    :rtype: tuple[str, dict | None]
    :raise PayloadError: if the entry cannot be stored
    """
    if statuses.kind_of(entry) == "sale" and not has_refunds(entry):
        return "sale", None
    content = redact(entry)
    return statuses.kind_of(content), content


@dataclass
class LifeEvent:
    """A refund or cancellation that an entry of the feed brought.

    :param identity: OrderID and LocationID of its order, as `_match_received` returns them
    :param order: the row of its order, empty if that is not known yet
    :param content: the payload of the row
    :param entry: the entry of the feed, if that is the refund or cancellation itself, else ``None``
    :param version: when the order was last changed, see `version_of`
    :param counts: whether the entry is counted by this event and not by the sale in it
    :param entry_number: the number of the entry on the page, the same for all refunds of one list
    """

    identity: tuple
    order: Any
    kind: str
    refund_id: str
    content: dict
    entry: dict | None = None
    version: str = ""
    counts: bool = False
    entry_number: int = 0


@dataclass
class LifeEvents:
    """The events of a page.

    :param statuses: the `LifeStatuses` of the synchronization
    :param rows: the known rows of refunds and cancellations of the orders on the page
    :param earlier: the ids of the rows that earlier pages of the download brought
    """

    statuses: Any
    rows: Any
    earlier: set
    arrived: list = field(default_factory=list)
    known_orders: set = field(default_factory=set)
    entry_count: int = 0

    def __post_init__(self):
        self._rows_of = self.rows.grouped("external_id")

    def get_rows(self, external_id):
        """Return the known rows of refunds and cancellations of the orders with an OrderID."""
        return self._rows_of.get(external_id, self.rows.browse())

    def get_digests(self, external_id):
        """Return the digests of the entries that the known refunds and cancellations of an order came from."""
        rows = self._rows_of.get(external_id, ())
        return {row.source_digest for row in rows if row.source_digest and row.error_code != "order_id_ambiguous"}

    def take(self, identity, order, entry):
        """Take out of an entry what happened to its order after the sale. Return whether the entry is also the sale.

        :raise PayloadError: if the entry cannot be stored
        """
        kind, content = read_event(self.statuses, entry)
        is_sale = kind == "sale"
        if content is None:
            return True
        version = version_of(content)
        self.entry_count += 1
        number = self.entry_count
        if has_refunds(content):
            self.arrived += [
                LifeEvent(identity, order, "refund", key, payload, version=version, entry_number=number)
                for key, payload in listed_refunds(content)
            ]
        if not is_sale:
            key = THE_CANCELLATION if kind == "cancellation" else refund_id(content)
            event = LifeEvent(identity, order, kind, key, content, entry, version, counts=True, entry_number=number)
            self.arrived.append(event)
        return is_sale

    def note_known(self, identity, count):
        """Note whether the sale in an entry was counted as known."""
        if count:
            self.known_orders.add(identity)
