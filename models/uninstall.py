from odoo.tools import SQL

from .events.external_event import LOG_DAYS, LOG_FROM
from .order_import.external_order_identity import KEYED_SINCE
from .order_import.product_template import NAME_KEYS

ADDON = "external_order_sync"


def uninstall_hook(env):
    """Remove what Odoo would not remove, or only with an error."""
    # Odoo deletes records that have an XML id of the addon before it drops the tables. The inbox refers to the demo
    # record, so PostgreSQL would refuse that and log an error. Without its XML id, it is dropped with its table.
    env["ir.model.data"].search([("module", "=", ADDON), ("model", "=", "external.order.sync")]).unlink()
    _keep_sold_products(env)
    # Those that a user duplicated to have more workers; they would keep Odoo from deleting our models.
    env["ir.cron"].with_context(active_test=False).search([("model_id.model", "=", "external.order.sync")]).unlink()
    # What the next installation finds was not imported by a former version, and its log of events begins anew.
    env["ir.config_parameter"].search([("key", "in", (KEYED_SINCE, LOG_FROM, LOG_DAYS))]).unlink()
    # The index of product names depends on a function of the addon, which belongs to no model.
    env.cr.execute(SQL("DROP FUNCTION IF EXISTS %s(jsonb) CASCADE", SQL.identifier(NAME_KEYS)))


def _keep_sold_products(env):
    """Keep the service products of order and invoice lines, which PostgreSQL would refuse to delete, with an error."""
    own = env["ir.model.data"].search(
        [("module", "=", ADDON), ("model", "in", ("product.product", "product.template"))]
    )
    ids = own.filtered(lambda name: name.model == "product.product").mapped("res_id")
    lines = (env[model].search([("product_id", "in", ids)]) for model in ("pos.order.line", "account.move.line"))
    sold = env["product.product"].union(*(found.product_id for found in lines))
    kept = {("product.product", product.id) for product in sold}
    kept |= {("product.template", template.id) for template in sold.product_tmpl_id}
    own.filtered(lambda name: (name.model, name.res_id) in kept).unlink()
