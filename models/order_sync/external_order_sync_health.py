from odoo import api, fields, models

from .external_order_sync_counts import COUNTED_AT_MOST

# What waits for a person, the most urgent first: values of ``health`` and their orders. A changed order does not count
# as guessed, too, as in `external.order.problem`.
MATTERS = {
    "failed": [("state", "=", "failed")],
    "changed": [("changed", "=", True)],
    "guessed": [("doubt", "!=", False), ("changed", "=", False)],
}


class ExternalOrderSync(models.Model):
    """Whether a synchronization is well: its last run was good, and nothing waits for a person."""

    _inherit = "external.order.sync"

    last_sync_problem = fields.Text(
        readonly=True, copy=False, help="Why the last run failed as a whole, apart from single orders."
    )
    # In the order of urgency: the first one that applies is shown.
    health = fields.Selection(
        [
            ("archived", "Archived"),
            ("error", "Error"),
            ("failed", "Failed"),
            ("changed", "Changed"),
            ("guessed", "To Check"),
            ("paused", "Paused"),
            ("draft", "Not Started"),
            ("running", "Running"),
            ("waiting", "Waiting"),
            ("new", "No Run Yet"),
            ("good", "Good"),
        ],
        compute="_compute_health",
        search="_search_health",
        help="Good only if the last run was good and nothing waits for a person. Otherwise, what is most urgent: the "
        "last run had an error, orders failed, were changed by the external system after their import, or were "
        "imported but need checking.",
    )
    health_text = fields.Char("Health in Words", compute="_compute_health")

    @api.depends(
        "active", "state", "last_sync_status", "last_sync_problem", "run_ids.status",
        "order_ids.state", "order_ids.doubt", "order_ids.changed",
    )  # fmt: skip
    @api.depends_context("lang")
    def _compute_health(self):
        labels = dict(self._fields["health"]._description_selection(self.env))
        matters = self._count_matters()
        for sync in self:
            counts = {health: by_sync.get(sync._origin.id, 0) for health, by_sync in matters.items()}
            sync.health = sync._get_health(counts)
            count = sync.health != "running" and counts.get(sync.health, 0)
            text = sync._get_count_text(count, COUNTED_AT_MOST) if count else ""
            sync.health_text = f"{labels[sync.health]} {text}".rstrip()

    def _get_health(self, counts):
        """Return the health of this synchronization.

        :param dict counts: what `_count_matters` returns of it
        """
        if not self.active:
            return "archived"
        is_started = self.state == "started"
        if is_started and self.last_sync_status == "error" and self.last_sync_problem:
            return "error"
        if matter := next((health for health in self._get_matters_for_people() if counts.get(health)), None):
            return matter
        if not is_started:
            return self.state
        if counts["running"]:
            return "running"
        if counts["waiting"]:
            return "waiting"
        return "good" if self.last_sync_status else "new"

    @api.model
    def _get_matters_for_people(self):
        """Return the values of ``health`` that mean that something waits for a person, the most urgent first."""
        return list(MATTERS)

    def _count_matters(self):
        """Return {value of ``health``: {id of a synchronization: number of what it means}}, in two statements."""
        numbers = self._count_orders(**MATTERS, waiting=[("state", "=", "pending")])
        names = (*MATTERS, "waiting")
        matters = {name: {sync_id: row[place] for sync_id, row in numbers.items()} for place, name in enumerate(names)}
        running = self.env["external.order.sync.run"]._read_group(
            [("sync_id", "in", self._origin.ids), ("status", "=", "running")], ["sync_id"], ["__count"]
        )
        return {**matters, "running": {sync.id: 1 for sync, _count in running}}

    def _search_health(self, operator, value):
        if operator != "in":
            return NotImplemented
        # There are few synchronizations, and the counts of all of them take two statements.
        syncs = self.search([("active", "in", (True, False))])
        return [("id", "in", syncs.filtered(lambda sync: sync.health in value).ids)]

    def action_open_waiting(self):
        """Open the orders that are not imported yet."""
        action = self.action_open_orders()
        domain = [*action["domain"], ("state", "=", "pending")]
        return {**action, "name": self.env._("Waiting"), "domain": domain}

    def action_open_runs(self):
        """Open the runs of this synchronization."""
        self.ensure_one().check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id("external_order_sync.action_external_order_sync_run")
        return {**action, "domain": [("sync_id", "=", self.id)], "context": {"hide_sync": True}}
