"""The demo's parcel: send a ready transfer to the courier through the API, and read it back as delivered.

The caller runs `connect` on the demo database before Odoo serves it, and `ship` while Odoo is running.
"""

import json
import secrets
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from typing import Any

from .. import paths, progress
from ..failure import Failure
from ..server import odoo_program
from ..server.environment import Environment
from ..server.odoo_client import OdooClient
from .courier import USER, DemoCourier

PICKINGS = "/api/odoo/pickings"
SHIPMENTS = "/api/delivery/shipments"
ORIGIN = "Courier Demo"
TIMEOUT = 120.0  # seconds; unless it is woken, the scheduler checks once a minute
UNAVAILABLE = 503


@dataclass(frozen=True)
class DemoShipment:
    """The data that the demo prints."""

    transfer: str
    tracking_number: str
    state: str


def connect(env: Environment, database: str, courier: DemoCourier) -> str:
    """Create a delivery method with this courier and a ready transfer in the database (its short name).

    :return: an API key
    """
    key = secrets.token_hex(20)
    variables = {
        "DEMO_COURIER_URL": f"{courier.address}/",
        "DEMO_COURIER_USER": USER,
        "DEMO_COURIER_PASSWORD": courier.password,
        "DEMO_API_KEY": key,
        "DEMO_SHIPMENT_ORIGIN": ORIGIN,
    }
    odoo_program.run_script(env, database, paths.DEV / "scripts" / "connect_demo_courier.py", variables)
    return key


def ship(url: str, key: str, client: OdooClient, courier: DemoCourier) -> DemoShipment:
    """Act as a warehouse client: find the ready transfer, request its shipment, wait, and read it back as delivered.

    Raises Failure if this does not succeed, or if the courier does not have exactly this one order.
    """
    with progress.step("One parcel through the courier"):
        ready = ask(f"{url}{PICKINGS}?state=assigned&limit=1000", key)
        transfer = next((picking for picking in ready if picking["origin"] == ORIGIN), None)
        if transfer is None:
            raise Failure("The demo's transfer is not in the list of ready transfers.")
        ask(f"{url}{SHIPMENTS}", key, {"picking_id": transfer["id"], "provider_code": "opal"})
        shipment = _wait_for(f"{url}{SHIPMENTS}/{transfer['id']}", key, "shipped")
        orders = [order["tracking_number"] for order in courier.orders()]
        if orders != [shipment["tracking_number"]]:
            raise Failure(f"The courier has {orders}, Odoo {shipment['tracking_number']}.")
        for status in ("Abgeholt", "Zugestellt"):
            courier.report(shipment["tracking_number"], status)
        # The scheduler would check only every 15 minutes.
        found = client.call("external.shipment", "search", [("picking_id", "=", transfer["id"])])
        update_status(client, found)
        shipment = _wait_for(f"{url}{SHIPMENTS}/{transfer['id']}", key, "delivered")
    return DemoShipment(transfer["name"], shipment["tracking_number"], shipment["state"])


def _wait_for(url: str, key: str, state: str) -> dict[str, Any]:
    deadline = time.monotonic() + TIMEOUT
    while (shipment := ask(url, key))["state"] != state:
        if shipment["state"] == "error" or time.monotonic() > deadline:
            raise Failure(f"The shipment is {shipment['state']}, not {state}: {shipment['error'] or 'no error'}")
        time.sleep(0.25)
    return shipment


def update_status(client: OdooClient, shipments: list[int]) -> None:
    """Press *Update Status*; repeat if it is refused, because the worker may be contacting the courier right now."""
    deadline = time.monotonic() + TIMEOUT
    while True:
        try:
            client.call("external.shipment", "action_update_status", shipments)
            return
        except Failure:
            if time.monotonic() > deadline:
                raise
        time.sleep(0.5)


def ask(url: str, key: str, body: dict[str, Any] | None = None) -> Any:
    """Return the API's answer; a body is sent by POST. Repeat while the API answers 503. Raises Failure."""
    request = urllib.request.Request(
        url,
        json.dumps(body).encode() if body else None,
        {"Authorization": f"Bearer {key}", "Content-Type": "application/json"},
    )
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    deadline = time.monotonic() + TIMEOUT
    while True:
        try:
            with opener.open(request, timeout=TIMEOUT) as response:
                return json.load(response)
        except urllib.error.HTTPError as error:
            if error.code != UNAVAILABLE or time.monotonic() > deadline:
                raise Failure(f"Odoo answers {error.code} to {url}: {error.read().decode()[:300]}") from error
            time.sleep(float(error.headers["Retry-After"] or 1))
        except OSError as error:
            raise Failure(f"Odoo did not answer {url}: {error}") from error
