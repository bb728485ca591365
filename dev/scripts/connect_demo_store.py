"""Connect the Demo Store to the demo shop; run in an Odoo shell, which provides ``env``."""

import os

store = env.ref("external_order_sync.demo_store")  # noqa: F821
store.write(
    {
        "external_api_url": os.environ["DEMO_SHOP_URL"],
        "external_api_key": os.environ["DEMO_SHOP_API_KEY"],
        "active": True,
    }
)
env.cr.commit()  # noqa: F821
