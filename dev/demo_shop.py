"""The demo shop as a process of its own, as an external system is."""

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
from decimal import Decimal
from typing import Any

from . import child_process, paths, ports, progress
from .failure import Failure

ORDERS = 200
PER_PAGE = 50
START_TIMEOUT = 15.0  # seconds


@dataclass(frozen=True)
class DemoShop:
    """A shop that answers."""

    address: str
    api_key: str

    @property
    def orders_url(self) -> str:
        """The address of its order API."""
        return f"{self.address}/api/orders"

    def totals(self) -> dict[str, Any]:
        """Return what the shop sold by its own books; amounts and quantities are Decimal."""
        with _open(f"{self.address}/_control/totals") as response:
            return _exact(json.load(response))


@contextmanager
def selling(*arguments: str) -> Iterator[DemoShop]:
    """Run the shop with some hundred orders until the context ends; further arguments are the shop's own."""
    port, api_key = ports.free(), secrets.token_hex(16)
    shop = DemoShop(f"http://127.0.0.1:{port}", api_key)
    paths.LOGS.mkdir(parents=True, exist_ok=True)
    log = paths.LOGS / "shop.log"
    command = [sys.executable, "-m", "dev.shop", f"--port={port}", f"--orders={ORDERS}", f"--per-page={PER_PAGE}"]
    with progress.step(f"Demo shop on port {port}"), log.open("wb") as output:
        variables = {**os.environ, "DEMO_SHOP_API_KEY": api_key}
        process = child_process.start([*command, *arguments], output, variables, cwd=paths.CHECKOUT)
        try:
            _wait_until_it_answers(shop, process)
        except BaseException:
            child_process.stop(process)
            raise
    try:
        yield shop
    finally:
        child_process.stop(process)


def _wait_until_it_answers(shop: DemoShop, process: subprocess.Popen) -> None:
    deadline = time.monotonic() + START_TIMEOUT
    while process.poll() is None and time.monotonic() < deadline:
        try:
            shop.totals()
            return
        except OSError:
            time.sleep(0.05)
    raise Failure(f"The demo shop did not start.\n{progress.tail(paths.LOGS / 'shop.log')}")


def _open(url: str):
    # A proxy that the environment names is not for the loopback interface.
    return urllib.request.build_opener(urllib.request.ProxyHandler({})).open(url, timeout=START_TIMEOUT)


def _exact(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _exact(item) for key, item in value.items()}
    return Decimal(value) if isinstance(value, str) else value
