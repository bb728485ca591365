"""The control endpoints, through which another process makes and changes orders and sets faults."""

from dataclasses import asdict, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from ..common.control import COMMON_ACTIONS, control
from .answer import Answer, json_answer

if TYPE_CHECKING:
    from .server import ShopServer

MOST_ORDERS_AT_ONCE = 100_000


def answer_control(shop: "ShopServer", client: str, method: str, path: str, body: bytes) -> Answer:
    """Answer a control request; see `dev.stand_ins.common.control.control`."""
    answer = control(shop, _ACTIONS, client, method, path, body)
    return json_answer(answer.status, answer.value, answer.headers)


def _add_or_edit_orders(shop: "ShopServer", argument: str, values: dict) -> Any:
    if argument:
        return shop.edit_order(int(argument)).payload()
    count = _count(values)
    chosen = {"generation": values["generation"]} if "generation" in values else {}
    if "days_ago" in values:
        if type(values["days_ago"]) is not int:
            raise ValueError("days_ago must be a whole number")
        chosen["sold_at"] = shop.clock() - timedelta(days=values["days_ago"])
    return {"added": [order.number for order in shop.add_orders(count, **chosen)]}


def _count(values: dict) -> int:
    count = values.get("count", 1)
    if type(count) is not int or not 0 <= count <= MOST_ORDERS_AT_ONCE:
        raise ValueError(f"count must be a number from 0 to {MOST_ORDERS_AT_ONCE}")
    return count


def _refund_order(shop: "ShopServer", argument: str, values: dict) -> Any:
    return shop.refund_order(int(argument), **values).payload()


def _cancel_order(shop: "ShopServer", argument: str, values: dict) -> Any:
    return shop.cancel_order(int(argument)).payload()


def _go_on(shop: "ShopServer", argument: str, values: dict) -> Any:
    return shop.go_on(_count(values))


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


def _totals_by_day(shop: "ShopServer", argument: str, values: dict) -> Any:
    return [
        {"day": day.isoformat(), "location": location, **totals.as_json()}
        for (day, location), totals in shop.totals_by_day().items()
    ]


def _acknowledgements(shop: "ShopServer", argument: str, values: dict) -> Any:
    return shop.acknowledgements.as_json()


def _settings(shop: "ShopServer", argument: str, values: dict) -> Any:
    shop.settings = replace(shop.settings, **values)
    return asdict(shop.settings)


_ACTIONS = {
    **COMMON_ACTIONS,
    ("POST", "orders"): _add_or_edit_orders,
    ("DELETE", "orders"): _clear_orders,
    ("POST", "refunds"): _refund_order,
    ("POST", "cancellations"): _cancel_order,
    ("POST", "lives"): _go_on,
    ("POST", "entries"): _put_entry,
    ("GET", "totals"): _totals,
    ("GET", "days"): _totals_by_day,
    ("GET", "acknowledgements"): _acknowledgements,
    ("GET", "settings"): _settings,
    ("POST", "settings"): _settings,
}
