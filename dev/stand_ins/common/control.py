"""The control endpoints, by which another process works a stand-in and switches its faults on."""

import ipaddress
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

CONTROL_PATH = "/_control/"

#: What an action gets: the stand-in, what follows the control's name in the path, and the body's JSON object.
Action = Callable[[Any, str, dict], Any]


@dataclass(frozen=True)
class ControlAnswer:
    """What is answered; ``value`` is for JSON."""

    status: int
    value: Any
    headers: dict[str, str] = field(default_factory=dict)


def control(
    stand_in: Any, actions: Mapping[tuple[str, str], Action], client: str, method: str, path: str, body: bytes
) -> ControlAnswer:
    """Answer a control request.

    :param actions: what can be done, by method and control
    :param client: address of the client; anyone but the machine itself gets a 403
    :param body: a JSON object, or nothing
    """
    if not _is_loopback(client):
        return _error(403, "This is controlled from its own machine only.")
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


#: What every stand-in can do.
COMMON_ACTIONS: dict[tuple[str, str], Action] = {
    ("GET", "requests"): _requests,
    ("DELETE", "requests"): _clear_requests,
    ("GET", "faults"): _faults,
    ("POST", "faults"): _add_fault,
    ("DELETE", "faults"): _clear_faults,
}
