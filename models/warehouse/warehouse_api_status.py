from odoo import api, models
from odoo.tools import SQL

from ...tools.groups import USER_GROUP
from .warehouse_api import ISO_UTC, Document
from .warehouse_schema import STATUS

# Key of the status → model whose records are counted.
COUNTED = {
    "products": "product.product",
    "locations": "stock.location",
    "pickings": "stock.picking",
    "quants": "stock.quant",
    "lots": "stock.lot",
    "packages": "stock.package",
    "move_lines": "stock.move.line",
}


class WarehouseApi(models.AbstractModel):
    _inherit = "warehouse.api"

    @api.model
    def _get_counted(self):
        """Return {key of the status: (model, domain of the records to count)}."""
        return {key: (model, []) for key, model in COUNTED.items()}

    @api.model
    def _sql_last_synced(self, key):
        """Return when the rows counted under `key` were last refreshed, or None if they are always current."""
        return None

    @api.model
    def _read_status(self, known_etags=()):
        """Return the counts of the records that the user may see, as a `Document` in the ``STATUS`` schema.

        The data of this database is always current, so `last_synced` is the time of the answer; the etag ignores it.
        `last_received` is when the newest transfer arrived: on this database, when it was created.

        :raise AccessError: if the user may not read one of the models.
        """
        queries = {key: self.env[model]._search(domain) for key, (model, domain) in self._get_counted().items()}
        counts = SQL(", ").join(
            SQL("(%s) AS %s", query.select(SQL("count(*)")), SQL.identifier(key)) for key, query in queries.items()
        )
        last_received = queries["pickings"].select(
            SQL("max(%s)", SQL.identifier(queries["pickings"].table, self._received_field))
        )
        synced = {key: self._sql_last_synced(key) for key in ("products", "locations")}
        orders = self._sql_orders() if self.env.user.has_group(USER_GROUP) else SQL("NULL::json")
        statement = SQL(
            """
            WITH counted AS MATERIALIZED (
                SELECT %(counts)s, (%(last_received)s) AS last_received, %(orders)s AS orders, %(synced)s
            ),
            facts AS MATERIALIZED (SELECT *, md5(concat_ws('/', %(seed)s::text, counted::text)) AS etag FROM counted),
            clock AS (SELECT to_char(clock_timestamp() AT TIME ZONE 'UTC', %(iso)s) AS now)
            SELECT etag, CASE WHEN NOT %(known)s THEN json_build_object(
                'products', json_build_object('count', products, 'last_synced', %(products_synced)s),
                'locations', json_build_object('count', locations, 'last_synced', %(locations_synced)s),
                'pickings', json_build_object('count', pickings, 'last_received', to_char(last_received, %(iso)s)),
                'quants', json_build_object('count', quants),
                'lots', json_build_object('count', lots),
                'packages', json_build_object('count', packages),
                'move_lines', json_build_object('count', move_lines),
                'orders', orders
            )::text END
            FROM facts, clock
            """,
            last_received=last_received,
            synced=SQL(", ").join(
                SQL("(%s) AS %s", sql or SQL("NULL::timestamp"), SQL.identifier(f"{key}_synced"))
                for key, sql in synced.items()
            ),
            **{
                f"{key}_synced": SQL("to_char(%s, %s)", SQL.identifier(f"{key}_synced"), ISO_UTC) if sql else SQL("now")
                for key, sql in synced.items()
            },
            counts=counts,
            orders=orders,
            seed=f"{self._get_scope()} {list(STATUS['properties'])}",
            iso=ISO_UTC,
            known=self._sql_known(known_etags),
        )
        return Document(*self.env.execute_query(statement)[0])

    @api.model
    def _sql_orders(self):
        """Return the SQL expression of ``ORDERS``, the state of the order import."""
        orders = self.env["external.order"]._search([])
        Run = self.env["external.order.sync.run"]
        running = Run._search([("status", "=", "running")])
        running.add_where(Run._sql_is_alive(SQL.identifier(running.table)))
        last = Run._search([("status", "!=", "running")], order="date_start DESC, id DESC", limit=1)
        state, kind = (SQL.identifier(orders.table, name) for name in ("state", "kind"))
        counted = {
            **{name: SQL("%s = %s", state, name) for name in ("pending", "failed", "ignored")},
            "done": SQL("%s = 'done' AND %s = 'sale'", state, kind),
            "refunds": SQL("%s = 'done' AND %s <> 'sale'", state, kind),
        }
        return SQL(
            """(
                SELECT json_build_object(
                    'pending', pending, 'done', done, 'failed', failed, 'ignored', ignored, 'refunds', refunds,
                    'running_since', (%(running)s), 'last_run', (%(last)s)
                )
                FROM (%(states)s) AS by_state
            )""",
            states=orders.select(
                *(
                    SQL("count(*) FILTER (WHERE %s) AS %s", condition, SQL.identifier(name))
                    for name, condition in counted.items()
                )
            ),
            running=running.select(SQL("to_char(min(%s), %s)", SQL.identifier(running.table, "date_start"), ISO_UTC)),
            last=last.select(
                SQL(
                    """json_build_object(
                    'status', %(table)s.status,
                    'started', to_char(%(table)s.date_start, %(iso)s),
                    'ended', to_char(%(table)s.date_end, %(iso)s),
                    'message', NULLIF(%(table)s.message, ''),
                    'imported', COALESCE(%(table)s.imported_count, 0),
                    'refunded', COALESCE(%(table)s.refunded_count, 0) + COALESCE(%(table)s.cancelled_count, 0),
                    'failed', COALESCE(%(table)s.failed_count, 0)
                )""",
                    table=SQL.identifier(last.table),
                    iso=ISO_UTC,
                )
            ),
        )
