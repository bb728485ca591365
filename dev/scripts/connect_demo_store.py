"""Connect the Demo Store to the demo shop; run in an Odoo shell, which provides ``env``.

With DEMO_SHOP_BRANCHES, the shop is a chain of branches: {LocationID: external id of the Point of Sale} as JSON.
"""

import json
import os
from datetime import UTC, datetime, timedelta

from odoo.fields import Command

env = env  # noqa: F821  provided by the shell
store = env.ref("external_order_sync.demo_store")
store.write(
    {
        "external_api_url": os.environ["DEMO_SHOP_URL"],
        "external_api_key": os.environ["DEMO_SHOP_API_KEY"],
        "active": True,
        "state": "started",
    }
)
# The first page after the login.
env.ref("base.user_admin").action_id = env.ref("external_order_sync.action_external_order_sync").id


def connect_branches(branches):
    """Set up what a chain of branches sells with: `branches` is {LocationID: ``pos.config``}."""
    # The order types of the shop.
    presets = env["pos.preset"].create([{"name": name} for name in ("Dine In", "Takeaway", "Delivery")])
    for config in branches.values():
        config.write(
            {
                "use_presets": True,
                "default_preset_id": presets[0].id,
                "available_preset_ids": [Command.set(presets.ids)],
            }
        )
    # The customers that the shop and Odoo both know, see `dev/stand_ins/shop/customers.py`.
    country = store.company_id.country_id
    env["res.partner"].create(
        [
            {"name": "Sara Haddad", "ref": "CUST-001"},
            {"name": "Omar Aziz", "ref": "CUST-002"},
            {"name": "Lina Haddad", "email": "lina.haddad@example.com"},
            {"name": "John Doe", "email": "j.doe@example.com"},
            {"name": "Café Central SA", "is_company": True, "vat": "US987654321", "country_id": country.id},
        ]
    )
    store.write(
        {
            # As `dev/stand_ins/shop/chain.py` sells.
            "timezone": "Asia/Riyadh",
            "session_per_day": True,
            "summary_url": os.environ["DEMO_SHOP_SUMMARY_URL"],
            "proof_start": os.environ["DEMO_SHOP_FIRST_DAY"],
            "day_end": 4.0,
            "customer_mode": "create",
            "invoice_mode": "asked",
            "location_mapping_ids": [
                Command.create({"external_location": location, "pos_config_id": config.id})
                for location, config in branches.items()
            ],
        }
    )


if locations := json.loads(os.environ.get("DEMO_SHOP_BRANCHES", "{}")):
    connect_branches({location: env.ref(xml_id) for location, xml_id in locations.items()})


def acknowledge(url):
    """Acknowledge the orders to the shop."""
    names = ["order.imported", "order.failed", "order.refunded"]
    subscription = env["external.event.subscription"].create(
        {
            "name": "Demo Store: Acknowledge",
            "form": "template",
            "sync_id": store.id,
            "company_id": store.company_id.id,
            "type_ids": [Command.set(env["external.event.type"].search([("code", "in", names)]).ids)],
            "url": url,
            "send_api_key": True,
        }
    )
    subscription.action_start()


if acknowledge_url := os.environ.get("DEMO_SHOP_ACKNOWLEDGE_URL"):
    acknowledge(acknowledge_url)

# In a new database all of Odoo's jobs are due at once. They would compete with the first synchronization for the
# machine and for rows (the stock scheduler logs such a conflict as an error), so they are postponed by a day.
ours = env.ref("external_order_sync.ir_cron_sync_external_orders")
others = env["ir.cron"].search([("id", "!=", ours.id)])
others.write({"nextcall": datetime.now(UTC).replace(tzinfo=None) + timedelta(days=1)})
env["ir.cron.trigger"].search([("cron_id", "in", others.ids)]).unlink()  # such as the vacuum's
env.cr.commit()
