"""The control endpoints, by which another process moves parcels and switches faults on."""

import ipaddress
import json
from datetime import datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

if TYPE_CHECKING:
    from .server import CourierServer

CONTROL_PATH = "/_control/"


def answer_control(courier: "CourierServer", client: str, method: str, path: str, body: bytes) -> tuple[int, Any]:
    """Answer a control request with a status and a value for JSON.

    :param client: address of the client; anyone but the machine itself gets a 403
    :param body: a JSON object, or nothing
    """
    if not ipaddress.ip_address(client).is_loopback:
        return 403, {"error": "The courier is controlled from its own machine only."}
    name, _, argument = path.removeprefix(CONTROL_PATH).partition("/")
    action = _ACTIONS.get((method, name))
    if action is None:
        return 404, {"error": "There is no such control."}
    try:
        values = json.loads(body) if body.strip() else {}
        if not isinstance(values, dict):
            return 400, {"error": "The body must be a JSON object."}
        return 200, action(courier, unquote(argument), values)
    except KeyError as error:
        return 404, {"error": f"There is no {error.args[0]}."}
    except (TypeError, ValueError) as error:
        return 400, {"error": str(error)}


def _orders(courier: "CourierServer", argument: str, values: dict) -> Any:
    return [order.as_json() for order in courier.orders]


def _report(courier: "CourierServer", argument: str, values: dict) -> Any:
    """``POST /_control/orders/<Sendungsnummer>`` adds a line to the order's history."""
    time = datetime.fromisoformat(values["time"]) if "time" in values else None
    return courier.book.report(argument, str(values["status"]), str(values.get("details", "")), time).as_json()


def _clear_orders(courier: "CourierServer", argument: str, values: dict) -> Any:
    courier.book.clear()
    return {}


def _requests(courier: "CourierServer", argument: str, values: dict) -> Any:
    return [record.as_json() for record in list(courier.requests)]


def _faults(courier: "CourierServer", argument: str, values: dict) -> Any:
    return {"active": [vars(fault) for fault in courier.faults.active], "hits": courier.faults.hits}


def _add_fault(courier: "CourierServer", argument: str, values: dict) -> Any:
    return vars(courier.faults.add(**values))


def _clear_faults(courier: "CourierServer", argument: str, values: dict) -> Any:
    courier.faults.clear()
    return {}


_ACTIONS = {
    ("GET", "orders"): _orders,
    ("POST", "orders"): _report,
    ("DELETE", "orders"): _clear_orders,
    ("GET", "requests"): _requests,
    ("GET", "faults"): _faults,
    ("POST", "faults"): _add_fault,
    ("DELETE", "faults"): _clear_faults,
}
