"""Wait until the shop was told about all its orders, and compare that with its books."""

import time
from collections.abc import Mapping
from typing import Any

from .. import progress
from .comparison import Row
from .shop import DemoShop

PATIENCE = 120.0  # seconds


def compare(shop: DemoShop, totals: Mapping[str, Any]) -> list[Row]:
    """Return how many sales and refunds were acknowledged as booked, beside how many the shop has."""
    with progress.step("Acknowledging the orders to the shop"):
        deadline = time.monotonic() + PATIENCE
        while True:
            rows = _rows(shop.acknowledgements(), totals)
            if all(row.agrees for row in rows) or time.monotonic() > deadline:
                return rows
            time.sleep(0.5)


def _rows(said: Mapping[str, list[dict[str, Any]]], totals: Mapping[str, Any]) -> list[Row]:
    done = [[entry["kind"] for entry in entries if entry["state"] == "done"] for entries in said.values()]
    refunds = sum(kind != "sale" for kinds in done for kind in kinds)
    return [
        Row("sales acknowledged", sum("sale" in kinds for kinds in done), totals["orders"]),
        Row("refunds acknowledged", refunds, totals["refunds"]),
    ]
