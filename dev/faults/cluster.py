"""The laboratory's own PostgreSQL server, which can be crashed without affecting other commands."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from dev import paths, progress
from dev.failure import Failure
from dev.postgres import postgres, postgres_user
from dev.postgres.databases import Databases
from dev.postgres.embedded_postgres import (
    CREATE_ROLE,
    GRANT_TO_ROLE,
    INITDB_OPTIONS,
    LONGEST_SOCKET,
    ROLE,
    SOCKET,
    SUPERUSER,
    programs,
)
from dev.postgres.postgres import Postgres
from dev.server import environment, templates
from dev.server.environment import Environment

FOLDER = paths.STATE / "faults"
DATABASE = "faults"
# fsync may be off, because only the server is killed, not the machine. jit only costs time for such small queries.
OPTIONS = "-c listen_addresses='' -c fsync=off -c jit=off"


class Cluster:
    """The server, listening on a Unix socket in its data folder."""

    def __init__(self, data: Path) -> None:
        self._data = data

    @property
    def postgres(self) -> Postgres:
        settings = {"PGHOST": str(self._data), "PGPORT": "5432", "PGUSER": ROLE}
        return Postgres(settings, "", programs())

    def make(self) -> None:
        """Create the data folder, start the server, and create Odoo's role."""
        if len(os.fsencode(self._data / SOCKET)) > LONGEST_SOCKET:
            raise Failure(f"The path {self._data} is too long for a socket.", "Set EOS_STATE_DIR to a shorter one.")
        if os.geteuid() == 0:
            postgres_user.open_the_way(self._data, programs())
        self._data.mkdir(parents=True, mode=0o700)
        postgres_user.give(self._data)
        self._run("initdb", "-U", SUPERUSER, *INITDB_OPTIONS)
        self.start()
        self.as_superuser("psql", "-q", "-d", "postgres", "-c", CREATE_ROLE, "-c", GRANT_TO_ROLE)

    def start(self) -> None:
        """Start the server and wait until it has recovered."""
        options = f"{OPTIONS} -c unix_socket_directories='{self._data}'"
        self._run("pg_ctl", "start", "-w", "-o", options, "-l", self._data / "log")

    def stop(self, mode: str) -> None:
        """Stop the server: ``fast`` as an administrator would, ``immediate`` like a crash."""
        self._run("pg_ctl", "stop", "-w", "-m", mode)

    def remove(self) -> None:
        """Stop the server if it is running, and remove its data."""
        if (self._data / "postmaster.pid").exists():
            self.stop("immediate")
        shutil.rmtree(self._data, ignore_errors=True)

    def as_superuser(self, program: str, *arguments: str | Path) -> None:
        """Run a client program as the server's superuser. Raises Failure."""
        progress.run(
            [programs() / program, *arguments],
            f"faults-{program}",
            failure=f"{program} failed on the laboratory's server.",
            env={**os.environ, **self.postgres.settings, "PGUSER": SUPERUSER},
        )

    def _run(self, program: str, *arguments: str | Path) -> None:
        progress.run(
            [programs() / program, "-D", self._data, *arguments],
            f"faults-{program}",
            failure=f"{program} {arguments[0]} failed on the laboratory's server, whose log is {self._data / 'log'}.",
            identity=postgres_user.identity(self._data),
            cwd=Path("/"),
        )


@contextmanager
def running() -> Iterator[tuple[Environment, Cluster]]:
    """Provide the server, with a database that has the addon and demo data. Everything is removed at the end."""
    cluster = Cluster(FOLDER / "pg")
    cluster.remove()  # left by a killed laboratory
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    try:
        with environment.ready() as source:
            dump = FOLDER / "template.dump"
            _dump_template(source, dump)
        # From here on there is only this server, so libpq's variables must not point to another one.
        for name in postgres.OUTSIDE:
            os.environ.pop(name, None)
        with progress.step("PostgreSQL for the fault tests"):
            cluster.make()
            cluster.postgres.sql(f"CREATE DATABASE {DATABASE}")
            # The parallel jobs need the file; as the superuser, as extensions are part of it.
            options = ("--no-owner", f"--role={ROLE}", "--no-comments", "-j", "2", "-d", DATABASE)
            cluster.as_superuser("pg_restore", *options, dump)
            dump.unlink()
            cluster.postgres.sql("ANALYZE", DATABASE)
        yield Environment(source.odoo, source.python, cluster.postgres, Databases(cluster.postgres)), cluster
    finally:
        with progress.step("Removing the PostgreSQL of the fault tests"):
            cluster.remove()
            shutil.rmtree(FOLDER, ignore_errors=True)


def _dump_template(source: Environment, dump: Path) -> None:
    database = f"faults_{os.getpid()}"
    try:
        with progress.step("Database with the addon, to be copied"):
            templates.copy_addon_template(source, database)
        command = [programs() / "pg_dump", "-Fc", "-Z0", "-f", dump, source.databases.name(database)]
        answer = subprocess.run(command, env=source.postgres.environment, capture_output=True, text=True)
        if answer.returncode:
            raise Failure(f"The database template could not be copied.\n{answer.stderr.strip()}")
    finally:
        source.databases.drop(database)
