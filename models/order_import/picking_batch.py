"""Context values that are shared by transfers while they are created together."""

import dataclasses
from dataclasses import dataclass

from ...tools.private_context import PrivateContext


@dataclass(frozen=True)
class PickingBatch(PrivateContext):
    """In the context: transfers whose goods have already left or come back to the shop.

    `pushing_location_ids`: locations with a push rule for arriving goods.
    """

    KEY = "external_order_batch"

    picking_ids: frozenset
    pushing_location_ids: frozenset

    def is_pushed(self, move):
        """Return whether a push rule may apply at the destination of a ``stock.move``."""
        location = move.location_dest_id
        return not self.pushing_location_ids.isdisjoint(map(int, location.parent_path.split("/")[:-1]))


@dataclass(eq=False)
class PickingRequests(PrivateContext):
    """In the context: the transfers that Odoo would create for POS orders, recorded instead of created.

    `requests`: (destination id, ``pos.order.line`` records, operation type, customer) each.
    """

    KEY = "external_order_picking_requests"

    requests: list = dataclasses.field(default_factory=list)

    def take(self):
        """Return the transfers recorded since the last call."""
        taken = self.requests[:]
        self.requests.clear()
        return taken


@dataclass(eq=False)
class QuantChanges(PrivateContext):
    """In the context: the stock changes of a batch's move lines, summed up instead of applied.

    `changes`: for each kind of goods, a line that moves them and the quantity that all lines together move.
    """

    KEY = "external_order_quant_changes"

    changes: dict = dataclasses.field(default_factory=dict)

    def add(self, key, line, quantity):
        """Add ``quantity``, moved by ``line``, for the goods of ``key``."""
        first, total = self.changes.get(key, (line, 0.0))
        self.changes[key] = (first, total + quantity)


@dataclass(frozen=True)
class LockedQuants(PrivateContext):
    """In the context: quants that this transaction has locked.

    Only for calls within the savepoint in which they were locked: rolling it back releases the locks.
    """

    KEY = "external_order_locked_quants"

    quant_ids: frozenset


class Halving:
    """Decides whether halving a batch of `size` is still worthwhile.

    Finding one bad transfer costs at most twice the batch; beyond that, further attempts do not pay.
    """

    def __init__(self, size):
        self._left = 2 * size

    @property
    def pays(self):
        return self._left > 0

    def count_refused(self, size):
        """Count `size` transfers that were refused together."""
        self._left -= size


def links_once(records):
    """Yield each field whose company Odoo checks, with a minimal set of records that covers all links and companies.

    Odoo repeats the same check for every record; checking each distinct case once gives the same result.
    """
    for name, field in records._fields.items():
        if field.relational and field.check_company:
            different = {(record.company_id, record[name]): record.id for record in records}
            yield name, records.browse(different.values())
