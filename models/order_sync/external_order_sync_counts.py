from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ...tools.bounded_count import COUNTED_AT_MOST, bounded_help, count_text, estimate
from ...tools.few_rows import most_to_read
from .external_order_life import LIFE_KINDS

# Number of transfers, and of sessions, that the buttons of the form count: each of them costs a look at its orders, and
# a session, of which there is one a day, a search for one of its orders.
SHOWN_AT_MOST = 1_000
SESSIONS_AT_MOST = 100
# The transfers and sessions of this many orders are always found by the orders, see `_get_most_read`.
FEW_ORDERS = 1_000


class ExternalOrderSync(models.Model):
    """How many orders, sessions and transfers there are, as the screens show it.

    What grows with every order is only counted up to a bound, and shown as "10,000+" beyond, as in Odoo's own lists.
    Screens show the texts; the numbers are for conditions and other programs.
    """

    _inherit = "external.order.sync"

    imported_count = fields.Integer("Orders", compute="_compute_imported_count", help=bounded_help())
    imported_text = fields.Char("Imported Orders", compute="_compute_imported_count")
    attention_count = fields.Integer("Failed", compute="_compute_open_counts", help=bounded_help())
    attention_text = fields.Char("Number Failed", compute="_compute_open_counts")
    pending_count = fields.Integer("Waiting", compute="_compute_open_counts", help=bounded_help())
    pending_text = fields.Char("Number Waiting", compute="_compute_open_counts")
    refund_count = fields.Integer("Refunds", compute="_compute_open_counts", help=bounded_help())
    refund_text = fields.Char("Number of Refunds", compute="_compute_open_counts")
    session_count = fields.Integer("Sessions", compute="_compute_session_count", help=bounded_help(SESSIONS_AT_MOST))
    session_text = fields.Char("Sessions with Orders", compute="_compute_session_count")
    picking_count = fields.Integer("Pickings", compute="_compute_picking_count", help=bounded_help(SHOWN_AT_MOST))
    picking_text = fields.Char("Pickings of Orders", compute="_compute_picking_count")

    @api.depends("order_ids.state", "order_ids.kind")
    @api.depends_context("lang")
    def _compute_imported_count(self):
        self._set_counts(imported=[("state", "=", "done"), ("kind", "=", "sale")])

    @api.depends("order_ids.state", "order_ids.kind")
    @api.depends_context("lang")
    def _compute_open_counts(self):
        # Refunds are not counted as orders, but they fail and wait like these.
        self._set_counts(
            attention=[("state", "=", "failed")],
            pending=[("state", "=", "pending")],
            refund=[("state", "=", "done"), ("kind", "in", LIFE_KINDS)],
        )

    @api.depends("order_ids.pos_order_id.session_id")
    @api.depends_context("lang")
    def _compute_session_count(self):
        for sync in self:
            sync.session_count = sync._count_records("pos.session", SESSIONS_AT_MOST)
            sync.session_text = sync._get_count_text(sync.session_count, SESSIONS_AT_MOST)

    @api.depends("order_ids.pos_order_id.picking_ids")
    @api.depends_context("lang")
    def _compute_picking_count(self):
        for sync in self:
            sync.picking_count = sync._count_records("stock.picking", SHOWN_AT_MOST)
            sync.picking_text = sync._get_count_text(sync.picking_count, SHOWN_AT_MOST)

    def _set_counts(self, **domains):
        """Set how many orders are in each of these domains, as numbers and as the screens show them.

        :param domains: by the name of the fields without ``_count`` and ``_text``
        """
        counts = self._count_orders(**domains)
        for sync in self:
            for name, count in zip(domains, counts.get(sync._origin.id, [0] * len(domains)), strict=True):
                sync[f"{name}_count"] = count
                sync[f"{name}_text"] = sync._get_count_text(count, COUNTED_AT_MOST)

    def _count_orders(self, **domains):
        """Return {id of a synchronization: numbers of its orders}, one for each domain, each counted up to a bound."""
        Order = self.env["external.order"]
        counts = []
        for domain in domains.values():
            query = Order._search(domain)
            query.add_where(SQL("%s = sync.id", Order._field_to_sql(query.table, "sync_id", query)))
            query.limit = COUNTED_AT_MOST + 1
            counts.append(SQL("(SELECT count(*) FROM (%s) AS counted)", query.select(SQL("1"))))
        rows = self.env.execute_query(
            SQL("SELECT sync.id, %s FROM unnest(%s::integer[]) AS sync (id)", SQL(", ").join(counts), self._origin.ids)
        )
        return {sync_id: numbers for sync_id, *numbers in rows}

    def _count_records(self, model, bound):
        """Return the number of sessions or transfers of this synchronization, counted up to a bound."""
        return self.env[model].search_count(self._get_records_domain(), limit=bound + 1)

    def _get_records_domain(self):
        """Return the domain of its sessions or transfers."""
        return [("external_order_sync_ids", "in", self._origin.ids)]

    @api.model
    def _get_domain_by_ids(self, operator, value):
        """Return the domain that asks for the synchronizations of sessions or transfers by their ids.

        :return: ``None`` if the search does that already, ``NotImplemented`` if it is another one
        """
        syncs = self.with_context(active_test=False)
        if operator in ("any", "any!"):
            return Domain("external_order_sync_ids", "in", list(syncs._search(Domain("id", operator, value))))
        if operator != "in":
            return NotImplemented
        if all(value):
            return None
        asked = [sync_id for sync_id in value if sync_id]
        every = self.search([("active", "in", (True, False))])
        with_any = Domain("external_order_sync_ids", "in", every.ids)
        return ~with_any | Domain("external_order_sync_ids", "in", asked)

    @api.model
    def _get_most_read(self):
        """Return the number of orders up to which their transfers and sessions are found by the orders."""
        # sudo: the number of all transfers decides about the plan only.
        transfers = estimate(self.env, self.env["stock.picking"].sudo()._search([]))
        return max(FEW_ORDERS, most_to_read(transfers, SHOWN_AT_MOST))

    def _sql_few_pos_orders(self):
        """Return the SQL array of the ids of the POS orders of these synchronizations if they are few, else None.

        As an array, PostgreSQL looks up each of them by an index, and joins nothing.
        """
        Order, most = self.env["external.order"], self._get_most_read()
        of_syncs = Domain("sync_id", "in", self.ids)
        if Order.search_count(of_syncs & Domain("state", "=", "done"), limit=most + 1) > most:
            return None
        query = Order._search(of_syncs & Domain("pos_order_id", "!=", False))
        return SQL("ARRAY(%s)", query.select(Order._field_to_sql(query.table, "pos_order_id", query)))

    def _get_sessions(self):
        """Return the POS sessions that hold orders of this synchronization."""
        return self.env["pos.session"].search(self._get_records_domain())

    def _get_count_text(self, count, bound):
        return count_text(self.env, count, bound)

    def _has_orders(self, *domains):
        """Return whether it has an order in one of these domains, without counting them."""
        Order = self.env["external.order"]
        return any(Order.search_count([("sync_id", "=", self.id), *domain], limit=1) for domain in domains)
