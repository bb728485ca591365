import logging
import math
import time
from contextlib import closing
from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain

from ...tools.overrides import is_overridden
from ...tools.scheduling import bring_back, due_domain, plan_next_turn, quietly
from ...tools.transaction import ScheduledTurn, commit, commit_progress, retrying, rollback
from ...tools.worker_time import seconds_to_work
from .external_order_sync_run import UNFINISHED
from .sync_turn import RECHECK_SECONDS, SyncTurn

_logger = logging.getLogger(__name__)

# Synchronizations that become due join the turn for this many seconds. After that, they join only while one that began
# earlier has not finished: a feed that hangs delays only itself.
LONGEST_TURN = 100
# A synchronization that has finished may join the same turn again after this many seconds.
AGAIN_AFTER = 10
# None joins if this worker has fewer seconds left than this.
ENOUGH_TIME = 20


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
        cron = self.env["ir.cron"]
        with closing(SyncTurn()) as turn:
            is_done = self._take_turns(turn)
        if not is_done:
            # Odoo calls a job again when it has not finished, but only after a pause if it is not triggered.
            self.env["external.order.sync"]._get_cron()._trigger()
            cron._commit_progress(remaining=max(self._count_waiting(), 1))
            return
        # Closing comes last: it may end this process, and another turn begins then, which imports first.
        for step in (self._plan_next_runs, self.env["pos.session"]._close_due_external_sessions):
            self._run_step(step)
        cron._commit_progress(remaining=0)

    @api.model
    def _take_turns(self, turn):
        """Run what is due, one after the other, each until another one has something to do.

        :param SyncTurn turn:
        :return: whether all have finished; ``False`` if time ran out
        """
        started = checked = time.monotonic()
        finished = {}
        first = self._add_due(turn, finished)
        while True:
            if time.monotonic() - checked >= RECHECK_SECONDS:
                checked = time.monotonic()
                commit(self.env)  # to see what has become due
                is_young = checked - started < LONGEST_TURN
                if is_young or any(sync_id in turn for sync_id in first):
                    added = self._add_due(turn, finished)
                    first += added if is_young else []
                self._call_pushed(turn)
            if not len(turn):
                return True
            sync_id = turn.next()
            if not sync_id:
                commit(self.env)  # an open transaction would prevent vacuuming
                turn.wait()
                continue
            if self._run_one(self.env["external.order.sync"].browse(sync_id), turn):
                turn.remove(sync_id)
                finished[sync_id] = time.monotonic()
            elif not turn.is_downloading and commit_progress(ScheduledTurn().on(self).env) <= 0:
                return False

    @api.model
    def _add_due(self, turn, finished):
        """Let the synchronizations that are due join a turn.

        The longest waiting one goes first, so that a configuration with many orders does not hold up the others.

        :param dict finished: when those that have been in this turn already finished, by their IDs
        :return: the IDs of those that were added
        """
        if finished and seconds_to_work(ScheduledTurn().on(self).env) < ENOUGH_TIME:
            return []
        due = self.env["external.order.sync"].search(
            self._due_domain(fields.Datetime.now()), order="next_sync_date, id"
        )
        # A download that the process died in may be the cause.
        interrupted = self.search([("sync_id", "in", due.ids), ("status", "=", "running"), ("fetch_starts", ">", 0)])
        suspects = interrupted.filtered(lambda run: run.scheduled and not run._is_fetched()).sync_id
        added = [
            sync.id
            for sync in due
            if sync.id not in turn and time.monotonic() - finished.get(sync.id, -math.inf) > AGAIN_AFTER
        ]
        for sync in due.browse(added):
            turn.add(sync.id, is_suspect=sync in suspects)
        return added

    @api.model
    def _run_one(self, sync, turn):
        """Run one synchronization until it has finished, or another one has something to do.

        :return: whether it needs no other part of this turn
        """
        if not sync.exists().active:  # archived or deleted after the turn began
            return True
        if sync.state != "started" and not self.search_count(Domain("sync_id", "=", sync.id) & UNFINISHED, limit=1):
            return True  # paused meanwhile
        now = fields.Datetime.now()
        scheduled = ScheduledTurn().on(sync)
        # What an extension does before and after the synchronization must happen once, and at that time.
        if not is_overridden(sync, "sync_orders"):
            scheduled = turn.on(scheduled)
        try:
            scheduled.sync_orders()
        except Exception as error:  # from an extension or the database: continue with the other configurations
            if self.env.cr.connection.closed:
                raise
            rollback(self.env)
            if sync.exists():
                self._record_failure(sync, error)
        if not sync.exists():
            return True
        of_sync = Domain("sync_id", "=", sync.id)
        if run := self.search(of_sync & UNFINISHED, limit=1):
            return run._is_in_jobs()
        if not self.search_count(of_sync & Domain("date_progress", ">=", now), limit=1):
            # An extension skipped it, or it failed before it started: try again after its interval.
            sync.next_sync_date = now + timedelta(minutes=sync.sync_interval)
            commit(self.env)
        return True

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
        Sync = self.env["external.order.sync"]
        bring_back(Sync.search(Sync._get_scheduled_domain()))

    @api.model
    def _record_failure(self, sync, error):
        """Store the error that ended a run in the status, so that users see it and the other configurations run."""
        self._log_unexpected(sync, error)

        def record():
            # If it stayed in state running, it would be resumed first every time.
            runs = self.search(Domain("sync_id", "=", sync.id) & UNFINISHED)
            run = runs[:1] or self.create({"sync_id": sync.id, "scheduled": True})
            for_sync = run._for_reader(sync)
            for_sync._end_with_error(for_sync._describe_unexpected(error))
            (runs - run).write(
                {"status": "error", "message": run.message, "terms": run.terms, "date_end": run.date_end}
            )
            sync.next_sync_date = fields.Datetime.now() + timedelta(minutes=sync.sync_interval)

        self._run_step(lambda: retrying(self.env, record))

    @api.model
    def _due_domain(self, now):
        """Return the configurations that are due, have orders to retry or were sent some, if they are started.

        One with an unfinished run is due even if it is paused meanwhile: that run goes on.
        """
        due = Domain.OR(
            [
                due_domain(),
                [("order_ids", "any", [("state", "=", "pending"), ("next_attempt", "<=", now)])],
                [("push_ids", "any", [("waiting", "=", True)])],
            ]
        )
        started = self.env["external.order.sync"]._get_scheduled_domain()
        return (started & due) | (Domain("active", "=", True) & Domain("run_ids", "any", UNFINISHED))

    @api.model
    def _plan_next_runs(self):
        """Trigger the scheduled action for the next due synchronization, order retry or session closing."""
        now = fields.Datetime.now()
        Sync = self.env["external.order.sync"]
        syncs = Sync.search(Sync._get_scheduled_domain())
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
        times += self._get_times_to_check_jobs()
        plan_next_turn(syncs._get_cron(), times)
