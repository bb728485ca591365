"""Count the lines of the orders that are still to be imported.

The ORM would count those of all orders, and mark every one of them as changed by the update.
"""

import json

from odoo.tools import SQL
from odoo.tools.sql import column_exists, create_column

from odoo.addons.external_order_sync.lib.order.size import count_lines

BATCH = 1000


def migrate(cr, version):
    """Add the column ``line_count`` of ``external_order`` and fill it where the import will read it."""
    if column_exists(cr, "external_order", "line_count"):
        return
    create_column(cr, "external_order", "line_count", "int4")
    last = 0
    while True:
        cr.execute(
            SQL(
                """
                SELECT id, payload FROM external_order
                 WHERE id > %s AND payload IS NOT NULL AND (state IN ('pending', 'failed') OR changed)
                 ORDER BY id LIMIT %s
                """,
                last,
                BATCH,
            )
        )
        rows = cr.fetchall()
        if not rows:
            break
        last = rows[-1][0]
        counts = SQL(", ").join(SQL("(%s, %s)", row_id, count_lines(json.loads(payload))) for row_id, payload in rows)
        cr.execute(
            SQL(
                "UPDATE external_order SET line_count = v.lines FROM (VALUES %s) AS v (id, lines) "
                "WHERE external_order.id = v.id",
                counts,
            )
        )
