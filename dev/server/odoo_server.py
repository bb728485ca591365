"""A real Odoo server process with its scheduler, which runs within a context."""

import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from .. import child_process, paths, ports, progress
from ..failure import Failure
from . import odoo_program, scheduler
from .environment import Environment

START_TIMEOUT = 120.0  # seconds


@dataclass(frozen=True)
class OdooServer:
    """A running server."""

    url: str
    database: str
    log: Path
    process: subprocess.Popen


@contextmanager
def serving(
    env: Environment, database: str, port: int, *, cron_threads: int = 2, **options: str | int | bool
) -> Iterator[OdooServer]:
    """Serve a database (its short name) on a port of the loopback interface until the context ends."""
    if options.get("workers"):
        options = {"gevent_port": ports.free(), **options}
    config = odoo_program.write_config(env, database, http_port=port, max_cron_threads=cron_threads, **options)
    name = env.databases.name(database)
    paths.LOGS.mkdir(parents=True, exist_ok=True)
    log = paths.LOGS / f"odoo-{name}.log"
    with progress.step(f"Odoo server on port {port}"), log.open("wb") as output:
        process = child_process.start(
            odoo_program.command(env, "server", config), output, odoo_program.environment(env)
        )
        server = OdooServer(f"http://127.0.0.1:{port}", name, log, process)
        try:
            _wait_until_it_answers(server)
        except BaseException:
            child_process.stop(process)
            raise
    try:
        yield server
    finally:
        with scheduler.resting(env.postgres, name):
            child_process.stop(process)


def _wait_until_it_answers(server: OdooServer) -> None:
    deadline = time.monotonic() + START_TIMEOUT
    while server.process.poll() is None and time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(f"{server.url}/web/login", timeout=START_TIMEOUT):
                return
        except urllib.error.HTTPError as error:
            raise Failure(f"Odoo answers {error.code} on its login page.\n{progress.tail(server.log)}") from error
        except OSError:
            time.sleep(0.1)
    raise Failure(f"Odoo did not start; its log {server.log} ends with:\n{progress.tail(server.log)}")
