from datetime import timedelta

from odoo import api, fields, models

from ...lib.remote_odoo.versions import KINDS
from ...tools.message_language import stored
from ...tools.notifications import notification
from ...tools.stored_text import joined

STATUSES = [
    ("success", "Success"),
    ("login_failed", "Login Failed"),
    ("unreachable", "Not Reachable"),
    ("error", "Error"),
]

# Delete at most this many old runs at once.
VACUUM_BATCH = 10_000


class OdooSyncRun(models.Model):
    """One synchronization of one source, with the number of new or changed rows of each kind."""

    _name = "odoo.sync.run"
    _description = "Warehouse Mirror Run"
    _order = "id desc"
    _rec_name = "date_start"

    source_id = fields.Many2one("odoo.sync.source", required=True, index=True, ondelete="cascade", readonly=True)
    status = fields.Selection([("running", "Running"), *STATUSES], required=True, default="running", readonly=True)
    message = fields.Text("Message as Written", readonly=True)
    date_start = fields.Datetime("Started", default=fields.Datetime.now, required=True, readonly=True)
    date_end = fields.Datetime("Ended", readonly=True)
    date_progress = fields.Datetime(default=fields.Datetime.now, readonly=True)
    duration = fields.Float("Seconds", compute="_compute_duration", digits=(12, 1))
    handed_over = fields.Boolean(readonly=True, help="The scheduled action continues where it stopped.")
    kinds_done = fields.Integer(readonly=True, help="How many kinds of data are finished so far.")

    location_count = fields.Integer("Locations", readonly=True)
    product_count = fields.Integer("Products", readonly=True)
    lot_count = fields.Integer("Lots", readonly=True)
    package_count = fields.Integer("Packages", readonly=True)
    quant_count = fields.Integer("Stock", readonly=True)
    picking_count = fields.Integer("Transfers", readonly=True)
    move_line_count = fields.Integer("Move Lines", readonly=True)
    gone_count = fields.Integer("Gone", readonly=True, help="Rows that no longer exist in the remote database.")
    request_count = fields.Integer("Requests", readonly=True)

    _running = models.Index("(source_id) WHERE status = 'running'")

    @api.depends("date_start", "date_end")
    def _compute_duration(self):
        for run in self:
            run.duration = (run.date_end - run.date_start).total_seconds() if run.date_end else 0.0

    @api.model
    def _start(self, source):
        """Return the run for this synchronization of ``source``: the one that was handed over, or a new one.

        The caller holds the lock of the source, so every other run that is still ``running`` was interrupted.
        """
        running = self.search([("source_id", "=", source.id), ("status", "=", "running")])
        handed_over = running.filtered("handed_over")[:1]
        # If the process dies from here on, the run counts as interrupted.
        handed_over.handed_over = False
        (running - handed_over)._count_interruption()
        message = stored(self.env)._("Interrupted. The data received so far is kept; the next run fetches the rest.")
        values = {"status": "error", "date_end": fields.Datetime.now(), **source._prepare_message_values(message)}
        (running - handed_over).write(values)
        source._plan_next_sync()
        return handed_over or self.create({"source_id": source.id})

    def _count_interruption(self):
        """Count an interruption for the kind that each of these runs was syncing when its process died."""
        for run in self:
            for kind in KINDS[run.kinds_done :][:1]:
                self.env["odoo.sync.cursor"]._get(run.source_id, kind).interruptions += 1

    def _hand_over(self):
        """Let the scheduled action finish this run."""
        self.handed_over = True
        self.env["odoo.sync.source"]._get_cron()._trigger()

    def _has_changes(self):
        """Return whether any row was new, changed or gone."""
        return bool(self.gone_count or any(self[f"{kind}_count"] for kind in KINDS))

    def _conclude(self, status, message):
        """End the run, and store its result on the source."""
        self.ensure_one()
        now = fields.Datetime.now()
        values = {"status": status, **self.source_id._prepare_message_values(message)}
        self.write({**values, "date_end": now, "handed_over": False})
        self.source_id.write({**values, "last_sync_date": now})

    def _get_summary(self):
        """Return the counts as a sentence."""
        self.ensure_one()
        env = stored(self.env)
        sync = self.env["odoo.mirror.sync"]
        counts = [
            env._("%(kind)s (%(count)s)", kind=sync._get_label(kind), count=self[f"{kind}_count"])
            for kind in KINDS
            if self[f"{kind}_count"]
        ]
        if self.gone_count:
            counts.append(env._("%s gone", self.gone_count))
        if not counts:
            return env._("Nothing has changed.")
        return env._("Changes: %s.", joined(*counts, by=", "))

    def _get_notification(self):
        """Return the client action that shows the result of this run to the user who clicked the button."""
        self.ensure_one()
        message = self.message_text
        if self.status == "running":
            message = self.env._("%(summary)s The rest continues in the background.", summary=self._get_summary())
        kind = {"success": "success", "running": "info"}.get(self.status, "danger")
        return notification(kind, message, title=self.source_id.name, sticky=kind == "danger")

    @api.autovacuum
    def _gc_runs(self):
        """Keep the runs of the last 30 days."""
        limit = fields.Datetime.now() - timedelta(days=30)
        old = self.search([("date_start", "<", limit), ("status", "!=", "running")], limit=VACUUM_BATCH)
        count = len(old)
        old.unlink()
        return count, count == VACUUM_BATCH  # Odoo calls again while there are more
