"""The PostgreSQL to use: the server given by PGHOST and similar variables, or the embedded one."""

import os
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from .. import paths
from ..failure import Failure
from . import embedded_postgres

# If one of these is set, the user's own server is used.
OUTSIDE = ("PGHOST", "PGHOSTADDR", "PGPORT", "PGUSER", "PGPASSWORD", "PGSERVICE")
OLDEST = 13
SEPARATOR = "\x1f"
PSQL_OPTIONS = ("-X", "-q", "-A", "-t", "-F", SEPARATOR, "-v", "ON_ERROR_STOP=1")


@dataclass(frozen=True)
class Postgres:
    """A running server and how to reach it."""

    settings: Mapping[str, str]
    """The PG... variables that libpq, and so psql and Odoo, take their connection from."""
    database_prefix: str
    """Prefix of the names of our databases."""
    programs: Path

    @property
    def environment(self) -> dict[str, str]:
        """Return the environment for a program that connects to this server."""
        return {**os.environ, **self.settings}

    def sql(self, statement: str, database: str = "postgres") -> list[list[str]]:
        """Run trusted statements; return the rows, values as text. Raises Failure."""
        answer = subprocess.run(
            [self.programs / "psql", *PSQL_OPTIONS, "-d", database, "-c", statement],
            env={**self.environment, "PGCONNECT_TIMEOUT": "10"},
            capture_output=True,
            text=True,
        )
        if answer.returncode:
            raise Failure(f"PostgreSQL refused: {statement}\n{answer.stderr.strip()}")
        return [line.split(SEPARATOR) for line in answer.stdout.splitlines()]


def is_outside() -> bool:
    """Return whether the user has configured their own server."""
    return any(os.environ.get(name) for name in OUTSIDE)


@contextmanager
def running() -> Iterator[Postgres]:
    """Provide a server within the context; the embedded one is stopped when the last command ends."""
    if is_outside():
        postgres = Postgres({}, f"eos_{paths.CHECKOUT_ID}_", embedded_postgres.programs())
        _check(postgres)
        yield postgres
    else:
        with embedded_postgres.running() as socket_folder:
            settings = {"PGHOST": str(socket_folder), "PGPORT": "5432", "PGUSER": embedded_postgres.ROLE}
            yield Postgres(settings, "", embedded_postgres.programs())


def _check(postgres: Postgres) -> None:
    """Raise Failure unless the user's own server can serve Odoo."""
    named = " ".join(f"{name}={os.environ[name]}" for name in OUTSIDE if os.environ.get(name) and name != "PGPASSWORD")
    hint = "Correct these variables, or unset them to use the embedded PostgreSQL."
    query = (
        "SELECT current_user, rolcreatedb OR rolsuper, current_setting('server_version_num')::int / 10000 "
        "FROM pg_roles WHERE rolname = current_user"
    )
    try:
        [[user, may_create, version]] = postgres.sql(query)
    except Failure as failure:
        raise Failure(f"The PostgreSQL of your environment ({named}) does not answer.\n{failure}", hint) from failure
    if user == "postgres":
        raise Failure(f"Odoo refuses to run as the database user postgres ({named}).", hint)
    if may_create != "t":
        raise Failure(f"The database user {user} may not create databases.", f"Run: ALTER ROLE {user} CREATEDB")
    if int(version) < OLDEST:
        raise Failure(
            f"The server of your environment ({named}) is PostgreSQL {version}; Odoo 19 needs {OLDEST} or newer.", hint
        )
