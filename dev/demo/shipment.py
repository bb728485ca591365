"""One parcel of the demo: a ready transfer goes to the courier through the API, and is read back as delivered.

The caller runs :func:`connect` on the demo database before Odoo serves it, and :func:`ship` while it does.
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
TIMEOUT = 120.0  # seconds; a scheduler that nothing woke looks once a minute
UNAVAILABLE = 503


@dataclass(frozen=True)
class DemoShipment:
    """What the demo prints."""

    transfer: str
    tracking_number: str
    state: str


def connect(env: Environment, database: str, courier: DemoCourier) -> str:
    """Let the database (its short name) have a shipping method with this courier and a ready transfer.

    :return: a key for the API
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
    """Do what a warehouse client does: find the ready transfer, post it, wait, and read it back as delivered.

    Raises Failure if it does not get so far, or if the courier does not have exactly that one order.
    """
    with progress.step("One parcel through the courier"):
        ready = ask(f"{url}{PICKINGS}?state=assigned&limit=1000", key)
        transfer = next((picking for picking in ready if picking["origin"] == ORIGIN), None)
        if transfer is None:
            raise Failure("The demo's transfer is not among those that are ready.")
        ask(f"{url}{SHIPMENTS}", key, {"picking_id": transfer["id"], "provider_code": "opal"})
        shipment = _wait_for(f"{url}{SHIPMENTS}/{transfer['id']}", key, "shipped")
        orders = [order["tracking_number"] for order in courier.orders()]
        if orders != [shipment["tracking_number"]]:
            raise Failure(f"The courier has {orders}, Odoo {shipment['tracking_number']}.")
        for status in ("Abgeholt", "Zugestellt"):
            courier.report(shipment["tracking_number"], status)
        # The scheduler looks every quarter of an hour.
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
    """Press *Update Status*, again if it is refused: the worker may be asking the courier at this moment."""
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
    """Return the API's answer, a body being posted; ask again while it says 503. Raises Failure."""
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
