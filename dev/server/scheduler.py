"""Pause Odoo's scheduler before its server is stopped."""

import subprocess
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from ..postgres.postgres import PSQL_OPTIONS, Postgres
from ..progress import say

PATIENCE = 30  # seconds to wait for running jobs
# A scheduler worker holds this same lock on its job's row while it works, and skips locked rows.
HOLD_ALL_JOBS = "SELECT count(*) FROM (SELECT FROM ir_cron ORDER BY id FOR NO KEY UPDATE) AS job"


@contextmanager
def resting(postgres: Postgres, database: str) -> Iterator[None]:
    """Wait for the running jobs in a database (its full name), and let no other start within the context.

    Stopping the server within the context interrupts no job. (Odoo closes its threads' connections on shutdown.)
    """
    statements = (f"SET statement_timeout = {PATIENCE * 1000:.0f}", "BEGIN", HOLD_ALL_JOBS)
    session = subprocess.Popen(
        # After the statements, psql keeps the transaction open until its input ends.
        [postgres.programs / "psql", *PSQL_OPTIONS, "-d", database, *_words(statements), "-f", "-"],
        env=postgres.environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    with session:
        if not session.stdout.readline():  # the number of jobs
            say(f"    the server is stopped while its scheduler may be running: {session.stderr.read().strip()}")
        yield


def _words(statements: Iterable[str]) -> list[str]:
    return [word for statement in statements for word in ("-c", statement)]
