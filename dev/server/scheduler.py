"""Odoo's scheduler, made to rest before its server is stopped."""

import subprocess
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from ..postgres.postgres import PSQL_OPTIONS, Postgres
from ..progress import say

PATIENCE = 30  # seconds for the jobs that are at work
# A worker of the scheduler holds this very lock on its job's row while it works, and passes over rows that are locked.
HOLD_ALL_JOBS = "SELECT count(*) FROM (SELECT FROM ir_cron ORDER BY id FOR NO KEY UPDATE) AS job"


@contextmanager
def resting(postgres: Postgres, database: str) -> Iterator[None]:
    """Let the jobs at work in a database (its full name) come to their end, and start none for the time of the context.

    A server that is stopped meanwhile cuts nothing off: as it shuts down, Odoo closes the connections of its threads.
    """
    statements = (f"SET statement_timeout = {PATIENCE * 1000:.0f}", "BEGIN", HOLD_ALL_JOBS)
    session = subprocess.Popen(
        # After the statements psql keeps the transaction open until its input ends.
        [postgres.programs / "psql", *PSQL_OPTIONS, "-d", database, *_words(statements), "-f", "-"],
        env=postgres.environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    with session:
        if not session.stdout.readline():  # the number of jobs
            say(f"    the server is stopped while its scheduler may be at work: {session.stderr.read().strip()}")
        yield


def _words(statements: Iterable[str]) -> list[str]:
    return [word for statement in statements for word in ("-c", statement)]
