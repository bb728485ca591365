"""Context values that are shared by transfers while they are created together."""

import dataclasses
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain

from odoo.fields import Domain

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
    """Yield each field whose company Odoo checks, with a minimal set of records that covers all different cases.

    Odoo repeats the check for every record. It has the same result for linked records with the same values in the
    fields that it looks at, which is usually only the company.
    """
    owners = [(record, record.company_id) for record in records]
    companies = {company for _record, company in owners} | {records.env.company}
    for name, field in records._fields.items():
        if not (field.relational and field.check_company):
            continue
        names = _fields_of_company_check(records.env[field.comodel_name], companies)
        different = {}
        for record, company in owners:
            if linked := record[name]:
                case = (company, frozenset(tuple(one[each] for each in names) for one in linked))
                different.setdefault(case, record.id)
        if different:
            yield name, records.browse(different.values())


def _fields_of_company_check(model, companies):
    """Return the names of the fields by which Odoo checks whether records of ``model`` may be used by ``companies``."""
    domains = [Domain(model._check_company_domain(company) or Domain.TRUE) for company in companies]
    conditions = chain.from_iterable(domain.iter_conditions() for domain in domains)
    return {condition.field_expr.partition(".")[0] for condition in conditions}


@contextmanager
def written_together(records, names):
    """Within the block, values that are assigned to these fields of the records are not written one by one.

    What depends on the fields is only marked to be computed again at the end, so nothing in the block may read it.
    """
    with records.env.protecting([records._fields[name] for name in names], records):
        yield
    records.modified(names)
