"""Create, copy and drop databases with their filestores, and stamp them with the sources they were made from."""

import os
import re
import shutil
import time
from collections.abc import Callable
from pathlib import Path

from .. import paths
from ..failure import Failure
from .postgres import Postgres

FILESTORES = paths.DATA / "filestore"
DROP_TIMEOUT = 30.0  # seconds


class Databases:
    """The databases of this checkout on a server, by short names; on a shared server they get a prefix."""

    def __init__(self, postgres: Postgres) -> None:
        self._postgres = postgres

    def name(self, short: str) -> str:
        """Return a database's full name."""
        return self._postgres.database_prefix + short

    def stamp(self, short: str) -> str | None:
        """Return the stamp of a complete database, or None if it does not exist or is incomplete."""
        rows = self._postgres.sql(
            f"SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = '{self.name(short)}'"
        )
        return rows[0][0] or None if rows else None

    def set_stamp(self, short: str, stamp: str) -> None:
        """Mark a database as complete, with a stamp of its sources, which is stored as the database's comment."""
        self._postgres.sql(f"COMMENT ON DATABASE \"{self.name(short)}\" IS '{stamp}'")

    def drop(self, short: str) -> None:
        """Drop a database and its filestore, and end its connections. It need not exist."""
        drop(self._postgres.sql, self.name(short), Failure)
        shutil.rmtree(self._filestore(short), ignore_errors=True)

    def copy(self, source: str, target: str) -> None:
        """Make the target a fresh copy of the source, without a stamp. The source must have no connections."""
        self.drop(target)
        self._postgres.sql(f'CREATE DATABASE "{self.name(target)}" TEMPLATE "{self.name(source)}"')
        if self._filestore(source).exists():
            # Odoo never changes a file of the filestore in place, so copies can share them.
            shutil.copytree(self._filestore(source), self._filestore(target), copy_function=_link_or_copy)

    def left_over(self, prefix: str) -> list[str]:
        """Return the short names that start with the prefix and the id of a process that has ended."""
        rows = self._postgres.sql("SELECT datname FROM pg_database")
        pattern = re.compile(re.escape(self.name(prefix)) + "([0-9]+)(?:_[a-z_]+)?")
        found = [match for (name,) in rows if (match := pattern.fullmatch(name))]
        return [
            match[0].removeprefix(self._postgres.database_prefix) for match in found if not _is_running(int(match[1]))
        ]

    def _filestore(self, short: str) -> Path:
        return FILESTORES / self.name(short)


def drop(execute: Callable[[str], object], name: str, refusal: type[Exception]) -> None:
    """Drop a database by its full name, and end its connections. It need not exist.

    :param execute: runs a statement outside a transaction, and raises ``refusal`` if PostgreSQL refuses it
    """
    deadline = time.monotonic() + DROP_TIMEOUT
    while True:
        try:
            execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
            return
        except refusal:
            # PostgreSQL's autovacuum worker may be in the database. On the user's own server our role may not be
            # allowed to end it, but it will finish by itself.
            if time.monotonic() > deadline:
                raise
            time.sleep(0.2)


def _link_or_copy(source: str, target: str) -> None:
    try:
        os.link(source, target)
    except OSError:  # another file system, or one without hard links
        shutil.copy2(source, target)


def _is_running(process_id: int) -> bool:
    try:
        os.kill(process_id, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
