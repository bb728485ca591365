"""Let the synchronizations of an earlier release run as before: only new ones wait until somebody starts them."""

from odoo.tools.sql import column_exists, create_column


def migrate(cr, version):
    """Add the column ``state``; the ORM would fill it with what a new synchronization has."""
    if column_exists(cr, "external_order_sync", "state"):
        return
    create_column(cr, "external_order_sync", "state", "varchar")
    cr.execute("UPDATE external_order_sync SET state = 'started'")
