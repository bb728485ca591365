"""Start a ``worker`` process and talk to it."""

import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ...child_process import stop
from .place import Place

ADDON = "external_order_sync"


class WorkerProcess:
    """An Odoo process on a database. Tests may kill its `process`."""

    def __init__(self, process: subprocess.Popen) -> None:
        self.process = process

    def send(self, name: str, /, **arguments: Any) -> None:
        """Send a command without waiting for its answer."""
        self.process.stdin.write(json.dumps({"do": name, **arguments}).encode() + b"\n")
        self.process.stdin.flush()

    def receive(self) -> Any:
        """Wait for the answer to a command. Raises EOFError if the process has ended."""
        line = self.process.stdout.readline()
        if not line:
            raise EOFError("the worker has ended; its log is above")
        return json.loads(line)

    def do(self, name: str, /, **arguments: Any) -> Any:
        """Send a command and return its answer."""
        self.send(name, **arguments)
        return self.receive()


@contextmanager
def working(place: Place, database: str) -> Iterator[WorkerProcess]:
    """Run a worker on a database until the context ends. Its log goes to ours."""
    config = place.write_config(database)
    process = place.start(
        [str(Path(__file__).with_name("worker.py")), str(config), ADDON],
        subprocess.PIPE,
        stdin=subprocess.PIPE,
        stderr=None,
    )
    try:
        worker = WorkerProcess(process)
        worker.receive()
        yield worker
    finally:
        process.stdin.close()
        stop(process)
        process.stdout.close()
        config.unlink()
