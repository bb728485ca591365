"""The control endpoints, by which another process sells, edits and switches faults on."""

import ipaddress
import json
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any

from .answer import Answer, error_answer, json_answer

if TYPE_CHECKING:
    from .server import ShopServer

CONTROL_PATH = "/_control/"
MOST_ORDERS_AT_ONCE = 100_000


def answer_control(shop: "ShopServer", client: str, method: str, path: str, body: bytes) -> Answer:
    """Answer a control request.

    :param client: address of the client; anyone but the machine itself gets a 403
    :param body: a JSON object, or nothing
    """
    if not _is_loopback(client):
        return error_answer(403, "The shop is controlled from its own machine only.")
    name, _, argument = path.removeprefix(CONTROL_PATH).partition("/")
    action = _ACTIONS.get((method, name))
    if action is None:
        allowed = sorted(known for known, of in _ACTIONS if of == name)
        if allowed:
            return error_answer(405, "This cannot be done here.", {"Allow": ", ".join(allowed)})
        return error_answer(404, "There is no such control.")
    try:
        values = json.loads(body) if body.strip() else {}
        if not isinstance(values, dict):
            return error_answer(400, "The body must be a JSON object.")
        return json_answer(200, action(shop, argument, values))
    except KeyError as error:
        return error_answer(404, f"There is no {error.args[0]}.")
    except (TypeError, ValueError) as error:
        return error_answer(400, str(error))


def _is_loopback(client: str) -> bool:
    address = ipaddress.ip_address(client)
    mapped = getattr(address, "ipv4_mapped", None)
    return (mapped or address).is_loopback


def _add_or_edit_orders(shop: "ShopServer", argument: str, values: dict) -> Any:
    if argument:
        return shop.edit_order(int(argument)).payload()
    count = values.get("count", 1)
    if type(count) is not int or not 0 <= count <= MOST_ORDERS_AT_ONCE:
        raise ValueError(f"count must be a number from 0 to {MOST_ORDERS_AT_ONCE}")
    return {"added": [order.number for order in shop.add_orders(count)]}


def _clear_orders(shop: "ShopServer", argument: str, values: dict) -> Any:
    shop.clear()
    return {}


def _put_entry(shop: "ShopServer", argument: str, values: dict) -> Any:
    if "payload" not in values:
        raise ValueError("payload is missing")
    shop.put(values["payload"])
    return {}


def _totals(shop: "ShopServer", argument: str, values: dict) -> Any:
    return shop.totals().as_json()


def _requests(shop: "ShopServer", argument: str, values: dict) -> Any:
    return [record.as_json() for record in list(shop.requests)]


def _clear_requests(shop: "ShopServer", argument: str, values: dict) -> Any:
    shop.requests.clear()
    return {}


def _faults(shop: "ShopServer", argument: str, values: dict) -> Any:
    return {"active": [fault.as_json() for fault in shop.faults.active], "hits": shop.faults.hits}


def _add_fault(shop: "ShopServer", argument: str, values: dict) -> Any:
    if not isinstance(values.get("kind"), str):
        raise ValueError("kind is missing")
    return shop.faults.add(**values).as_json()


def _clear_faults(shop: "ShopServer", argument: str, values: dict) -> Any:
    shop.faults.clear()
    return {}


def _settings(shop: "ShopServer", argument: str, values: dict) -> Any:
    shop.settings = replace(shop.settings, **values)
    return asdict(shop.settings)


_ACTIONS = {
    ("POST", "orders"): _add_or_edit_orders,
    ("DELETE", "orders"): _clear_orders,
    ("POST", "entries"): _put_entry,
    ("GET", "totals"): _totals,
    ("GET", "requests"): _requests,
    ("DELETE", "requests"): _clear_requests,
    ("GET", "faults"): _faults,
    ("POST", "faults"): _add_fault,
    ("DELETE", "faults"): _clear_faults,
    ("GET", "settings"): _settings,
    ("POST", "settings"): _settings,
}
