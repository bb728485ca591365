"""Connect the Demo Store to the demo shop; run in an Odoo shell, which provides ``env``."""

import os
from datetime import UTC, datetime, timedelta

store = env.ref("external_order_sync.demo_store")  # noqa: F821
store.write(
    {
        "external_api_url": os.environ["DEMO_SHOP_URL"],
        "external_api_key": os.environ["DEMO_SHOP_API_KEY"],
        "active": True,
    }
)
# In a new database all of Odoo's jobs are due at once. They would compete with the first synchronization for the
# machine and for rows (the stock scheduler logs such a conflict as an error), so they are postponed by a day.
ours = env.ref("external_order_sync.ir_cron_sync_external_orders")  # noqa: F821
others = env["ir.cron"].search([("id", "!=", ours.id)])  # noqa: F821
others.write({"nextcall": datetime.now(UTC).replace(tzinfo=None) + timedelta(days=1)})
env["ir.cron.trigger"].search([("cron_id", "in", others.ids)]).unlink()  # noqa: F821  such as the vacuum's
env.cr.commit()  # noqa: F821
