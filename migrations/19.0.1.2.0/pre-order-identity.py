"""Give received orders their LocationID and Point of Sale, and make room for equal OrderIDs of several branches.

The columns are filled here because the ORM would leave them empty, and later it is unknown where an order came from.
"""

from odoo.tools import SQL
from odoo.tools.sql import column_exists, create_column

from odoo.addons.external_order_sync.lib.order.payload import order_location
from odoo.addons.external_order_sync.lib.strict_json import loads

BATCH = 1000


def migrate(cr, version):
    """Add and fill the columns ``external_location``, ``by_location`` and ``pos_config_id`` of ``external_order``."""
    # The identity of an order now includes its location: see `external_order_location.py`.
    cr.execute("ALTER TABLE external_order DROP CONSTRAINT IF EXISTS external_order_unique_order")
    if column_exists(cr, "external_order", "external_location"):
        return
    create_column(cr, "external_order", "external_location", "varchar")
    create_column(cr, "external_order", "by_location", "boolean")
    create_column(cr, "external_order", "pos_config_id", "int4")
    cr.execute(
        """
        UPDATE external_order AS inbox
           SET pos_config_id = coalesce(pos_session.config_id, external_order_sync.pos_config_id)
          FROM external_order AS received
          JOIN external_order_sync ON external_order_sync.id = received.sync_id
          LEFT JOIN pos_order ON pos_order.id = received.pos_order_id
          LEFT JOIN pos_session ON pos_session.id = pos_order.session_id
         WHERE received.id = inbox.id
        """
    )
    # The payload of an order that changed after its import is not the one that it was imported from.
    last = 0
    while True:
        cr.execute(
            """
            SELECT id, payload FROM external_order
             WHERE id > %s AND changed_date IS NULL AND payload LIKE '%%"LocationID"%%'
             ORDER BY id LIMIT %s
            """,
            [last, BATCH],
        )
        rows = cr.fetchall()
        if not rows:
            break
        last = rows[-1][0]
        located = [(row_id, order_location(loads(payload))) for row_id, payload in rows]
        values = SQL(", ").join(SQL("(%s, %s)", row_id, location) for row_id, location in located if location)
        if values.code:
            cr.execute(
                SQL(
                    "UPDATE external_order SET external_location = v.location FROM (VALUES %s) AS v (id, location) "
                    "WHERE external_order.id = v.id",
                    values,
                )
            )
