"""Give the demo database a courier, a ready transfer and an API key; run in an Odoo shell, which provides ``env``."""

import os
from datetime import UTC, datetime

from odoo.addons.base.models.res_users import INDEX_SIZE, KEY_CRYPT_CONTEXT
from odoo.fields import Command

address = {
    "street": "Lange Straße 12a",
    "zip": "01067",
    "city": "Dresden",
    "country_id": env.ref("base.de").id,  # noqa: F821
}
warehouse = env.ref("stock.warehouse0")  # noqa: F821
warehouse.partner_id = env["res.partner"].create({"name": "Warehouse", **address})  # noqa: F821
url = os.environ["DEMO_COURIER_URL"]
env["delivery.carrier"].create(  # noqa: F821
    {
        "name": "OPAL (stand-in)",
        "delivery_type": "opal",
        "product_id": env["product.product"].create({"name": "OPAL", "type": "service"}).id,  # noqa: F821
        "opal_test_url": url,
        "opal_username": os.environ["DEMO_COURIER_USER"],
        "opal_password": os.environ["DEMO_COURIER_PASSWORD"],
        "tracking_url": f"{url}auftrag.php?nr=<shipmenttrackingnumber>",
    }
)
customers = env.ref("stock.stock_location_customers")  # noqa: F821
# Not storable, so the transfer is always ready.
product = env["product.product"].create({"name": "Spare Part", "type": "consu", "weight": 2})  # noqa: F821
picking = env["stock.picking"].create(  # noqa: F821
    {
        "picking_type_id": warehouse.out_type_id.id,
        "location_id": warehouse.lot_stock_id.id,
        "location_dest_id": customers.id,
        "partner_id": env["res.partner"].create({"name": "Erika Müller", **address}).id,  # noqa: F821
        "origin": os.environ["DEMO_SHIPMENT_ORIGIN"],
        "move_ids": [
            Command.create(
                {
                    "product_id": product.id,
                    "product_uom_qty": 1,
                    "location_id": warehouse.lot_stock_id.id,
                    "location_dest_id": customers.id,
                }
            )
        ],
    }
)
picking.action_confirm()
# Users create such a key in their preferences, where it is shown once; the demo needs a known one.
key = os.environ["DEMO_API_KEY"]
env.cr.execute(  # noqa: F821
    'INSERT INTO res_users_apikeys (name, user_id, scope, key, "index") VALUES (%s, %s, %s, %s, %s)',
    ["Courier demo", env.ref("base.user_admin").id, "rpc", KEY_CRYPT_CONTEXT.hash(key), key[:INDEX_SIZE]],  # noqa: F821
)
# Other jobs are postponed by a day (see connect_demo_store.py); this one is due.
env.ref("external_order_sync.ir_cron_ship").nextcall = datetime.now(UTC).replace(tzinfo=None)  # noqa: F821
env.cr.commit()  # noqa: F821
