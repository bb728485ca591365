from odoo import api, fields, models
from odoo.exceptions import UserError

from ...lib.strict_json import RefusedEntry
from ...tools.bounded_count import bounded_help
from ...tools.message_language import reader_text
from ...tools.notifications import notification
from .external_order_sync_health import MATTERS

# Number of bars in the chart of the last runs.
RUNS_SHOWN = 20
# Number of runs in the list of the form: of a list of all runs, the web client gets every id.
RUNS_LISTED = 100
# Advise a Since Parameter after this many runs that each fetched at least this many orders that were known.
RUNS_COMPARED = 3
KNOWN_AT_LEAST = 500


class ExternalOrderSync(models.Model):
    """What the configuration screens show and do, apart from synchronizing."""

    _inherit = "external.order.sync"

    doubtful_count = fields.Integer("To Check", compute="_compute_doubtful_count", help=bounded_help())
    doubtful_text = fields.Char("Number to Check", compute="_compute_doubtful_count")
    is_since_advised = fields.Boolean(compute="_compute_is_since_advised")
    recent_runs = fields.Json("Last Runs", compute="_compute_recent_runs")
    recent_run_ids = fields.Many2many(
        "external.order.sync.run", string="Recent Runs", compute="_compute_recent_run_ids"
    )

    @api.depends("order_ids.doubt", "order_ids.changed")
    @api.depends_context("lang")
    def _compute_doubtful_count(self):
        self._set_counts(doubtful=MATTERS["guessed"])

    @api.depends("run_ids.status", "run_ids.imported_count", "run_ids.failed_count")
    def _compute_recent_runs(self):
        for sync in self:
            runs = self.env["external.order.sync.run"].search([("sync_id", "=", sync.id)], limit=RUNS_SHOWN)
            sync.recent_runs = [run._get_chart_values() for run in reversed(runs)]

    @api.depends("run_ids")
    def _compute_recent_run_ids(self):
        for sync in self:
            sync.recent_run_ids = self.env["external.order.sync.run"].search(
                [("sync_id", "=", sync._origin.id)], limit=RUNS_LISTED
            )

    @api.depends("since_parameter", "run_ids.status")
    def _compute_is_since_advised(self):
        """Set whether the last downloads brought many orders again because they have no time filter."""
        for sync in self:
            complete = [("sync_id", "=", sync.id), ("fetch_done", "=", True), ("status", "!=", "running")]
            runs = self.env["external.order.sync.run"].browse()
            if not sync.since_parameter:
                runs = runs.search(complete, limit=RUNS_COMPARED)
            sync.is_since_advised = len(runs) == RUNS_COMPARED and all(
                run.known_count >= KNOWN_AT_LEAST for run in runs
            )

    def action_sync_selected(self):
        """Trigger a scheduled run of these synchronizations now; this starts those that have never been started."""
        self.check_access("read")
        self._start_new()
        if not self._trigger_sync():
            return notification("warning", self.env._("Archived and paused synchronizations do not run."))
        names = ", ".join(self.filtered_domain(self._get_scheduled_domain()).mapped("name"))
        return notification("info", self.env._("Started in the background: %s", names))

    def action_test_connection(self):
        """Fetch the first orders and show how they would be imported. Nothing is imported."""
        self.ensure_one()
        self.check_access("write")
        if not self.external_api_url:
            raise UserError(
                self.env._(
                    "%(name)s has no External API URL: the external system sends its orders to %(address)s.",
                    name=self.name,
                    address=self.push_url,
                )
            )
        entries, problem = self._fetch_entries().read_first_page()
        if any(isinstance(entry, dict) for entry in entries):
            return self.env["external.order.preview"]._open(self, entries, problem)
        if problem:
            raise problem
        kind, message = "success", self.env._("The external system responds, but sent no orders.")
        if entries:
            kind = "warning"
            message = self.env._(
                "The external system responds, but did not send any orders in a known format. Check the External API "
                "URL, or have it send orders as described in docs/order_format.md."
            )
            if isinstance(entries[0], RefusedEntry):
                reason = self._hide_key(reader_text(self.env, entries[0].reason))
                first = self.env._("Entry %(number)s of the feed: %(problem)s", number=1, problem=reason)
                message = f"{message} {first}"
        return notification(kind, message, title=self.env._("Connection works"), reload=False)

    def action_open_failed(self):
        """Open the failed orders of this synchronization, grouped by reason."""
        return self._open_problems(self.env._("Failed"), "not in", ["changed", *self._get_doubts()])

    def action_open_doubtful(self):
        """Open the orders imported with unseen warnings, grouped by kind."""
        return self._open_problems(self.env._("To Check"), "in", self._get_doubts())

    def _open_problems(self, name, operator, reasons):
        self.ensure_one()
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id("external_order_sync.action_external_order_problem")
        domain = [("sync_id", "=", self.id), ("reason", operator, reasons)]
        return {**action, "name": name, "domain": domain, "context": {}}

    @api.model
    def _get_doubts(self):
        return [kind for kind, _label in self.env["external.order"]._fields["doubt"].selection]

    def action_open_imported(self):
        """Open the imported orders of this synchronization; without the filters, all orders and refunds."""
        self.check_access("read")
        return self._get_inbox_action({"search_default_sales": 1, "search_default_done": 1})

    def action_open_changed(self):
        """Open the imported orders that the external system has changed."""
        action = self.action_open_orders()
        return {
            **action,
            "name": self.env._("Changed After Import"),
            "domain": [*action["domain"], ("changed", "=", True)],
        }

    def action_open_refunds(self):
        """Open the booked refunds and cancellations of this synchronization; without the filters, all orders."""
        self.check_access("read")
        filters = ("refunds", "cancellations", "done")
        action = self._get_inbox_action({f"search_default_{name}": 1 for name in filters})
        return {**action, "name": self.env._("Refunds")}

    def action_open_pickings(self):
        self.ensure_one().check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id("stock.action_picking_tree_all")
        # Newest first, by the primary key: Odoo's own order would sort all transfers for the first page.
        newest_first = self.env.ref("external_order_sync.stock_picking_view_list_newest").id
        views = [(newest_first, kind) if kind == "list" else (view_id, kind) for view_id, kind in action["views"]]
        return {**action, "views": views, "domain": self._get_records_domain(), "context": {}}
