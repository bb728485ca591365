"""The control endpoints, through which another process controls a stand-in and sets its faults."""

import ipaddress
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

CONTROL_PATH = "/_control/"

# An action's arguments: the stand-in, the rest of the path after the control's name, and the JSON object of the body.
Action = Callable[[Any, str, dict], Any]


@dataclass(frozen=True)
class ControlAnswer:
    """An answer; ``value`` is sent as JSON."""

    status: int
    value: Any
    headers: dict[str, str] = field(default_factory=dict)


def control(
    stand_in: Any, actions: Mapping[tuple[str, str], Action], client: str, method: str, path: str, body: bytes
) -> ControlAnswer:
    """Answer a control request.

    :param actions: the possible actions, by method and control
    :param client: address of the client; other machines get a 403
    :param body: a JSON object, or empty
    """
    if not _is_loopback(client):
        return _error(403, "Control requests are accepted only from this machine.")
    name, _, argument = path.removeprefix(CONTROL_PATH).partition("/")
    action = actions.get((method, name))
    if action is None:
        allowed = sorted(known for known, of in actions if of == name)
        if allowed:
            return _error(405, "This cannot be done here.", {"Allow": ", ".join(allowed)})
        return _error(404, "There is no such control.")
    try:
        values = json.loads(body) if body.strip() else {}
        if not isinstance(values, dict):
            return _error(400, "The body must be a JSON object.")
        return ControlAnswer(200, action(stand_in, unquote(argument), values))
    except KeyError as error:
        return _error(404, f"There is no {error.args[0]}.")
    except (TypeError, ValueError) as error:
        return _error(400, str(error))


def _error(status: int, message: str, headers: dict[str, str] | None = None) -> ControlAnswer:
    return ControlAnswer(status, {"error": message}, headers or {})


def _is_loopback(client: str) -> bool:
    address = ipaddress.ip_address(client)
    mapped = getattr(address, "ipv4_mapped", None)
    return (mapped or address).is_loopback


def _requests(stand_in: Any, argument: str, values: dict) -> Any:
    return [record.as_json() for record in list(stand_in.requests)]


def _clear_requests(stand_in: Any, argument: str, values: dict) -> Any:
    stand_in.requests.clear()
    return {}


def _faults(stand_in: Any, argument: str, values: dict) -> Any:
    return {"active": [fault.as_json() for fault in stand_in.faults.active], "hits": stand_in.faults.hits}


def _add_fault(stand_in: Any, argument: str, values: dict) -> Any:
    if not isinstance(values.get("kind"), str):
        raise ValueError("kind is missing")
    return stand_in.faults.add(**values).as_json()


def _clear_faults(stand_in: Any, argument: str, values: dict) -> Any:
    stand_in.faults.clear()
    return {}


# The actions of every stand-in.
COMMON_ACTIONS: dict[tuple[str, str], Action] = {
    ("GET", "requests"): _requests,
    ("DELETE", "requests"): _clear_requests,
    ("GET", "faults"): _faults,
    ("POST", "faults"): _add_fault,
    ("DELETE", "faults"): _clear_faults,
}
