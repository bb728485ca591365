"""Run Odoo with a Demo Store and the demo shop that it imports orders from, until Ctrl-C."""

from dev import ports
from dev.demo import database as demo_database
from dev.demo import shop as demo_shop
from dev.failure import Failure
from dev.server import environment, odoo_server
from dev.server.odoo_client import OdooClient

# Odoo's usual one.
PREFERRED_PORT = 8069


def run(arguments: list[str]) -> int:
    """Start everything with a fresh demo database, print how to sign in, and stop everything on Ctrl-C."""
    try:
        _serve()
    except KeyboardInterrupt:
        print("\nStopped.")
    return 0


def _serve() -> None:
    with (
        demo_database.kept_for_us() as ours,
        environment.ready() as env,
    ):
        if not ours:
            raise Failure(
                "Another command of this checkout uses the demo database.",
                "Stop the `make run` that is still running, then run it again.",
            )
        with demo_shop.selling("--sell-every=60") as shop:
            demo_database.make(env, demo_database.NAME, shop)
            with odoo_server.serving(env, demo_database.NAME, ports.free(PREFERRED_PORT)) as server:
                client = OdooClient(server.url, server.database, demo_database.LOGIN, demo_database.PASSWORD)
                _status, message = demo_database.sync_now(client)
                demo_database.close_past_days(client)
                _introduce(server, shop, message)
                server.process.wait()
                raise Failure(
                    f"Odoo stopped unexpectedly (exit code {server.process.returncode}); its log: {server.log}"
                )


def _introduce(server: odoo_server.OdooServer, shop: demo_shop.DemoShop, message: str) -> None:
    print(
        f"""
{message}

  Odoo       {server.url}
  User       {demo_database.LOGIN}
  Password   {demo_database.PASSWORD}
  Log        {server.log}

  Demo shop  {shop.orders_url}
  API key    {shop.api_key}   (to connect the shop once more by yourself: Authorization: Bearer)

  Overview           {server.url}/odoo/action-external_order_sync.action_external_order_dashboard
  Needs Attention    Point of Sale > Orders > Needs Attention
  Received orders    Point of Sale > Orders > External Orders
  Set up and choices Point of Sale > Configuration > External Orders
  Shipments          Inventory > Operations > Shipments
  Warehouse mirror   Inventory > Warehouse Mirror
  Events             Settings > Events

  The Demo Store is one shop with three branches, whose orders of today and of the two days before have arrived. They
  are under Point of Sale > Orders, in one session per branch and day. The shop makes one new order per minute.
  To make five at once:
    curl -X POST {shop.address}/_control/orders -H 'Content-Type: application/json' -d '{{"count": 5}}'

Ctrl-C stops everything.
""",
        flush=True,
    )
