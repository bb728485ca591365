import logging
import traceback
from datetime import timedelta

import psycopg2
from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL, unique

from ...tools.exclusive import exclusive
from ...tools.message_language import stored, with_reader
from ...tools.stored_text import text_of_error
from ...tools.transaction import (
    TRANSIENT_ERRORS,
    ScheduledTurn,
    commit,
    commit_interruption,
    commit_progress,
    limit_lock_waits,
    retrying,
    rollback,
)
from ..order_import.import_target import ClosedTargets
from .download import CONCLUDED, WAITING
from .sync_turn import SyncTurn

_logger = logging.getLogger(__name__)

BATCH_SIZE = 100
# The runs that the scheduled action goes on with.
UNFINISHED = Domain("status", "=", "running") & Domain("scheduled", "=", True)
# Name of the lock of a run, keyed by its ID. The process that works on the run holds it until it ends.
LOCK = "external_order_sync.external_order_sync_run"
FAILURES_NAMED = 20
# Record progress after at most this many already-known entries.
KNOWN_AT_MOST = 20_000
# Delete at most this many old runs at once.
VACUUM_BATCH = 10_000
# Orders that forget their deleted run in one transaction, which takes some seconds: a run may have 100,000.
ORDERS_RELEASED = 10_000
# Rows that a run found to wait for one of these reasons are left to the next run.
WAITING_REASONS = ("no_session", "waiting_for_order")


