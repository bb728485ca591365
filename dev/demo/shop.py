"""The demo shop in a separate process, like a real external system."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from .. import ports
from ..stand_ins import process

ORDERS = 200
PER_PAGE = 50


@dataclass(frozen=True)
class DemoShop:
    """A running shop."""

    address: str
    api_key: str

    @property
    def orders_url(self) -> str:
        """The address of its order API."""
        return f"{self.address}/api/orders"

    def totals(self) -> dict[str, Any]:
        """Return the shop's totals from its books; amounts and quantities are Decimal."""
        return _exact(process.control(self.address, "totals"))


@contextmanager
def selling(*arguments: str) -> Iterator[DemoShop]:
    """Run the shop with several hundred orders until the context ends; other arguments are passed to the shop."""
    port = ports.free()
    shop = DemoShop(f"http://127.0.0.1:{port}", secrets.token_hex(16))
    with process.running(
        f"Demo shop on port {port}",
        "dev.stand_ins.shop",
        *(f"--port={port}", f"--orders={ORDERS}", f"--per-page={PER_PAGE}", *arguments),
        secrets={"DEMO_SHOP_API_KEY": shop.api_key},
        answers=shop.totals,
    ):
        yield shop


def _exact(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _exact(item) for key, item in value.items()}
    return Decimal(value) if isinstance(value, str) else value
