"""The time limit of this worker. Beyond it, Odoo kills the process or restarts the server without warning."""

import math
import re
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
    """Return the limits that count for the scheduled actions of this server as one text."""
    names = (
        _get_limit_name(is_scheduled=True),
        *(["limit_time_cpu"] if config["workers"] else []),
        "limit_memory_hard",
    )
    return ", ".join(f"{name} = {config[name]}" for name in names)


def is_higher(limits, others):
    """Return whether one of these limits is higher than among others; no limit is the highest.

    :param str limits: what `get_limits` returned; as are the others
    """
    limits, others = _read_limits(limits), _read_limits(others)
    return any(limits[name] > others[name] for name in limits.keys() & others.keys())


def _read_limits(text):
    """Return {name of a limit: its value} of a text, the time limit that counts as ``limit_time_real``."""
    limits = {name: int(value) for name, value in re.findall(r"\b(\w+) = (-?\d+)", text)}
    of_cron = limits.pop("limit_time_real_cron", -1)
    # An earlier release wrote both, whichever counted.
    if of_cron > 0 or (of_cron == 0 and "limit_time_real" not in limits):
        limits["limit_time_real"] = of_cron
    return {name: value if value > 0 else math.inf for name, value in limits.items()}


def _get_limit(is_scheduled):
    """Return the seconds after which Odoo ends this worker, None if never."""
    return config[_get_limit_name(is_scheduled)] or None


def _get_limit_name(is_scheduled):
    """Return the name of the time limit that counts (see odoo/service/server.py)."""
    of_cron = config["limit_time_real_cron"]
    if not is_scheduled or of_cron < 0:
        return "limit_time_real"
    return "limit_time_real_cron" if of_cron or config["workers"] else "limit_time_real"  # for threads, 0: not set


def _get_start(env, is_scheduled):
    """Return the start time of the limit (monotonic), or None if unknown."""
    if started := getattr(threading.current_thread(), "start_time", None):  # threads of requests and of the scheduler
        return time.monotonic() - (time.time() - started)
    if is_scheduled and (end := env.context.get("cron_end_time")):  # workers of the scheduler: the job's own start
        return end - MIN_TIME_PER_JOB
    return None