class ExternalOrderSyncRun(models.Model):
    """One run of a synchronization: fetch, then import, with the results."""

    _name = "external.order.sync.run"
    _description = "External Order Sync Run"
    _order = "id desc"
    _rec_name = "date_start"

    sync_id = fields.Many2one(
        "external.order.sync", "Synchronization", required=True, index=True, ondelete="cascade", readonly=True
    )
    company_id = fields.Many2one(related="sync_id.company_id", store=True, precompute=True)
    scheduled = fields.Boolean(readonly=True, help="Started by the scheduled action, not by a user.")
    status = fields.Selection(
        [("running", "Running"), ("success", "Success"), ("no_orders", "No Orders"), ("error", "Error")],
        required=True,
        default="running",
        readonly=True,
    )
    message = fields.Text("Message as Written", readonly=True)
    date_start = fields.Datetime("Started", default=fields.Datetime.now, required=True, readonly=True)
    date_end = fields.Datetime("Ended", readonly=True)
    date_progress = fields.Datetime(default=fields.Datetime.now, readonly=True)
    duration = fields.Float("Seconds", compute="_compute_duration", digits=(12, 1))

    fetch_starts = fields.Integer(readonly=True, help="Number of times its download was started.")
    fetch_done = fields.Boolean(readonly=True)
    fetch_error = fields.Text(readonly=True)
    feed_repeats = fields.Boolean(readonly=True, help="The feed sent a page again instead of the next one.")
    cursor_corrected = fields.Boolean(readonly=True, help="The time of the last download was in the future.")
    import_error = fields.Text(readonly=True)
    refused = fields.Text("Refused Entries", readonly=True)
    fetched_count = fields.Integer("Fetched", readonly=True)
    new_count = fields.Integer("New", readonly=True)
    known_count = fields.Integer("Already Known", readonly=True)
    changed_count = fields.Integer("Changed", readonly=True)
    ignored_count = fields.Integer("Ignored", readonly=True)
    refused_count = fields.Integer("Refused", readonly=True)
    ambiguous_count = fields.Integer("Several Orders, One ID", readonly=True)
    imported_count = fields.Integer("Imported", readonly=True)
    doubtful_count = fields.Integer("To Check", readonly=True)
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
    def _synchronize(self, sync):
        """Fetch and import for ``sync``, in a new run or the scheduler's unfinished one. Return the run. Commits.

        :return: the run; still ``running`` if time ran out (see `commit_progress`) and the scheduler will continue it
        """
        run = retrying(self.env, lambda: self._find_or_create(sync))
        with exclusive(self.env, LOCK, run.id) as is_ours:
            commit(self.env)  # not earlier: a visible run that no process holds counts as interrupted
            if is_ours:  # otherwise a job works on it, see `_import_in_jobs`
                run._count_interrupted()
                run._execute()
        return run

    def _count_interrupted(self):
        """Count what killed processes were importing. Commits."""
        attempts = self.env["external.order.attempt"]
        if retrying(self.env, lambda: attempts._count_interrupted(self.sync_id, self)):
            commit_interruption(self.env)

    @api.model
    def _find_or_create(self, sync):
        scheduled = bool(ScheduledTurn.current(self.env))
        if scheduled and (run := self.search(Domain("sync_id", "=", sync.id) & UNFINISHED)[:1]):
            turn = SyncTurn.current(self.env)
            if not (run._is_fetched() or (turn and turn.has_download(sync.id))):
                run.fetch_starts += 1
            return run
        self._end_interrupted(sync)
        if run := self._find_or_create_without_fetch(sync, scheduled):
            return run
        now = fields.Datetime.now()
        sync.next_sync_date = now + timedelta(minutes=sync.sync_interval)
        return self.create({"sync_id": sync.id, "scheduled": scheduled, "fetch_starts": 1})

    def _for_reader(self, sync):
        """Return these records with messages in the language of who starts ``sync``, or of its responsible user."""
        return self if self.env.lang else with_reader(self, sync._get_reader())

    def _execute(self):
        """Fetch, import and conclude. If time runs out (see `commit_progress`), leave the rest to the scheduler."""
        self.ensure_one()
        if self._import_pushed_meanwhile():
            return
        is_fetched = self._is_fetched() or self._guarded(self._fetch, "fetch_error")
        if is_fetched is WAITING:
            return
        if is_fetched is CONCLUDED:
            return
        if self.fetch_error:
            self._forget_position()
        if is_fetched and self._import_in_jobs():
            pass
        elif is_fetched and self._guarded(self._import_with_helpers, "import_error"):
            self._conclude_guarded()
        elif not self.scheduled:
            self._hand_over()
        if self._has_changes():
            self.env["external.order.attempt"]._end(self)
        commit(self.env)

    def _has_changes(self):
        """Return whether an order was received, changed or tried, so that more than this run is to be updated."""
        received = (self.new_count, self.changed_count, self.ignored_count, self.ambiguous_count)
        tried = (self.imported_count, self.failed_count, self.deferred_count)
        return any((self.import_error, *received, *tried, self._has_life()))

    def _guarded(self, step, error_field):
        """Call ``step`` and store its error in ``error_field``, which the status shows.

        :return: the result of the step, or ``True`` (finished) if it raised
        """
        try:
            return step()
        except UserError as error:
            message = text_of_error(error)
        except TRANSIENT_ERRORS as error:
            _logger.warning("External Order Sync: %s: database busy: %s", self.sync_id.name, type(error).__name__)
            message = stored(self.env)._("The database was too busy. The next run does the rest.")
        except Exception as error:  # an extension may raise anything, and the status must report it
            if isinstance(error, psycopg2.Error) and self.env.cr.connection.closed:
                raise  # the database is gone, so the error cannot be stored
            rollback(self.env)  # first: what follows reads the database
            self._log_unexpected(self.sync_id, error)
            message = self._describe_unexpected(error)
        rollback(self.env)
        self.write(self._prepare_texts(**{error_field: [message]}))
        commit(self.env)
        return True

    def _describe_unexpected(self, error):
        return stored(self.env)._(
            "Unexpected error (%(kind)s): %(error)s. See the server log for details.",
            kind=type(error).__name__,
            error=error,
        )

    @api.model
    def _log_unexpected(self, sync, error):
        details = "".join(traceback.format_exception(error))
        _logger.error("External Order Sync: %s: unexpected error\n%s", sync.name, sync._hide_key(details))

    def _hand_over(self):
        """Let the scheduled action finish this run."""
        self.write({"scheduled": True, "fetch_starts": 0})
        self.env.ref("external_order_sync.ir_cron_sync_external_orders")._trigger()

    def _prepare_counts(self, counts):
        """Return the values of this run with these numbers added to its counts.

        :param dict counts: by the names of its fields without ``_count``
        """
        return {f"{name}_count": self[f"{name}_count"] + count for name, count in counts.items() if count}

    # ------------------------------------------------------------
    # Fetching
    # ------------------------------------------------------------

    def _receive(self, entries, known, earlier, ambiguous):
        """Store entries of the feed, and count them and ``known`` ones that were not counted yet.

        :param set earlier: the ids of the rows that this download brought before
        :param set ambiguous: the ids of the rows with which it brought different orders before
        :return: the result; if all entries were known, nothing was stored, and they are not counted yet
        :rtype: Received
        """
        limit_lock_waits(self.env)
        received = self.env["external.order"]._receive(self.sync_id, entries, self.fetched_count + known, earlier)
        if received.known == len(entries) and known < KNOWN_AT_MOST:
            return received
        received.is_counted = True
        received.ambiguous.run_id = self
        counts = {**received.get_counts(), "fetched": known + len(entries), "known": known + received.known}
        refused = [*self._get_texts("refused"), *received.refused]
        self.write(
            {
                **self._prepare_counts(counts),
                **self._prepare_texts(refused=refused[:FAILURES_NAMED]),
                "ambiguous_count": len(ambiguous.union(received.ambiguous.ids)),
                "date_progress": fields.Datetime.now(),
            }
        )
        return received

    # ------------------------------------------------------------
    # Importing
    # ------------------------------------------------------------

    def _import_orders(self):
        """Import the pending orders of the inbox, batch by batch.

        :return: whether all orders were tried; ``False`` if time ran out, or another synchronization has its turn
        """
        import_batch = ClosedTargets().on(self)._import_batch
        turn = SyncTurn.current(self.env)
        while True:
            try:
                processed, is_full = retrying(self.env, import_batch)
            except TRANSIENT_ERRORS as error:
                processed, is_full = retrying(self.env, lambda error=error: self._defer_batch(error))
            # If no order was pending, there is nothing to commit.
            seconds_left = commit_progress(self.env, processed) if processed or self.import_error else 0
            if not processed:
                return True
            if seconds_left <= 0 or (is_full and turn and turn.has_others(self.sync_id.id)):
                return False

    def _import_batch(self):
        """Import the next batch of orders that no other worker holds.

        :return: the number of orders that were tried, 0 if no session can take any of the pending ones; and whether
            more may be waiting, which did not fit into the batch
        :rtype: tuple[int, bool]
        """
        limit_lock_waits(self.env)
        whole = self.part_of_id or self
        if whole == self:
            self._take_pushes()
        if tried := self._book_changes():
            return tried, False
        orders = self.env["external.order"]._claim(self.sync_id, BATCH_SIZE, whole)
        problems = []
        if orders:
            self.env["external.order.attempt"]._begin(self, orders)
            problems = orders._import(run=whole)
            self.write(
                {
                    **self._prepare_texts(import_error=unique([*self._get_texts("import_error"), *problems])),
                    **self._prepare_counts(orders._count_results()),
                    "date_progress": fields.Datetime.now(),
                }
            )
        all_wait = problems and all(order.error_code in WAITING_REASONS for order in orders)
        is_stuck = all_wait and not self.sync_id._has_several_targets()
        return (0 if is_stuck else len(orders)), orders._is_full_batch(BATCH_SIZE)

    def _defer_batch(self, error):
        """Postpone the orders that repeatedly conflicted with other transactions; return as `_import_batch`."""
        orders = self.env["external.order"]._claim(self.sync_id, BATCH_SIZE, self.part_of_id or self)
        orders._defer(error)
        self.deferred_count += len(orders)
        return len(orders), orders._is_full_batch(BATCH_SIZE)

    @api.autovacuum
    def _gc_runs(self):
        """Keep the runs of the last 30 days."""
        limit = fields.Datetime.now() - timedelta(days=30)
        old = self.search([("date_start", "<", limit), ("status", "!=", "running")], limit=VACUUM_BATCH)
        if released := old._release_orders():
            return released, True
        count = len(old)
        old.unlink()
        return count, count == VACUUM_BATCH  # Odoo calls again while there are more

    def _release_orders(self):
        """Let some orders of these runs forget them, and return their number; 0 if the runs have few orders left.

        PostgreSQL would do so for all orders at once when the runs are deleted.
        """
        orders = self.env["external.order"]
        orders.flush_model(["run_id"])
        query = orders._search([("run_id", "in", self.ids)], limit=ORDERS_RELEASED)
        released = self.env.execute_query(
            SQL("UPDATE external_order SET run_id = NULL WHERE id IN (%s) RETURNING id", query.select())
        )
        orders.invalidate_model(["run_id"])
        return len(released) if len(released) == ORDERS_RELEASED else 0
