"""The courier's stand-in in a separate process, like a real external system."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from .. import ports
from ..stand_ins import process

USER = "demo"


@dataclass(frozen=True)
class DemoCourier:
    """A running courier."""

    address: str
    password: str

    def orders(self) -> list[dict[str, Any]]:
        """Return the orders in the courier's books."""
        return process.control(self.address, "orders")

    def report(self, tracking_number: str, status: str, details: str = "") -> None:
        """Add an event to a parcel."""
        values = {"status": status, "details": details}
        process.control(self.address, f"orders/{tracking_number}", values)


@contextmanager
def carrying() -> Iterator[DemoCourier]:
    """Run the courier until the context ends."""
    port = ports.free()
    courier = DemoCourier(f"http://127.0.0.1:{port}", secrets.token_hex(16))
    with process.running(
        f"Courier's stand-in on port {port}",
        "dev.stand_ins.courier",
        *(f"--port={port}", f"--user={USER}"),
        secrets={"DEMO_COURIER_PASSWORD": courier.password},
        answers=courier.orders,
    ):
        yield courier
