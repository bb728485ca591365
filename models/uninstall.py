from odoo.tools import SQL

from .order_import.product_template import NAME_KEYS

ADDON = "external_order_sync"


def uninstall_hook(env):
    """Remove what Odoo does not remove, or not without an error."""
    # Odoo deletes records that have an XML id of the addon before it drops the tables. The inbox refers to the demo
    # record, so PostgreSQL would refuse that and log an error. Without its XML id, it goes with its table.
    env["ir.model.data"].search([("module", "=", ADDON), ("model", "=", "external.order.sync")]).unlink()
    # The index of product names hangs on a function of ours, which belongs to no model.
    env.cr.execute(SQL("DROP FUNCTION IF EXISTS %s(jsonb) CASCADE", SQL.identifier(NAME_KEYS)))
