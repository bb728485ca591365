"""What the transfers that are made together have in common, as long as they are being made."""

import dataclasses
from dataclasses import dataclass

from ...tools.private_context import PrivateContext


@dataclass(frozen=True)
class PickingBatch(PrivateContext):
    """In the context: transfers whose goods have left, or come back to, the shop already.

    `pushing_location_ids`: where a rule waits for arriving goods, to move them on.
    """

    KEY = "external_order_batch"

    picking_ids: frozenset
    pushing_location_ids: frozenset

    def is_pushed(self, move):
        """Return whether a rule may move the goods of a ``stock.move`` on from its destination."""
        location = move.location_dest_id
        return not self.pushing_location_ids.isdisjoint(map(int, location.parent_path.split("/")[:-1]))


@dataclass(eq=False)
class PickingRequests(PrivateContext):
    """In the context: the transfers that Odoo would make of POS orders, noted instead of made.

    `requests`: (destination id, ``pos.order.line`` records, operation type, customer) each.
    """

    KEY = "external_order_picking_requests"

    requests: list = dataclasses.field(default_factory=list)


@dataclass(eq=False)
class QuantChanges(PrivateContext):
    """In the context: what the move lines of a batch would change in stock, added up instead of applied.

    `changes`: for each kind of goods, a line that moves them and the quantity that all lines together move.
    """

    KEY = "external_order_quant_changes"

    changes: dict = dataclasses.field(default_factory=dict)

    def add(self, key, line, quantity):
        """Count ``quantity``, which ``line`` moves, for the goods of ``key``."""
        first, total = self.changes.get(key, (line, 0.0))
        self.changes[key] = (first, total + quantity)


class Halving:
    """Whether it still pays to try a batch of `size` in halves, of which Odoo may refuse each.

    To find one bad transfer costs at most twice the batch; what is refused beyond that was tried in vain.
    """

    def __init__(self, size):
        self._left = 2 * size

    @property
    def pays(self):
        return self._left > 0

    def count_refused(self, size):
        """Count that `size` transfers were tried together and refused."""
        self._left -= size


def links_once(records):
    """Yield, for each field whose company Odoo checks, its name and records that show all links and companies.

    Odoo's check asks the same question for each record anew; to ask it once for each answer gives the same result.
    """
    for name, field in records._fields.items():
        if field.relational and field.check_company:
            different = {(record.company_id, record[name]): record.id for record in records}
            yield name, records.browse(different.values())
