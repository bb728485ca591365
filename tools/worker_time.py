"""The time limit of this worker. Beyond it, Odoo kills the process or restarts the server without warning."""

import math
import threading
import time

from odoo.addons.base.models.ir_cron import MIN_TIME_PER_JOB
from odoo.tools import config

from .transaction import ScheduledTurn

# The share of the limit that is reserved for later steps: storing, importing and reporting.
RESERVE = 0.25


def seconds_to_work(env):
    """Return how many seconds a long step may still take so that it ends well before Odoo's limit.

    The result may be negative, and is infinite without a limit, for example in a shell.
    """
    is_scheduled = bool(ScheduledTurn.current(env))
    limit, started = _get_limit(is_scheduled), _get_start(env, is_scheduled)
    if not limit or started is None:
        return math.inf
    return limit * (1 - RESERVE) - (time.monotonic() - started)


def should_wait(env, seconds):
    """Return whether a step of about this many seconds should rather begin in another job, with all its time.

    A step that fits into no job waits until a job has half of its time left.
    """
    limit = _get_limit(bool(ScheduledTurn.current(env)))
    if not limit:
        return False
    most = limit * (1 - RESERVE)
    return seconds_to_work(env) < (seconds if seconds < 0.9 * most else most / 2)


def get_limits():
    """Return the limits of the scheduled actions of this server as one text, to see whether they have changed."""
    names = ("limit_time_real", "limit_time_real_cron", "limit_time_cpu", "limit_memory_hard")
    return ", ".join(f"{name} = {config[name]}" for name in names)


def _get_limit(is_scheduled):
    """Return the seconds after which Odoo ends this worker, None if never (see odoo/service/server.py)."""
    limit = config["limit_time_real"] or None
    of_cron = config["limit_time_real_cron"]
    if not is_scheduled or of_cron < 0:
        return limit
    if of_cron:
        return of_cron
    return None if config["workers"] else limit  # for threads, 0 means "not set"


def _get_start(env, is_scheduled):
    """Return the start time of the limit (monotonic), or None if unknown."""
    if started := getattr(threading.current_thread(), "start_time", None):  # threads of requests and of the scheduler
        return time.monotonic() - (time.time() - started)
    if is_scheduled and (end := env.context.get("cron_end_time")):  # workers of the scheduler: the job's own start
        return end - MIN_TIME_PER_JOB
    return None
