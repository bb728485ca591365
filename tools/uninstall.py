ADDON = "external_order_sync"


def uninstall_hook(env):
    """Leave the demo record to the removal of its table.

    Odoo deletes what has an XML id of the addon one by one, before it drops the tables. An inbox that refers to the
    record forbids that, which PostgreSQL logs as an error.
    """
    env["ir.model.data"].search([("module", "=", ADDON), ("model", "=", "external.order.sync")]).unlink()
