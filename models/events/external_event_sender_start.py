from datetime import timedelta

from odoo import api, fields, models

from ...tools.queue_jobs import FULL_CHANNEL, ensure_job_function, find_jobs, has_queue
from ...tools.transaction import ScheduledTurn, commit

JOB_KEY = "external_order_sync-events"
# If a job has not started after this time, the queue is full or its runner does not run: the scheduler sends.
STALLED_AFTER = timedelta(minutes=2)
# Seconds after which a job looks again whether another one, which is sending, has ended.
PAUSE = 5


class ExternalEventSubscription(models.Model):
    """Starts the sender: in Odoo's scheduler or, where OCA's ``queue_job`` is installed, in a job of its queue."""

    _inherit = "external.event.subscription"

    @api.model
    def _cron_send(self):
        """Send the events that are due to their subscribers, or leave that to a job."""
        if not self._send_in_queue():
            ScheduledTurn().on(self.env["external.event.sender"])._work()

    @api.model
    def _send_in_queue(self):
        """Put a job into the queue unless it is waiting there. Return whether the queue sends."""
        if not has_queue(self.env):
            return False
        limit = fields.Datetime.now() - STALLED_AFTER
        if any(job.date_created < limit for job in find_jobs(self.env, JOB_KEY, ["pending", "enqueued"])):
            return False
        if not self.env["external.event.sender"]._is_anything_due():
            return True
        ensure_job_function(self.env, self._name, "_send_in_job")
        self._enqueue()
        # If it does not start, the scheduler notices.
        self._get_cron()._trigger(at=fields.Datetime.now() + STALLED_AFTER)
        commit(self.env)
        return True

    @api.model
    def _enqueue(self, seconds=0):
        self.with_delay(
            channel=FULL_CHANNEL,
            identity_key=JOB_KEY,
            description="External Order Sync: events",
            eta=seconds or None,
        )._send_in_job()

    @api.model
    def _send_in_job(self):
        """A job of ``queue_job``: send the events that are due."""
        if not self.env["external.event.sender"]._work():
            self._enqueue(PAUSE)
