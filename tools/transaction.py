"""Ends of transactions: what a synchronization commits, and what it tries again.

Odoo retries an HTTP request that lost against another transaction, not a scheduled action and not one batch of many.
"""

import random
import time
from dataclasses import dataclass

from odoo import modules
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY
from psycopg2 import errors

from .private_context import PrivateContext

# A unique violation is here as another worker's row that our snapshot cannot see; the next snapshot sees it.
TRANSIENT_ERRORS = (*PG_CONCURRENCY_EXCEPTIONS_TO_RETRY, errors.UniqueViolation)
ATTEMPTS = 6


@dataclass(frozen=True)
class Deadline(PrivateContext):
    """In the context: when the work has to stop, as ``time.monotonic()`` counts."""

    KEY = "external_order_sync_deadline"

    time: float


@dataclass(frozen=True)
class ScheduledTurn(PrivateContext):
    """In the context: this is the work of a scheduled action, whose progress Odoo counts."""

    KEY = "external_order_sync_scheduled"


def commit(env):
    """Make the work done so far durable. In a test, whose transaction is rolled back in the end, flush it only."""
    if modules.module.current_test:
        env.flush_all()
    else:
        env.cr.commit()


def rollback(env):
    """Undo what was not committed. A test keeps its transaction: there, each step cleans up by its own savepoint."""
    if modules.module.current_test:
        env.invalidate_all(flush=False)
    else:
        env.cr.rollback()


def commit_progress(env, processed=0):
    """Commit, and tell the scheduler if it is the one who runs this.

    :param int processed: how many things were dealt with since the last call
    :return: seconds that are left to work, ``float("inf")`` without a limit
    :rtype: float
    """
    seconds = float("inf")
    # A client can name a progress too, which is somebody else's.
    if ScheduledTurn.current(env) and env.context.get("ir_cron_progress_id"):
        seconds = env["ir.cron"]._commit_progress(processed)
    else:
        commit(env)
    if deadline := Deadline.current(env):
        seconds = min(seconds, deadline.time - time.monotonic())
    return seconds


def retrying(env, work):
    """Call ``work()`` and return what it returns; after a conflict with another transaction, roll back and repeat.

    What was not committed before is lost with a conflict, so commit first. ``work`` reads afresh what it needs.

    :raises psycopg2.Error: the conflict, if it stays after `ATTEMPTS` attempts with growing pauses
    """
    for attempt in range(1, ATTEMPTS + 1):
        try:
            result = work()
            env.flush_all()
            return result
        except TRANSIENT_ERRORS:
            if modules.module.current_test:  # the transaction is the test's own: no one else is there to win
                raise
            env.cr.rollback()
            if attempt == ATTEMPTS:
                raise
            time.sleep(random.uniform(0.05, 0.1 * 2**attempt))
