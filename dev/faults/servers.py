"""Odoo servers of the laboratory: real processes that can be killed and started again."""

import os
import signal
import subprocess
import time
from pathlib import Path

from dev import child_process, paths, ports, progress
from dev.failure import Failure
from dev.server import odoo_program
from dev.server.environment import Environment
from dev.server.odoo_client import OdooClient

from .cluster import DATABASE, FOLDER

LOGIN = PASSWORD = "admin"
START_TIMEOUT = 90.0  # seconds


class Server:
    """One server process at a time, always on the same port and with the same log.

    :param name: its name in the log's file name
    :param cron_threads: threads of the scheduler; 0 leaves scheduled actions to other servers

    `client` is the administrator, signed in, while the server runs.
    """

    def __init__(self, env: Environment, name: str, cron_threads: int) -> None:
        self._env = env
        self._name = name
        self._cron_threads = cron_threads
        self._port = ports.free()
        self._process: subprocess.Popen | None = None
        self.log = paths.LOGS / f"faults-odoo-{name}.log"
        self.log.unlink(missing_ok=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    @property
    def is_running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def start(self) -> None:
        """Start the server unless it is running, and wait until it serves the database."""
        if self.is_running:
            return
        config = self._write_config()
        options = (f"--http-port={self._port}", f"--max-cron-threads={self._cron_threads}")
        with self.log.open("ab") as output:
            self._process = child_process.start(
                odoo_program.command(self._env, "server", config, *options),
                output,
                odoo_program.environment(self._env),
            )
        deadline = time.monotonic() + START_TIMEOUT
        while True:
            try:
                self.client = self._sign_in()
                return
            except Failure as failure:
                if self._process.poll() is not None or time.monotonic() > deadline:
                    raise Failure(f"Odoo did not start ({failure}).\n{progress.tail(self.log)}\n({self.log})") from None
                time.sleep(0.1)

    def kill(self) -> None:
        """Send SIGKILL, so that nothing is finished or cleaned up."""
        if self.is_running:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()

    def stop(self) -> None:
        """Stop the server as an administrator would."""
        if self._process is not None:
            child_process.stop(self._process)

    def _sign_in(self) -> OdooClient:
        """Return the signed-in administrator; the server answers once the database is loaded."""
        return OdooClient(self.url, DATABASE, LOGIN, PASSWORD)

    def _write_config(self) -> Path:
        return odoo_program.write_config(self._env, DATABASE, data_dir=FOLDER / "data", limit_time_real=600)
