import logging
from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain

from ...tools.scheduling import bring_back, due_domain, plan_next_turn, quietly
from ...tools.transaction import ScheduledTurn, commit, retrying, rollback

_logger = logging.getLogger(__name__)


class ExternalOrderSyncRun(models.Model):
    """When it is time for a run: the scheduled action."""

    _inherit = "external.order.sync.run"

    @api.model
    def _run_due(self):
        """Run every configuration that is due, in slices: the scheduler calls again while something remains."""
        for step in (self._end_interrupted, self._bring_back_plans):
            with quietly(self.env, "the scheduled action"):
                step()
        commit(self.env)
        cron, now = self.env["ir.cron"], fields.Datetime.now()
        # The one that waits longest goes first, so that none waits for the many orders of another.
        for sync in self.env["external.order.sync"].search(self._due_domain(now), order="next_sync_date, id"):
            try:
                ScheduledTurn().on(sync).sync_orders()
            except Exception as error:  # of an extension, or of the database: the other configurations have their turn
                if self.env.cr.connection.closed:
                    raise
                rollback(self.env)
                self._record_failure(sync, error)
            of_sync = Domain("sync_id", "=", sync.id)
            if self.search_count(of_sync & Domain("status", "=", "running") & Domain("scheduled", "=", True), limit=1):
                cron._commit_progress(remaining=max(sync.pending_count, 1))
                return
            if not self.search_count(of_sync & Domain("date_progress", ">=", now), limit=1):
                # An extension passed over it, or it broke before it began: it has its turn again in its interval.
                sync.next_sync_date = now + timedelta(minutes=sync.sync_interval)
                commit(self.env)
        for step in (self.env["pos.session"]._close_due_external_sessions, self._plan_next_runs):
            self._run_step(step)
        cron._commit_progress(remaining=0)

    @api.model
    def _run_step(self, step):
        """Do a step that commits by itself; it must not keep the others from being done, nor the job from going on."""
        try:
            step()
            commit(self.env)
        except Exception:  # nothing of it belongs to one configuration, so only the log can say it
            if self.env.cr.connection.closed:
                raise
            rollback(self.env)
            _logger.exception("External Order Sync: the scheduled action: unexpected error")

    @api.model
    def _bring_back_plans(self):
        bring_back(self.env["external.order.sync"].search([("active", "=", True)]))

    @api.model
    def _record_failure(self, sync, error):
        """Make what ended the run of a configuration its status, so that a person sees it and the others go on."""
        self._log_unexpected(sync, error)

        def record():
            # Left running, it would be taken up first in every turn.
            runs = self.search([("sync_id", "=", sync.id), ("status", "=", "running"), ("scheduled", "=", True)])
            run = runs[:1] or self.create({"sync_id": sync.id, "scheduled": True})
            for_sync = run._for_reader(sync)
            for_sync._end_with_error(sync._hide_key(for_sync._describe_unexpected(error)))
            (runs - run).write({"status": "error", "message": run.message, "date_end": run.date_end})
            sync.next_sync_date = fields.Datetime.now() + timedelta(minutes=sync.sync_interval)

        self._run_step(lambda: retrying(self.env, record))

    @api.model
    def _due_domain(self, now):
        """Active configurations whose time has come, with an unfinished scheduled run, or with orders to retry."""
        return Domain.OR(
            [
                due_domain(),
                [("run_ids", "any", [("status", "=", "running"), ("scheduled", "=", True)])],
                [("order_ids", "any", [("state", "=", "pending"), ("next_attempt", "<=", now)])],
            ]
        )

    @api.model
    def _plan_next_runs(self):
        """Have the scheduler come back when a sync is due, an order to be retried or a session to be closed."""
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
