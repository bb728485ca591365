"""The laboratory's access to Odoo's database: by SQL on separate connections, never through Odoo."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any

import psycopg2

from dev.postgres.postgres import Postgres


class Database:
    """The database that the servers serve."""

    def __init__(self, postgres: Postgres, name: str) -> None:
        self.name = name
        settings = postgres.settings
        self._address = {"host": settings["PGHOST"], "port": settings["PGPORT"], "user": settings["PGUSER"]}
        self._connection: Any = None

    def connect(self, name: str | None = None) -> Any:
        """Return a new connection for the caller."""
        return psycopg2.connect(dbname=name or self.name, **self._address)

    def rows(self, statement: str, **values: Any) -> list[tuple]:
        """Run a statement, commit it and return its rows. The connection survives a database restart."""
        for attempt in (1, 2):
            if not self._connection or self._connection.closed:
                self._connection = self.connect()
                self._connection.autocommit = True
            try:
                with self._connection.cursor() as cursor:
                    cursor.execute(statement, values)
                    return cursor.fetchall() if cursor.description else []
            except psycopg2.Error as error:
                # Only errors from the server have a code. Without one, the connection is lost even if not closed yet.
                if attempt == 2 or (error.pgcode and not self._connection.closed):
                    raise
                self._connection.close()
        raise AssertionError

    def value(self, statement: str, **values: Any) -> Any:
        """Return the first column of the first row; None if there is none."""
        rows = self.rows(statement, **values)
        return rows[0][0] if rows else None

    @contextmanager
    def holding(self, *statements: str, **values: Any) -> Iterator["Held"]:
        """Hold the locks of some statements in an open transaction; it is rolled back unless it is committed."""
        with closing(self.connect()) as connection:
            with connection.cursor() as cursor:
                for statement in statements:
                    cursor.execute(statement, values)
            yield Held(self, connection)

    def is_written(self, table: str) -> bool:
        """Return whether an open transaction has written to the table."""
        return bool(
            self.value(
                "SELECT 1 FROM pg_locks WHERE relation = %(table)s::regclass AND mode = 'RowExclusiveLock' AND granted",
                table=table,
            )
        )

    def is_rolled_back(self, transaction: str) -> bool:
        """Return whether a transaction (see `Held.waiting_transaction`) has ended without a commit."""
        return self.value("SELECT pg_xact_status(%(transaction)s::xid8)", transaction=transaction) == "aborted"

    @contextmanager
    def writing_stopped(self, table: str) -> Iterator["Held"]:
        """Block writes to a table; reads continue. The block starts when all current writers have committed."""
        with self.holding(f"LOCK TABLE {table} IN SHARE ROW EXCLUSIVE MODE") as held:
            yield held

    def notify_scheduler(self) -> None:
        """Wake the scheduler of every server that listens."""
        with closing(self.connect("postgres")) as connection:
            connection.autocommit = True
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_notify('cron_trigger', %s)", [self.name])

    def close(self) -> None:
        if self._connection:
            self._connection.close()


class Held:
    """An open transaction of the laboratory that others may have to wait for."""

    def __init__(self, database: Database, connection: Any) -> None:
        self._database = database
        self._connection = connection

    @property
    def is_waited_for(self) -> bool:
        """Return whether another transaction waits for this one."""
        return bool(self._waiting("pid"))

    @property
    def waiting_transaction(self) -> str:
        """Return the id of the transaction that waits for this one and has already written."""
        return self._waiting("backend_xid::text")

    def _waiting(self, column: str) -> Any:
        return self._database.value(
            f"SELECT {column} FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock' "
            "AND %(pid)s = ANY(pg_blocking_pids(pid))",
            pid=self._connection.info.backend_pid,
        )

    def commit(self) -> None:
        self._connection.commit()

    def rollback(self) -> None:
        self._connection.rollback()
