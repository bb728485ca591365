import time
from collections import Counter
from contextlib import contextmanager

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import unique

from ...tools.exclusive import exclusive
from ...tools.transaction import ScheduledTurn, commit, retrying
from .external_order_batch import BATCH_LINES
from .external_order_sync_run import BATCH_SIZE, LOCK, UNFINISHED, WAITING_REASONS
from .sync_turn import HELPERS_SECONDS, SyncTurn

# Other workers are called if more batches are waiting than one worker imports in a few seconds.
WORTH_HELP = 2
# Not more than this many batches of orders are counted.
BATCHES_COUNTED = 20
# What the scheduled actions of the helping workers call, however many of them there are.
HELPER_CODE = "model._cron_help_import()"
# A run waits this many seconds for the last batches of its helpers before it lets the scheduler go on.
PATIENCE = 30


class ExternalOrderSyncRun(models.Model):
    """Several workers import the orders of one run: each helper has a part of the run, which counts its results.

    A part is an archived run without a separate status; the process that works on it holds its lock. When the run
    ends, it adds up its parts and deletes them.
    """

    _inherit = "external.order.sync.run"

    active = fields.Boolean(
        default=True, readonly=True, help="Switched off for the part of a run that another worker imports."
    )
    part_of_id = fields.Many2one("external.order.sync.run", readonly=True, ondelete="cascade", index="btree_not_null")

    # The run

    def _import_with_helpers(self):
        """Import the pending orders together with other workers that have time.

        :return: whether all orders were tried; ``False`` if time ran out, or another synchronization has its turn
        """
        if not self.scheduled:  # a user waits for what this worker does
            return self._import_orders()
        if ScheduledTurn.current(self.env):
            self._call_helpers()
        if not self._import_orders() or not self._wait_for_helpers():
            return False
        if self._get_parts():
            self._count_interrupted()
            if not self._import_orders():  # what a killed helper left
                return False
            retrying(self.env, self._add_up_parts)
            commit(self.env)
        return True

    @api.model
    def _call_helpers(self):
        """Trigger the scheduled actions of the helping workers if that is worth it."""
        turn = SyncTurn.current(self.env)
        if (turn and turn.has_called_helpers) or self._count_batches() <= WORTH_HELP:
            return
        for cron in self._get_helping_crons():
            cron._trigger()
        commit(self.env)
        if turn:
            turn.has_called_helpers = True

    @api.model
    def _count_waiting(self, sync=None):
        """Return the number of orders that could be imported now, of one synchronization or of all; it is bounded."""
        limit = BATCHES_COUNTED * BATCH_SIZE
        return self.env["external.order"].search_count(self._get_waiting_domain(sync), limit=limit)

    @api.model
    def _count_batches(self, sync=None):
        """Return about how many batches these orders are, see `_count_waiting`.

        :rtype: float
        """
        inbox = self.env["external.order"]
        waiting = inbox._search(self._get_waiting_domain(sync), limit=BATCHES_COUNTED * BATCH_SIZE)
        [(orders, lines)] = inbox._read_group([("id", "in", waiting)], [], ["__count", "line_count:sum"])
        return max(orders / BATCH_SIZE, (lines or 0) / BATCH_LINES)

    @api.model
    def _get_waiting_domain(self, sync):
        now = fields.Datetime.now()
        is_ready = Domain("error_code", "not in", WAITING_REASONS) & (
            Domain("next_attempt", "=", False) | Domain("next_attempt", "<=", now)
        )
        of_sync = Domain("sync_id", "=", sync.id) if sync else Domain.TRUE
        return Domain("state", "=", "pending") & is_ready & of_sync

    @api.model
    def _get_helping_crons(self):
        model = self.env["ir.model"]._get("external.order.sync")
        of_helpers = [("ir_actions_server_id.model_id", "=", model.id), ("ir_actions_server_id.code", "=", HELPER_CODE)]
        return self.env["ir.cron"].search(of_helpers)

    def _get_parts(self):
        return self.with_context(active_test=False).search([("part_of_id", "in", self.ids)]).with_env(self.env)

    def _get_parts_at_work(self):
        """Return the parts that a living process works on."""
        of_runs = Domain("part_of_id", "in", self.ids)
        return self.with_context(active_test=False)._search_by_life(of_runs, is_alive=True).with_env(self.env)

    def _wait_for_helpers(self):
        """Wait until no helper works on a part of this run. Return whether that is so."""
        turn, start = SyncTurn.current(self.env), time.monotonic()
        while self._get_parts_at_work():
            if (turn and turn.has_others(self.sync_id.id)) or time.monotonic() - start > PATIENCE:
                if turn:
                    turn.wait_for_helpers(self.sync_id.id)
                return False
            commit(self.env)  # to see what the others commit
            time.sleep(HELPERS_SECONDS)
        return True

    def _add_up_parts(self):
        """Add what the helpers counted to this run, and delete their parts."""
        parts = self._get_parts()
        counts = [name for name, field in self._fields.items() if name.endswith("_count") and field.type == "integer"]
        problems = [text for run in (self, *parts) for text in run._get_texts("import_error")]
        totals = {name: self[name] + sum(parts.mapped(name)) for name in counts}
        self.write({**totals, **self._prepare_texts(import_error=unique(problems))})
        parts.unlink()

    def _get_totals(self, *names):
        """Return {name of a count: the count of this run with all its parts}."""
        runs = self | self._get_parts()
        return {name: sum(runs.mapped(name)) for name in names}

    # The helpers

    @api.model
    def _help(self):
        """Import orders for the runs that are at work. Return whether none is left; ``False`` if time ran out."""
        while run := self._find_run_to_help():
            if not run._for_reader(run.sync_id)._work_on_part():
                return False
        return True

    @api.model
    def _find_run_to_help(self):
        """Return a run with orders that nobody imports, those with the fewest helpers first."""
        runs = self.search(UNFINISHED, order="id")
        helpers = Counter(part.part_of_id for part in runs._get_parts_at_work())
        for run in runs.sorted(lambda run: helpers[run]):
            # Look at more than one order: the first ones are being imported.
            if run._is_fetched() and self.env["external.order"]._claim(run.sync_id, BATCH_SIZE, run):
                return run
        return self.browse()

    def _work_on_part(self):
        """Import orders of this run as a helper. Return whether none is left; ``False`` if time ran out. Commits."""
        with self._taking_part() as part:
            part._count_interrupted()
            is_done = part._guarded(part._import_orders, "import_error")
            self.env["external.order.attempt"]._end(part)
            commit(self.env)
            retrying(self.env, part._end_part)
            commit(self.env)
        return is_done

    @contextmanager
    def _taking_part(self):
        """Yield a part of this run on which nobody else works, within the block."""
        commit(self.env)
        for part in self._get_parts():
            with exclusive(self.env, LOCK, part.id) as is_ours:
                if is_ours:
                    part.date_progress = fields.Datetime.now()
                    commit(self.env)
                    yield part
                    return
        part = self.create({"sync_id": self.sync_id.id, "part_of_id": self.id, "active": False})
        with exclusive(self.env, LOCK, part.id):
            commit(self.env)
            yield part

    def _end_part(self):
        """Leave the results to the run. If it has ended meanwhile, this part becomes a run."""
        if self.part_of_id.status == "running":
            return
        if not self._has_changes():
            self.unlink()
            return
        self.write({"active": True, "part_of_id": False, "scheduled": True})
        self._conclude()
