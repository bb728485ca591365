"""The demo shop in a separate process, like a real external system."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from .. import ports
from ..stand_ins import process
from ..stand_ins.shop.chain import Chain, day_of

ORDERS = 200
LATE_ORDERS = 6
LIVES = 40
PER_PAGE = 50
SEED = 90  # with it, every branch takes in more than it gives back on each day
# The LocationID of each branch, and the XML id of its Point of Sale in Odoo's demo data.
BRANCHES = {
    "404": "point_of_sale.pos_config_main",
    "405": "point_of_sale.pos_config_clothes",
    "406": "point_of_sale.pos_config_bakery",
}


@dataclass(frozen=True)
class DemoShop:
    """A running shop."""

    address: str
    api_key: str

    @property
    def orders_url(self) -> str:
        """The address of its order API."""
        return f"{self.address}/api/orders"

    @property
    def summary_url(self) -> str:
        """The address of its summaries of days."""
        return f"{self.address}/api/summary"

    @property
    def first_day(self) -> date:
        """The business day of its first orders."""
        return self.today - timedelta(days=Chain(()).days - 1)

    def totals(self) -> dict[str, Any]:
        """Return the shop's totals from its books; amounts and quantities are Decimal."""
        return _exact(process.control(self.address, "totals"))

    def totals_by_day(self) -> list[dict[str, Any]]:
        """Return the same for each ``day`` of business (ISO 8601) and ``location``."""
        return [{"day": entry.pop("day"), **_exact(entry)} for entry in process.control(self.address, "days")]

    @property
    def acknowledge_url(self) -> str:
        """The address at which it wants to be told about its orders."""
        return f"{self.address}/api/acknowledgements"

    def acknowledgements(self) -> dict[str, list[dict[str, Any]]]:
        """Return what it was told, by OrderID."""
        return process.control(self.address, "acknowledgements")

    def sell_late(self) -> None:
        """Make some orders that were sold yesterday and arrive only now."""
        process.control(self.address, "orders", {"count": LATE_ORDERS, "days_ago": 1})

    def go_on(self) -> None:
        """Let some orders be refunded, cancelled and edited."""
        process.control(self.address, "lives", {"count": LIVES})

    @property
    def today(self) -> date:
        """The shop's current business day."""
        return day_of(datetime.now(UTC))


@contextmanager
def selling(*arguments: str) -> Iterator[DemoShop]:
    """Run the shop and its branches, with some hundred orders, until the context ends.

    :param arguments: further arguments of the shop
    """
    port = ports.free()
    shop = DemoShop(f"http://127.0.0.1:{port}", secrets.token_hex(16))
    with process.running(
        f"Demo shop on port {port}",
        "dev.stand_ins.shop",
        *(f"--port={port}", f"--orders={ORDERS}", f"--seed={SEED}", f"--per-page={PER_PAGE}", "--generation=mixed"),
        *(f"--location={location}" for location in BRANCHES),
        *arguments,
        secrets={"DEMO_SHOP_API_KEY": shop.api_key},
        answers=shop.totals,
    ):
        yield shop


def _exact(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _exact(item) for key, item in value.items()}
    return Decimal(value) if isinstance(value, str) else value
