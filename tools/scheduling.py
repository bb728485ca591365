"""When the scheduled actions work: their records are due by a ``next_sync_date`` of their own, which may be sooner than
the action's next regular turn."""

import logging
from contextlib import contextmanager
from datetime import timedelta

from dateutil.relativedelta import relativedelta
from odoo import fields
from odoo.fields import Domain

_logger = logging.getLogger(__name__)

# A job of the scheduler starts a little before or after its minute: what is due within this time runs now.
DUE_TOLERANCE = timedelta(seconds=30)
# How long Sync Now works before it hands what is left to the scheduled action (a web worker's own limit is 120 s).
SYNC_NOW_SECONDS = 45


def due_domain():
    """Return the domain of records whose time has come, or for which none was planned."""
    now = fields.Datetime.now()
    return Domain("next_sync_date", "=", False) | Domain("next_sync_date", "<=", now + DUE_TOLERANCE)


def plan_next_turn(cron, times):
    """Have the scheduler come back for the soonest of these times, unless the job's regular turn is sooner.

    :param cron: the ``ir.cron``
    :param list times: naive UTC; one that has passed, or ``False``, means at once
    """
    now = fields.Datetime.now()
    soonest = min((max(time or now, now) for time in times), default=None)
    if soonest and soonest < now + relativedelta(**{cron.interval_type: cron.interval_number}):
        cron._trigger(at=soonest)


@contextmanager
def quietly(env, step):
    """Log what the block raises instead of raising it, and undo what the block has written.

    For steps of a scheduled action after which others follow. The loss of the database is raised all the same.

    :param str step: what the log calls the block
    """
    try:
        with env.cr.savepoint():
            yield
    except Exception:
        if env.cr.connection.closed:
            raise
        _logger.exception("External Order Sync: %s: unexpected error", step)


def bring_back(records):
    """Let records be due now whose plan lies further ahead than their interval: a clock was wrong when it was made."""
    now = fields.Datetime.now()
    for record in records:
        if record.next_sync_date and record.next_sync_date > now + timedelta(minutes=record.sync_interval):
            record.next_sync_date = now
