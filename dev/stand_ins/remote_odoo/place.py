"""The place where Odoo processes of a test or benchmark run: the Odoo, the addons and the database server."""

import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import psycopg2

from ... import child_process
from ...postgres import databases


@dataclass(frozen=True)
class Place:
    """The settings shared by all processes. `options` are Odoo's, such as db_host; empty ones are left out."""

    options: dict[str, str]

    @classmethod
    def of_config(cls, config: dict[str, object]) -> "Place":
        """Create a place from the loaded Odoo configuration (``odoo.tools.config``)."""
        options = {name: config[name] for name in ("db_host", "db_port", "db_user", "db_password", "data_dir")}
        options["addons_path"] = ",".join(config["addons_path"])
        return cls({name: str(value) for name, value in options.items() if value})

    def connect(self, database: str) -> "psycopg2.extensions.connection":
        """Return a connection to a database, which commits every statement at once."""
        names = {"db_host": "host", "db_port": "port", "db_user": "user", "db_password": "password"}
        settings = {names[name]: value for name, value in self.options.items() if name in names}
        connection = psycopg2.connect(dbname=database, **settings)
        connection.autocommit = True
        return connection

    def process_environment(self) -> dict[str, str]:
        """Return the environment of a process: ours, plus variables that lead PostgreSQL's programs to the server."""
        names = {"db_host": "PGHOST", "db_port": "PGPORT", "db_user": "PGUSER", "db_password": "PGPASSWORD"}
        settings = {names[name]: value for name, value in self.options.items() if name in names}
        return {**os.environ, **settings, "PYTHONUNBUFFERED": "1"}

    def write_config(self, database: str, **options: object) -> Path:
        """Write a configuration file for a database and return its path; the caller deletes it."""
        values = {
            **self.options, "db_name": database, "dbfilter": f"^{database}$", "http_interface": "127.0.0.1",
            "max_cron_threads": 0, "workers": 0, "log_level": "warn", **options,
        }  # fmt: skip
        with tempfile.NamedTemporaryFile("w", prefix="odoo-", suffix=".conf", delete=False) as file:
            lines = (f"{key} = {str(value).replace('%', '%%')}\n" for key, value in values.items())
            file.write("[options]\n" + "".join(lines))
        return Path(file.name)

    def copy_database(self, source: str, *targets: str) -> None:
        """Create copies of a database, which must have no connections."""
        self.drop_database(*targets)
        for target in targets:
            with self._server() as server:
                server.execute(f'CREATE DATABASE "{target}" TEMPLATE "{source}"')

    def drop_database(self, *names: str) -> None:
        """Drop databases, and end their connections."""
        for name in names:
            with self._server() as server:
                databases.drop(server.execute, name, psycopg2.Error)

    def _server(self) -> "_Cursor":
        return _Cursor(self.connect("postgres"))

    def start(self, script_or_module: list[str], output: IO[bytes] | int, **others: Any) -> subprocess.Popen:
        """Start a Python program that ends together with this process; see `dev.child_process.start`."""
        command = [sys.executable, *script_or_module]
        return child_process.start(command, output, self.process_environment(), **others)


class _Cursor:
    """A cursor of a connection that is closed with it."""

    def __init__(self, connection: "psycopg2.extensions.connection") -> None:
        self._connection = connection

    def __enter__(self) -> "psycopg2.extensions.cursor":
        return self._connection.cursor()

    def __exit__(self, *_exception: object) -> None:
        self._connection.close()
