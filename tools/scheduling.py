"""Timing of the scheduled actions.

Each record has a ``next_sync_date``, which may be earlier than the action's next regular run.
"""

import logging
from contextlib import contextmanager
from datetime import timedelta

from dateutil.relativedelta import relativedelta
from odoo import fields
from odoo.fields import Domain

_logger = logging.getLogger(__name__)

# Scheduled jobs start slightly early or late, so records that are due within this time run now.
DUE_TOLERANCE = timedelta(seconds=30)
# Sync Now works for this long and leaves the rest to the scheduled action (a web worker's limit is 120 s).
SYNC_NOW_SECONDS = 45


def due_domain():
    """Return the domain of records that are due or have no planned time."""
    now = fields.Datetime.now()
    return Domain("next_sync_date", "=", False) | Domain("next_sync_date", "<=", now + DUE_TOLERANCE)


def plan_next_turn(cron, times):
    """Trigger the scheduled action for the earliest of these times, unless its regular run is earlier.

    :param cron: the ``ir.cron``
    :param list times: naive UTC; a past time or ``False`` means immediately
    """
    now = fields.Datetime.now()
    soonest = min((max(time or now, now) for time in times), default=None)
    if soonest and soonest < now + relativedelta(**{cron.interval_type: cron.interval_number}):
        cron._trigger(at=soonest)


@contextmanager
def quietly(env, step):
    """Log exceptions of the block instead of raising them, and roll back its changes.

    Use this for steps of a scheduled action that must not stop the next ones. Loss of the database is still raised.

    :param str step: the name of the block in the log
    """
    try:
        with env.cr.savepoint():
            yield
    except Exception:
        if env.cr.connection.closed:
            raise
        _logger.exception("External Order Sync: %s: unexpected error", step)


def bring_back(records):
    """Make records due now if they are planned later than their interval allows, because the clock was wrong."""
    now = fields.Datetime.now()
    for record in records:
        if record.next_sync_date and record.next_sync_date > now + timedelta(minutes=record.sync_interval):
            record.next_sync_date = now
