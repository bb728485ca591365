"""Commits of a synchronization, and retries after conflicts.

After a conflict between transactions, Odoo retries an HTTP request, but not a scheduled action or a single batch.
"""

import logging
import math
import random
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass

from odoo import modules
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY
from odoo.tools import SQL
from psycopg2 import errors

from .private_context import PrivateContext

# A unique violation can mean a row of another worker that our snapshot cannot see, but the next one can.
TRANSIENT_ERRORS = (*PG_CONCURRENCY_EXCEPTIONS_TO_RETRY, errors.UniqueViolation)
ATTEMPTS = 6
# A statement waits for another transaction at most this many seconds; see `limit_lock_waits`.
LOCK_SECONDS = 4

_this_thread = threading.local()


class _RepeatedConflicts(logging.Filter):
    """Keeps conflicts of work that is repeated out of the log.

    They are not errors, and Odoo logs a failed statement with its values: those that store orders contain all that is
    known of their customers. If the last attempt fails too, its exception says so without them.
    """

    def filter(self, record):
        """Return whether this is to be logged."""
        is_repeated = getattr(_this_thread, "is_repeated", False)
        return not (is_repeated and any(isinstance(argument, TRANSIENT_ERRORS) for argument in record.args or ()))


logging.getLogger("odoo.sql_db").addFilter(_RepeatedConflicts())


@contextmanager
def conflicts_repeated():
    """Say that the caller repeats the work of this block, or gives it up with a word, after a conflict."""
    before = getattr(_this_thread, "is_repeated", False)
    _this_thread.is_repeated = True
    try:
        yield
    finally:
        _this_thread.is_repeated = before


@dataclass(frozen=True)
class Deadline(PrivateContext):
    """In the context: the time at which work must stop, by ``time.monotonic()``."""

    KEY = "external_order_sync_deadline"

    time: float


@dataclass(frozen=True)
class ScheduledTurn(PrivateContext):
    """In the context: the work runs in a scheduled action, whose progress Odoo tracks."""

    KEY = "external_order_sync_scheduled"


def commit(env):
    """Commit the work done so far. In a test, whose transaction is rolled back at the end, only flush it."""
    if modules.module.current_test:
        env.flush_all()
    else:
        env.cr.commit()


def rollback(env):
    """Roll back uncommitted changes. A test keeps its transaction, because its steps use savepoints."""
    if modules.module.current_test:
        env.clear()
    else:
        env.cr.rollback()


def commit_progress(env, processed=0):
    """Commit, and report the progress if a scheduled action runs this.

    :param int processed: number of items processed since the last call
    :return: the remaining seconds, ``float("inf")`` without a limit
    :rtype: float
    """
    seconds = float("inf")
    # A client could also put the ID of another job's progress into the context.
    if ScheduledTurn.current(env) and env.context.get("ir_cron_progress_id"):
        seconds = env["ir.cron"]._commit_progress(processed)
    else:
        commit(env)
    if deadline := Deadline.current(env):
        seconds = min(seconds, deadline.time - time.monotonic())
    return seconds


def commit_interruption(env):
    """Commit that an interrupted attempt was counted, and report that as progress.

    Odoo leaves a job that was killed three times in a row without progress to its next regular run. What counts its
    interrupted attempts tries something else the next time and finally goes on without the cause, so it need not wait.
    """
    commit_progress(env, 1)


def limit_lock_waits(env, until=math.inf):
    """Let no statement of this transaction wait long for rows that another one holds: that is a conflict.

    Without it, PostgreSQL waits until the other transaction ends, and everything after this work waits as well.

    :param float until: the time, by ``time.monotonic()``, at which nobody waits any longer
    """
    seconds = min(LOCK_SECONDS, until - time.monotonic())
    # In milliseconds; 0 would mean without a limit.
    env.cr.execute(SQL("SET LOCAL lock_timeout = %s", max(int(seconds * 1000), 1)))


def retrying(env, work, until=math.inf):
    """Call ``work()`` and return its result; after a conflict with another transaction, roll back and repeat.

    A conflict discards uncommitted changes, so commit before the call. ``work`` must read all its data again.

    :param float until: the time, by ``time.monotonic()``, after which nobody waits for another attempt
    :raises psycopg2.Error: the conflict, if it persists after `ATTEMPTS` attempts with growing pauses
    """
    for attempt in range(1, ATTEMPTS + 1):
        try:
            with conflicts_repeated():
                result = work()
                env.flush_all()
            return result
        except TRANSIENT_ERRORS:
            if modules.module.current_test:  # a test has no competing transaction
                raise
            env.cr.rollback()
            pause = random.uniform(0.05, 0.1 * 2**attempt)
            if attempt == ATTEMPTS or time.monotonic() + pause > until:
                raise
            time.sleep(pause)


@contextmanager
def separate_transaction(env):
    """Provide the environment in a separate transaction, which is committed at the end of the block.

    In a test, it is the same transaction: another one would not see what the test has written.
    """
    if modules.module.current_test:
        yield env
        env.flush_all()
        return
    with env.registry.cursor() as cr:
        yield env(cr=cr)
