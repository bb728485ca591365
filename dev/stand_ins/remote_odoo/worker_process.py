"""The other end of ``worker``: starts it and speaks with it."""

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
    """An Odoo process on a database. `process` is there to be killed."""

    def __init__(self, process: subprocess.Popen) -> None:
        self.process = process

    def send(self, name: str, /, **arguments: Any) -> None:
        """Give a command, not waiting for its answer."""
        self.process.stdin.write(json.dumps({"do": name, **arguments}).encode() + b"\n")
        self.process.stdin.flush()

    def receive(self) -> Any:
        """Wait for the answer of a command. Raises EOFError if the process has ended instead."""
        line = self.process.stdout.readline()
        if not line:
            raise EOFError("the worker has ended; its log is above")
        return json.loads(line)

    def do(self, name: str, /, **arguments: Any) -> Any:
        """Give a command and return its answer."""
        self.send(name, **arguments)
        return self.receive()


@contextmanager
def working(place: Place, database: str) -> Iterator[WorkerProcess]:
    """Run a worker on a database until the context ends. Its log goes where ours goes."""
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
