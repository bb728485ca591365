"""How long Odoo lets this worker live: beyond its time limit a process is killed, or its server restarted, without
another word."""

import math
import threading
import time

from odoo.addons.base.models.ir_cron import MIN_TIME_PER_JOB
from odoo.tools import config

from .transaction import ScheduledTurn

# The part of the limit that is kept for what follows: storing, importing, and saying how it went.
RESERVE = 0.25


def seconds_to_work(env):
    """Return how many seconds a long step of this worker may still take so that it ends well before Odoo's limit.

    It may be negative, and is infinite where there is no limit, as in a shell.
    """
    is_scheduled = bool(ScheduledTurn.current(env))
    limit, started = _get_limit(is_scheduled), _get_start(env, is_scheduled)
    if not limit or started is None:
        return math.inf
    return limit * (1 - RESERVE) - (time.monotonic() - started)


def _get_limit(is_scheduled):
    """Return the seconds after which this worker is ended, None if never, as odoo/service/server.py has it."""
    limit = config["limit_time_real"] or None
    of_cron = config["limit_time_real_cron"]
    if not is_scheduled or of_cron < 0:
        return limit
    if of_cron:
        return of_cron
    return None if config["workers"] else limit  # threads take 0 for "not set"


def _get_start(env, is_scheduled):
    """Return since when the limit counts (monotonic), None if it is not known."""
    if started := getattr(threading.current_thread(), "start_time", None):  # threads of requests and of the scheduler
        return time.monotonic() - (time.time() - started)
    if is_scheduled and (end := env.context.get("cron_end_time")):  # workers of the scheduler: the job's own start
        return end - MIN_TIME_PER_JOB
    return None
