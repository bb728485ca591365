"""The demo database: the addon installed, its Demo Store connected to the demo shop."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager

from .. import locks, paths, progress
from ..failure import Failure
from ..server import odoo_program, templates
from ..server.environment import Environment
from ..server.odoo_client import OdooClient
from .shop import BRANCHES, DemoShop

NAME = "demo"
LOCK = "demo-database"
SYNC_TIMEOUT = 300.0  # seconds
# The administrator from Odoo's demo data.
LOGIN = PASSWORD = "admin"


@contextmanager
def kept_for_us() -> Iterator[bool]:
    """Lock the demo database against other commands of this checkout. Yield whether that succeeded."""
    with locks.exclusive_if_free(LOCK) as ours:
        yield ours


def ensure(env: Environment) -> None:
    """Create the demo database unless it exists; an existing one is kept with its data.

    If the addon's sources have changed since, the addon is updated in it, unless the database is in use.
    """
    stamp = env.databases.stamp(NAME)
    if not stamp:
        make(env, NAME)
    elif stamp != (wanted := templates.addon_stamp(env)):
        with kept_for_us() as ours:
            if ours:
                with progress.step(f"Update of {paths.ADDON_NAME} in database {env.databases.name(NAME)}"):
                    odoo_program.install(env, NAME, paths.ADDON_NAME, again=True)
                env.databases.set_stamp(NAME, wanted)


def make(env: Environment, database: str, shop: DemoShop | None = None) -> None:
    """Create a fresh demo database. If a shop is given, the Demo Store imports its orders."""
    with progress.step(f"Database {env.databases.name(database)}"):
        stamp = templates.copy_addon_template(env, database)
        if shop:
            variables = {
                "DEMO_SHOP_URL": shop.orders_url,
                "DEMO_SHOP_API_KEY": shop.api_key,
                "DEMO_SHOP_ACKNOWLEDGE_URL": shop.acknowledge_url,
                "DEMO_SHOP_SUMMARY_URL": shop.summary_url,
                "DEMO_SHOP_FIRST_DAY": shop.first_day.isoformat(),
                "DEMO_SHOP_BRANCHES": json.dumps(BRANCHES),
            }
            odoo_program.run_script(env, database, paths.DEV / "scripts" / "connect_demo_store.py", variables)
        env.databases.set_stamp(database, stamp)


def sync_now(client: OdooClient) -> tuple[str, str]:
    """Press Sync Now on the Demo Store and wait until all orders are processed. Return its status and message."""
    store = demo_store(client)
    with progress.step("Sync Now on the Demo Store"):
        client.call("external.order.sync", "action_sync_now", [store])
        # If it takes too long for a click, the scheduled action finishes it.
        deadline = time.monotonic() + SYNC_TIMEOUT
        unfinished = [("sync_id", "=", store), ("status", "=", "running")]
        while client.call("external.order.sync.run", "search_count", unfinished) and time.monotonic() < deadline:
            if _run_scheduled_action(client):
                time.sleep(0.5)
    [result] = client.call("external.order.sync", "read", [store], ["last_sync_status", "last_sync_message"])
    return result["last_sync_status"] or "", result["last_sync_message"] or ""


def book_changes(client: OdooClient) -> None:
    """Let the Demo Store book orders again that change after their import."""
    client.call("external.order.sync", "write", [demo_store(client)], {"book_changes": True})


def close_past_days(client: OdooClient) -> None:
    """Run the scheduled action, which closes the sessions of the days that are over."""
    with progress.step("Closing the sessions of the past days"):
        deadline = time.monotonic() + SYNC_TIMEOUT
        while refusal := _run_scheduled_action(client):
            if time.monotonic() > deadline:
                raise refusal
            time.sleep(0.5)


def _run_scheduled_action(client: OdooClient) -> Failure | None:
    """Run the scheduled action. Return why not, which is usually that the scheduler of a server is running it."""
    try:
        client.call("ir.cron", "method_direct_trigger", [_id_of(client, "ir_cron_sync_external_orders")])
    except Failure as failure:
        return failure
    return None


def branch_names(client: OdooClient, store: int) -> dict[str, str]:
    """Return the name of the Point of Sale of each LocationID of a store."""
    domain = [("sync_id", "=", store)]
    rows = client.call("external.location.mapping", "search_read", domain, ["external_location", "pos_config_id"])
    return {row["external_location"]: row["pos_config_id"][1] for row in rows}


def demo_store(client: OdooClient) -> int:
    """Return the id of the Demo Store."""
    return _id_of(client, "demo_store")


def _id_of(client: OdooClient, name: str) -> int:
    """Return the id of a record of the addon."""
    domain = [("module", "=", paths.ADDON_NAME), ("name", "=", name)]
    found = client.call("ir.model.data", "search_read", domain, ["res_id"])
    if not found:
        raise Failure(f"The addon's data has no {name}.")
    return found[0]["res_id"]
