import math
import time
from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain

from ...tools.exclusive import exclusive
from ...tools.queue_jobs import FULL_CHANNEL, ensure_job_function, find_jobs, has_queue
from ...tools.scheduling import SYNC_NOW_SECONDS
from ...tools.transaction import Deadline, ScheduledTurn, commit
from .external_order_sync_run import LOCK, UNFINISHED

# At most this many jobs import the orders of one synchronization; the channel's capacity says how many work at once.
JOBS = 8
# If a job has not started after this time, the queue is full or its runner does not run: the scheduler imports.
STALLED_AFTER = timedelta(minutes=2)
# Seconds until the next job of a run looks whether its helpers have finished.
PAUSE = 2


class ExternalOrderSyncRun(models.Model):
    """Where OCA's ``queue_job`` is installed, its jobs import what the scheduled action has downloaded.

    The first job of a run imports and concludes it, the others have parts of it (see `_work_on_part`). A job works for
    less than a minute; then the next one continues, so that no time limit ends it.
    """

    _inherit = "external.order.sync.run"

    def _import_in_jobs(self):
        """Let the queue's jobs import the orders of this run.

        :return: whether they do; ``False`` without ``queue_job``, in a job itself, or if the queue does not start them
        """
        if not has_queue(self.env) or not ScheduledTurn.current(self.env) or self._is_stalled():
            return False
        ensure_job_function(self.env, self.sync_id._name, "_import_in_job")
        batches = self._count_batches(self.sync_id)
        jobs = max(1, min(math.ceil(batches / 2), JOBS))  # the first one concludes the run
        for number in range(1, jobs + 1):
            self._enqueue(number)
        commit(self.env)
        return True

    def _is_in_jobs(self):
        """Return whether this run is left to the jobs of the queue."""
        if not has_queue(self.env) or not self._is_fetched() or self._is_stalled():
            return False
        return bool(self._find_jobs(["pending", "enqueued", "started"]))

    def _is_stalled(self):
        """Return whether a job of this run has been waiting for too long."""
        limit = fields.Datetime.now() - STALLED_AFTER
        return any(job.date_created < limit for job in self._find_jobs(["pending", "enqueued"]))

    def _find_jobs(self, states):
        return find_jobs(self.env, self._get_job_key(1), states)

    def _get_job_key(self, number):
        key = f"external_order_sync-{self.sync_id.id}"
        return key if number == 1 else f"{key}-{number}"

    def _enqueue(self, number, seconds=0):
        """Put a job into the queue, unless it is already waiting there."""
        self.sync_id.with_delay(
            channel=FULL_CHANNEL,
            identity_key=self._get_job_key(number),
            description=f"External Order Sync: {self.sync_id.name} ({number})",
            eta=seconds or None,
        )._import_in_job(number)

    def _run_job(self, number):
        """Work as a job of the queue; if time runs out, another one continues. Commits."""
        run = self._for_reader(self.sync_id)
        run = Deadline(time.monotonic() + SYNC_NOW_SECONDS).on(run)
        if number > 1:
            if not run._work_on_part():
                self._enqueue(number)
            return
        with exclusive(self.env, LOCK, run.id) as is_ours:
            if not is_ours:
                return
            run._count_interrupted()
            run._execute()
        if run.status == "running":
            self._enqueue(1, PAUSE)
        else:
            self._plan_next_runs()
        commit(self.env)

    @api.model
    def _get_times_to_check_jobs(self):
        """Return when the scheduler must look after the runs that are left to jobs."""
        if not has_queue(self.env) or not self.search_count(UNFINISHED, limit=1):
            return []
        return [fields.Datetime.now() + STALLED_AFTER + timedelta(seconds=10)]


class ExternalOrderSync(models.Model):
    _inherit = "external.order.sync"

    def _import_in_job(self, number):
        """A job of ``queue_job``: import the orders that the running synchronization has downloaded.

        :param int number: 1 for the job that also concludes it, more for those that help
        """
        run = self.env["external.order.sync.run"].search(Domain("sync_id", "=", self.id) & UNFINISHED, limit=1)
        if run and run._is_fetched() and self.active:
            run._run_job(number)
