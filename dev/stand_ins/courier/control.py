"""The control endpoints, through which another process updates parcels and sets faults."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

from ..common.control import COMMON_ACTIONS

if TYPE_CHECKING:
    from .server import CourierServer


def _orders(courier: "CourierServer", argument: str, values: dict) -> Any:
    return [order.as_json() for order in courier.orders]


def _report(courier: "CourierServer", argument: str, values: dict) -> Any:
    """``POST /_control/orders/<Sendungsnummer>`` adds a line to the order's history."""
    time = datetime.fromisoformat(values["time"]) if "time" in values else None
    return courier.book.report(argument, str(values["status"]), str(values.get("details", "")), time).as_json()


def _clear_orders(courier: "CourierServer", argument: str, values: dict) -> Any:
    courier.book.clear()
    return {}


ACTIONS = {
    **COMMON_ACTIONS,
    ("GET", "orders"): _orders,
    ("POST", "orders"): _report,
    ("DELETE", "orders"): _clear_orders,
}
