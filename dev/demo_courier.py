"""The courier's stand-in as a process of its own, as an external system is."""

import json
import os
import secrets
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from . import child_process, paths, ports, progress
from .failure import Failure

USER = "demo"
START_TIMEOUT = 15.0  # seconds


@dataclass(frozen=True)
class DemoCourier:
    """A courier that answers."""

    address: str
    password: str

    def orders(self) -> list[dict[str, Any]]:
        """Return the orders by the courier's own books."""
        return self._ask("orders")

    def report(self, tracking_number: str, status: str, details: str = "") -> None:
        """Let something happen to a parcel."""
        self._ask(f"orders/{tracking_number}", {"status": status, "details": details})

    def _ask(self, control: str, values: dict[str, Any] | None = None) -> Any:
        request = urllib.request.Request(
            f"{self.address}/_control/{control}", json.dumps(values).encode() if values else None
        )
        # A proxy that the environment names is not for the loopback interface.
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(request, timeout=START_TIMEOUT) as response:
            return json.load(response)


@contextmanager
def carrying() -> Iterator[DemoCourier]:
    """Run the courier until the context ends."""
    port, password = ports.free(), secrets.token_hex(16)
    courier = DemoCourier(f"http://127.0.0.1:{port}", password)
    paths.LOGS.mkdir(parents=True, exist_ok=True)
    log = paths.LOGS / "courier.log"
    command = [sys.executable, "-m", "dev.courier", f"--port={port}", f"--user={USER}"]
    with progress.step(f"Courier's stand-in on port {port}"), log.open("wb") as output:
        variables = {**os.environ, "DEMO_COURIER_PASSWORD": password}
        process = child_process.start(command, output, variables, cwd=paths.CHECKOUT)
        try:
            _wait_until_it_answers(courier, process)
        except BaseException:
            child_process.stop(process)
            raise
    try:
        yield courier
    finally:
        child_process.stop(process)


def _wait_until_it_answers(courier: DemoCourier, process: subprocess.Popen) -> None:
    deadline = time.monotonic() + START_TIMEOUT
    while process.poll() is None and time.monotonic() < deadline:
        try:
            courier.orders()
            return
        except OSError:
            time.sleep(0.05)
    raise Failure(f"The courier's stand-in did not start.\n{progress.tail(paths.LOGS / 'courier.log')}")
