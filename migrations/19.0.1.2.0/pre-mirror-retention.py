"""Keep the mirrored rows of existing sources that have gone, as before: only new sources delete them by themselves."""

from odoo.tools.sql import column_exists, create_column


def migrate(cr, version):
    """Add the number of days with 0, which keeps them."""
    if not column_exists(cr, "odoo_sync_source", "gone_retention_days"):
        create_column(cr, "odoo_sync_source", "gone_retention_days", "int4")
        cr.execute("UPDATE odoo_sync_source SET gone_retention_days = 0")
