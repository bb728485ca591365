import logging
from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain

from ...tools.scheduling import bring_back, due_domain, plan_next_turn, quietly
from ...tools.transaction import ScheduledTurn, commit, retrying, rollback

_logger = logging.getLogger(__name__)


class ExternalOrderSyncRun(models.Model):
    """The scheduled action: which runs are due, and when to come back."""

    _inherit = "external.order.sync.run"

    @api.model
    def _run_due(self):
        """Run every due configuration, in slices: the scheduler calls again while work remains."""
        for step in (self._end_interrupted, self._bring_back_plans):
            with quietly(self.env, "the scheduled action"):
                step()
        commit(self.env)
        cron, now = self.env["ir.cron"], fields.Datetime.now()
        # The longest waiting one goes first, so that a configuration with many orders does not hold up the others.
        for sync in self.env["external.order.sync"].search(self._due_domain(now), order="next_sync_date, id"):
            try:
                ScheduledTurn().on(sync).sync_orders()
            except Exception as error:  # from an extension or the database: continue with the other configurations
                if self.env.cr.connection.closed:
                    raise
                rollback(self.env)
                self._record_failure(sync, error)
            of_sync = Domain("sync_id", "=", sync.id)
            if self.search_count(of_sync & Domain("status", "=", "running") & Domain("scheduled", "=", True), limit=1):
                cron._commit_progress(remaining=max(sync.pending_count, 1))
                return
            if not self.search_count(of_sync & Domain("date_progress", ">=", now), limit=1):
                # An extension skipped it, or it failed before it started: try again after its interval.
                sync.next_sync_date = now + timedelta(minutes=sync.sync_interval)
                commit(self.env)
        for step in (self.env["pos.session"]._close_due_external_sessions, self._plan_next_runs):
            self._run_step(step)
        cron._commit_progress(remaining=0)

    @api.model
    def _run_step(self, step):
        """Run a step that commits by itself. Its errors must not stop the other steps or the job."""
        try:
            step()
            commit(self.env)
        except Exception:  # it belongs to no single configuration, so it can only be logged
            if self.env.cr.connection.closed:
                raise
            rollback(self.env)
            _logger.exception("External Order Sync: the scheduled action: unexpected error")

    @api.model
    def _bring_back_plans(self):
        bring_back(self.env["external.order.sync"].search([("active", "=", True)]))

    @api.model
    def _record_failure(self, sync, error):
        """Store the error that ended a run in the status, so that users see it and the other configurations run."""
        self._log_unexpected(sync, error)

        def record():
            # If it stayed in state running, it would be resumed first every time.
            runs = self.search([("sync_id", "=", sync.id), ("status", "=", "running"), ("scheduled", "=", True)])
            run = runs[:1] or self.create({"sync_id": sync.id, "scheduled": True})
            for_sync = run._for_reader(sync)
            for_sync._end_with_error(sync._hide_key(for_sync._describe_unexpected(error)))
            (runs - run).write({"status": "error", "message": run.message, "date_end": run.date_end})
            sync.next_sync_date = fields.Datetime.now() + timedelta(minutes=sync.sync_interval)

        self._run_step(lambda: retrying(self.env, record))

    @api.model
    def _due_domain(self, now):
        """Return active configurations that are due, have an unfinished scheduled run, or have orders to retry."""
        return Domain.OR(
            [
                due_domain(),
                [("run_ids", "any", [("status", "=", "running"), ("scheduled", "=", True)])],
                [("order_ids", "any", [("state", "=", "pending"), ("next_attempt", "<=", now)])],
                [("push_ids", "any", [("waiting", "=", True)])],
            ]
        )

    @api.model
    def _plan_next_runs(self):
        """Trigger the scheduled action for the next due synchronization, order retry or session closing."""
        now = fields.Datetime.now()
        syncs = self.env["external.order.sync"].search([("active", "=", True)])
        times = [sync.next_sync_date for sync in syncs]
        times += (
            self.env["external.order"]
            .search(
                [("sync_id", "in", syncs.ids), ("state", "=", "pending"), ("next_attempt", ">", now)],
                order="next_attempt",
                limit=1,
            )
            .mapped("next_attempt")
        )
        times += self.env["pos.session"]._get_next_external_closings()
        plan_next_turn(syncs._get_cron(), times)
