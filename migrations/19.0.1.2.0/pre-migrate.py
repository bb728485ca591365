"""Bind the secrets that are stored to the addresses that are stored with them.

The ORM would compute these columns too, but would also mark every row as changed by the update.
"""

from odoo.tools import SQL
from odoo.tools.sql import column_exists, create_column

from odoo.addons.external_order_sync.lib.web_address import bind

# Table: the secret, the addresses that it is sent to, and the other fields that it belongs to.
SECRETS = {
    "external_order_sync": ("external_api_key", ["external_api_url"], []),
    "odoo_sync_source": ("secret", ["url"], ["database", "login"]),
    "delivery_carrier": ("opal_password", ["opal_url", "opal_test_url"], ["opal_username"]),
}


def migrate(cr, version):
    """Add the columns ``<secret>_binding`` and fill them."""
    if not column_exists(cr, "external_order_sync", "secret_parameters_binding"):
        create_column(cr, "external_order_sync", "secret_parameters_binding", "varchar")  # nothing to bind yet
    for table, (secret, urls, identity) in SECRETS.items():
        binding = f"{secret}_binding"
        if column_exists(cr, table, binding):
            continue
        create_column(cr, table, binding, "varchar")
        columns = SQL(", ").join(map(SQL.identifier, ["id", *urls, *identity]))
        cr.execute(SQL("SELECT %s FROM %s WHERE %s <> ''", columns, SQL.identifier(table), SQL.identifier(secret)))
        for row_id, *values in cr.fetchall():
            texts = [value or "" for value in values]
            bound = bind(texts[: len(urls)], *texts[len(urls) :])
            cr.execute(
                SQL(
                    "UPDATE %s SET %s = %s WHERE id = %s", SQL.identifier(table), SQL.identifier(binding), bound, row_id
                )
            )
