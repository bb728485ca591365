import logging
from datetime import timedelta

import psycopg2

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..transaction import TRANSIENT_ERRORS, commit, commit_progress, retrying, rollback

_logger = logging.getLogger(__name__)

BATCH_SIZE = 100
# A run whose process was killed shows no sign of life for so long.
ABANDONED_AFTER = timedelta(minutes=15)
FAILURES_NAMED = 20


class ExternalOrderSyncRun(models.Model):
    """One synchronization: fetch, then import, with what came of it."""

    _name = "external.order.sync.run"
    _description = "External Order Sync Run"
    _order = "id desc"
    _rec_name = "date_start"

    sync_id = fields.Many2one("external.order.sync", required=True, index=True, ondelete="cascade", readonly=True)
    company_id = fields.Many2one(related="sync_id.company_id", store=True)
    scheduled = fields.Boolean(readonly=True, help="Run by the scheduled action, not by a person.")
    status = fields.Selection(
        [("running", "Running"), ("success", "Success"), ("no_orders", "No Orders"), ("error", "Error")],
        required=True,
        default="running",
        readonly=True,
    )
    message = fields.Text(readonly=True)
    date_start = fields.Datetime("Started", default=fields.Datetime.now, required=True, readonly=True)
    date_end = fields.Datetime("Ended", readonly=True)
    date_progress = fields.Datetime(default=fields.Datetime.now, readonly=True)
    duration = fields.Float("Seconds", compute="_compute_duration", digits=(12, 1))

    fetch_done = fields.Boolean(readonly=True)
    fetch_error = fields.Text(readonly=True)
    import_error = fields.Text(readonly=True)
    refused = fields.Text("Entries Refused", readonly=True)
    fetched_count = fields.Integer("Fetched", readonly=True)
    new_count = fields.Integer("New", readonly=True)
    known_count = fields.Integer("Already Known", readonly=True)
    changed_count = fields.Integer("Changed", readonly=True)
    ignored_count = fields.Integer("Ignored", readonly=True)
    refused_count = fields.Integer("Refused", readonly=True)
    imported_count = fields.Integer("Imported", readonly=True)
    failed_count = fields.Integer("Failed", readonly=True)
    deferred_count = fields.Integer("Postponed", readonly=True)

    _running = models.Index("(sync_id) WHERE status = 'running'")

    @api.depends("date_start", "date_end")
    def _compute_duration(self):
        for run in self:
            end = run.date_end or run.date_progress
            run.duration = (end - run.date_start).total_seconds() if end else 0.0

    # ------------------------------------------------------------
    # Life of a run
    # ------------------------------------------------------------

    @api.model
    def _start(self, sync):
        """Return the run that works for ``sync`` now: the scheduler's unfinished one, or a new one. Commits."""
        scheduled = bool(self.env.context.get("external_order_sync_scheduled"))
        running = self.search([("sync_id", "=", sync.id), ("status", "=", "running")])
        if scheduled and (unfinished := running.filtered("scheduled")[:1]):
            return unfinished
        now = fields.Datetime.now()
        for run in running.filtered(lambda run: run.date_progress < now - ABANDONED_AFTER):
            run.write({
                "status": "error",
                "date_end": run.date_progress,
                "message": self.env._("Interrupted. What it had received is imported by the runs after it."),
            })
        run = self.create({"sync_id": sync.id, "scheduled": scheduled})
        sync.next_sync_date = now + timedelta(minutes=sync.sync_interval)
        commit(self.env)
        return run

    def _execute(self):
        """Fetch, import, conclude. Returns early, still ``running``, when the time is up (see `commit_progress`)."""
        self.ensure_one()
        if not self.fetch_done and not self._guarded(self._fetch, "fetch_error"):
            return
        if self._guarded(self._import_orders, "import_error"):
            retrying(self.env, self._conclude)
            commit(self.env)

    def _guarded(self, step, error_field):
        """Call ``step``; what it raises is kept in ``error_field``, from where the status tells it.

        :return: what the step returns; ``True`` (this step is over) if it raised
        """
        try:
            return step()
        except UserError as error:
            message = str(error)
        except Exception as error:  # an extension may raise anything, and the status has to tell it
            if isinstance(error, psycopg2.Error) and self.env.cr.connection.closed:
                raise  # the database is gone, and with it the place to tell it
            _logger.exception("External Order Sync: %s: unexpected error", self.sync_id.name)
            message = self.env._(
                "Unexpected error (%(kind)s): %(error)s. The server log has the details.",
                kind=type(error).__name__,
                error=error,
            )
        rollback(self.env)
        self[error_field] = message
        commit(self.env)
        return True

    def _hand_over(self):
        """Let the scheduled action finish this run."""
        self.scheduled = True
        self.env.ref("external_order_sync.ir_cron_sync_external_orders")._trigger()

    # ------------------------------------------------------------
    # Fetching
    # ------------------------------------------------------------

    def _fetch(self):
        """Put what the feed has into the inbox, page by page.

        :return: whether it is done; ``False`` if the time is up
        """
        for entries in self.sync_id._iter_fetched_entries():
            retrying(self.env, lambda entries=entries: self._receive(entries))
            if commit_progress(self.env, len(entries)) <= 0 and not self.scheduled:
                return False
        self.fetch_done = True
        # Only now: every page before this line is committed.
        self.sync_id.fetch_cursor = self.date_start
        commit(self.env)
        return True

    def _receive(self, entries):
        received = self.env["external.order"]._receive(self.sync_id, entries, self.fetched_count)
        self.write({
            "fetched_count": self.fetched_count + len(entries),
            "new_count": self.new_count + received.new,
            "known_count": self.known_count + received.known,
            "changed_count": self.changed_count + received.changed,
            "ignored_count": self.ignored_count + received.ignored,
            "refused_count": self.refused_count + len(received.refused),
            "refused": "\n".join(filter(None, [self.refused, *received.refused[:FAILURES_NAMED]])) or False,
            "date_progress": fields.Datetime.now(),
        })

    # ------------------------------------------------------------
    # Importing
    # ------------------------------------------------------------

    def _import_orders(self):
        """Import what waits in the inbox, batch by batch.

        :return: whether all has been tried; ``False`` if the time is up
        """
        while True:
            try:
                processed = retrying(self.env, self._import_batch)
            except TRANSIENT_ERRORS as error:
                processed = self._defer_batch(error)
            seconds_left = commit_progress(self.env, processed)
            if not processed:
                return True
            if seconds_left <= 0:
                return False

    def _import_batch(self):
        """Import the next batch of orders that no other worker holds.

        :return: how many orders were tried
        """
        orders = self.env["external.order"]._claim(self.sync_id, BATCH_SIZE)
        if orders:
            self.import_error = orders._import(run=self)
            states = [order.state for order in orders]
            self.write({
                "imported_count": self.imported_count + states.count("done"),
                "failed_count": self.failed_count + states.count("failed"),
                "date_progress": fields.Datetime.now(),
            })
        return 0 if self.import_error else len(orders)

    def _defer_batch(self, error):
        """Postpone the orders that lost against other transactions time and again."""
        orders = self.env["external.order"]._claim(self.sync_id, BATCH_SIZE)
        orders._defer(error)
        self.deferred_count += len(orders)
        return len(orders)

    # ------------------------------------------------------------
    # Telling what happened
    # ------------------------------------------------------------

    def _conclude(self):
        self.ensure_one()
        now = fields.Datetime.now()
        problem = self.fetch_error or self.import_error or self.refused_count or self.failed_count
        if problem:
            status = "error"
        elif self.imported_count or self.new_count or self.changed_count:
            status = "success"
        else:
            status = "no_orders"
        message = self._get_message(status)
        self.write({"status": status, "message": message, "date_end": now, "date_progress": now})
        # The status is the run's; whoever started it need not be allowed to write the configuration.
        self.sync_id.sudo().write({
            "last_sync_date": now,
            "last_sync_status": status,
            "last_sync_message": message,
        })
        self.sync_id._update_attention_activity()
        log = _logger.warning if status == "error" else _logger.info
        log("External Order Sync: %s: %s", self.sync_id.name, message.replace("\n", " "))

    def _get_message(self, status):
        """Return what happened as sentences, the important ones first."""
        _ = self.env._
        parts = [self.fetch_error, self.import_error]
        if status == "no_orders":
            parts.append(_("No orders found to sync."))
        if self.imported_count:
            parts.append(_("%s orders imported.", self.imported_count))
        if self.failed_count:
            parts.append(_("%s orders failed:", self.failed_count))
            failed = self.env["external.order"].search(
                [("run_id", "=", self.id), ("state", "=", "failed")], limit=FAILURES_NAMED
            )
            parts += [_("Order %(order)s: %(reason)s", order=row.external_id, reason=row.error_message) for row in failed]
            if self.failed_count > FAILURES_NAMED:
                parts.append(_("… and %s more, see the failed orders.", self.failed_count - FAILURES_NAMED))
        if self.refused:
            parts.append(self.refused)
        if self.ignored_count:
            parts.append(_("%s orders ignored because of their status.", self.ignored_count))
        if self.changed_count:
            parts.append(_("%s orders came with other content.", self.changed_count))
        if self.deferred_count:
            parts.append(_("%s orders are tried again soon: the database was busy.", self.deferred_count))
        if self.known_count:
            parts.append(_("%s orders were already imported or known.", self.known_count))
        waiting = self.sync_id.pending_count
        if waiting and self.import_error:
            parts.append(_("%s orders wait.", waiting))
        return "\n".join(part for part in parts if part)

    def _get_notification(self):
        """Return the client action that tells the person who clicked what this run did."""
        self.ensure_one()
        running = self.status == "running"
        kind = {"success": "success", "error": "danger", "no_orders": "info", "running": "info"}[self.status]
        message = self.message
        if running:
            message = self.env._(
                "%(imported)s orders imported so far. The rest goes on in the background.", imported=self.imported_count
            )
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "title": self.sync_id.name,
                "type": kind,
                "message": message,
                "sticky": self.status == "error",
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    @api.autovacuum
    def _gc_runs(self):
        """Keep the runs of the last 30 days."""
        limit = fields.Datetime.now() - timedelta(days=30)
        old = self.search([("date_start", "<", limit), ("status", "!=", "running")], limit=10_000)
        old.unlink()
