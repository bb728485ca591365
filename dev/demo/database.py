"""The demo database: the addon installed, its Demo Store connected to the demo shop."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from .. import locks, paths, progress
from ..failure import Failure
from ..server import odoo_program, templates
from ..server.environment import Environment
from ..server.odoo_client import OdooClient
from .shop import DemoShop

NAME = "demo"
LOCK = "demo-database"
SYNC_TIMEOUT = 300.0  # seconds
# The administrator that Odoo's own demo data make.
LOGIN = PASSWORD = "admin"


@contextmanager
def kept_for_us() -> Iterator[bool]:
    """Keep the demo database from other commands of this checkout; yield whether that succeeded."""
    with locks.exclusive_if_free(LOCK) as ours:
        yield ours


def ensure(env: Environment) -> None:
    """Make the demo database unless it is there; the one of the last command is kept, with what was done in it.

    If the addon's sources are others than those in the database, the addon is updated there, unless it is in use.
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
    """Make a fresh demo database; with a shop, the Demo Store takes its orders from there."""
    with progress.step(f"Database {env.databases.name(database)}"):
        stamp = templates.copy_addon_template(env, database)
        if shop:
            variables = {"DEMO_SHOP_URL": shop.orders_url, "DEMO_SHOP_API_KEY": shop.api_key}
            odoo_program.run_script(env, database, paths.DEV / "scripts" / "connect_demo_store.py", variables)
        env.databases.set_stamp(database, stamp)


def sync_now(client: OdooClient) -> tuple[str, str]:
    """Press Sync Now on the Demo Store, wait until it is through with all orders; return its status and message."""
    store = demo_store(client)
    with progress.step("Sync Now on the Demo Store"):
        client.call("external.order.sync", "action_sync_now", [store])
        # What takes too long for a click is finished by the scheduler.
        deadline = time.monotonic() + SYNC_TIMEOUT
        unfinished = [("sync_id", "=", store), ("status", "=", "running")]
        while client.call("external.order.sync.run", "search_count", unfinished) and time.monotonic() < deadline:
            time.sleep(0.5)
    [result] = client.call("external.order.sync", "read", [store], ["last_sync_status", "last_sync_message"])
    return result["last_sync_status"] or "", result["last_sync_message"] or ""


def demo_store(client: OdooClient) -> int:
    """Return the id of the Demo Store."""
    domain = [("module", "=", paths.ADDON_NAME), ("name", "=", "demo_store")]
    found = client.call("ir.model.data", "search_read", domain, ["res_id"])
    if not found:
        raise Failure("The addon's demo data have no configuration demo_store.")
    return found[0]["res_id"]
