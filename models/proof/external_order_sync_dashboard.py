from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ...tools.bounded_count import bounded_help


class ExternalOrderSync(models.Model):
    """The figures on the cards of the dashboard: one query for each, however many cards there are."""

    _inherit = "external.order.sync"

    branch_names = fields.Char("Points of Sale", compute="_compute_branch_names")
    today_count = fields.Integer("Orders Today", compute="_compute_today", help="Including refunds.")
    today_amount = fields.Monetary("Amount Today", compute="_compute_today", help="Sales less refunds.")
    card_pending_count = fields.Integer("Waiting Orders", compute="_compute_card_counts", help=bounded_help())
    card_pending_text = fields.Char("Number of Waiting Orders", compute="_compute_card_counts")
    card_failed_count = fields.Integer("Failed Orders", compute="_compute_card_counts", help=bounded_help())
    card_failed_text = fields.Char("Number of Failed Orders", compute="_compute_card_counts")
    health = fields.Selection(selection_add=[("differs", "Days That Differ"), ("changed",)])
    yesterday_state = fields.Selection(
        selection=lambda self: self.env["external.proof"]._fields["state"]._description_selection(self.env),
        string="Yesterday",
        compute="_compute_yesterday_state",
    )

    @api.depends("pos_config_id.name", "location_mapping_ids.pos_config_id.name")
    def _compute_branch_names(self):
        for sync in self:
            sync.branch_names = ", ".join(sync._get_pos_configs().mapped("name"))

    @api.depends("order_ids.state", "order_ids.sold_date", "order_ids.total")
    def _compute_today(self):
        """Set the number of sales and refunds of the current business day, and their amount."""
        found = {}
        for (sync_id, _config_id), (count, amount) in self._read_today().items():
            counted, total = found.get(sync_id, (0, 0.0))
            found[sync_id] = (counted + count, total + amount)
        for sync in self:
            sync.today_count, sync.today_amount = found.get(sync.id, (0, 0.0))

    def _read_today(self):
        """Return the number of sales and refunds of the current business day, and their amount, in one statement.

        :rtype: dict of (id of a synchronization, id of a Point of Sale) and (number, amount)
        """
        self.env["external.order"].flush_model(["sync_id", "pos_config_id", "state", "kind", "sold_date", "total"])
        starts = {sync.id: sync._get_start_of_day(sync._get_business_day()) for sync in self if sync.id}
        if not starts:
            return {}
        # The first start is a constant, so that PostgreSQL knows how few orders it needs from the index of the date.
        query = SQL(
            """SELECT sync_id, pos_config_id, count(*), sum(total)
                 FROM external_order
                 JOIN (VALUES %s) AS today(sync, start) ON sync_id = sync AND sold_date >= start
                WHERE state = 'done' AND sold_date >= %s GROUP BY sync_id, pos_config_id""",
            SQL(", ").join(SQL("(%s, %s::timestamp)", *started) for started in starts.items()),
            min(starts.values()),
        )
        return {(sync, config): (count, amount or 0) for sync, config, count, amount in self.env.execute_query(query)}

    @api.depends("order_ids.state")
    @api.depends_context("lang")
    def _compute_card_counts(self):
        self._set_counts(card_pending=[("state", "=", "pending")], card_failed=[("state", "=", "failed")])

    @api.depends("proof_ids.state")
    def _compute_yesterday_state(self):
        """Set the worst status of yesterday's days; none if they have not been checked."""
        yesterday = {sync: sync._get_business_day() - timedelta(days=1) for sync in self}
        domain = [("sync_id", "in", self.ids), ("day", "in", list(set(yesterday.values())))]
        states = {}
        for proof in self.env["external.proof"].search(domain):
            if proof.day == yesterday[proof.sync_id]:
                states.setdefault(proof.sync_id, set()).add(proof.state)
        for sync in self:
            of_sync = states.get(sync, ())
            sync.yesterday_state = next(
                (state for state in ("red", "error", "explained", "green") if state in of_sync), False
            )

    # ------------------------------------------------------------
    # Health
    # ------------------------------------------------------------

    @api.model
    def _get_matters_for_people(self):
        matters = super()._get_matters_for_people()
        return [*matters[:1], "differs", *matters[1:]]

    def _count_matters(self):
        return {**super()._count_matters(), "differs": {sync._origin.id: sync.red_days for sync in self}}

    def action_open_today(self):
        """Open the orders of the current business day."""
        self.ensure_one()
        action = self.action_open_orders()
        return {**action, "name": self.env._("Today"), "domain": list(self._get_today_domain())}

    def _get_today_domain(self):
        """Return the domain of what `_read_today` counts."""
        by_start = self.grouped(lambda sync: sync._get_start_of_day(sync._get_business_day()))
        days = [
            Domain("sync_id", "in", syncs.ids) & Domain("sold_date", ">=", start) for start, syncs in by_start.items()
        ]
        return Domain("state", "=", "done") & Domain.OR(days)

    def action_open_red_days(self):
        """Open the days that differ; without the filter, all days."""
        action = self.action_open_proofs()
        return {**action, "context": {**action["context"], "search_default_red": 1}}
