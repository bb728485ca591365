"""What the transfers that are made together have in common, as long as they are being made."""

from dataclasses import dataclass


@dataclass(frozen=True)
class PickingBatch:
    """In the context (``external_order_batch``): transfers whose goods have left, or come back to, the shop already.

    `pushing_location_ids`: where a rule waits for arriving goods, to move them on.
    """

    picking_ids: frozenset
    pushing_location_ids: frozenset

    def is_pushed(self, move):
        """Return whether a rule may move the goods of a ``stock.move`` on from its destination."""
        location = move.location_dest_id
        return not self.pushing_location_ids.isdisjoint(map(int, location.parent_path.split("/")[:-1]))


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
