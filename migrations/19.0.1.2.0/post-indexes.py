"""Drop indexes that others have replaced: Odoo keeps those that it does not know."""

from odoo.tools import SQL

REPLACED = (
    "external_order__sync_id_index",
    "external_order__sold_date_index",
    "external_order__state_index",
    "odoo_mirror_quant__product_id_index",
)


def migrate(cr, version):
    """Drop indexes on one column that is now the first one of another index."""
    for name in REPLACED:
        cr.execute(SQL("DROP INDEX IF EXISTS %s", SQL.identifier(name)))
