import hashlib
import json

from odoo import api, models
from odoo.tools import SQL

from ...tools.bounded_count import complete_count, expect, sql_count
from ...tools.groups import USER_GROUP
from ..order_sync.external_order_life import LIFE_KINDS
from .warehouse_api import ISO_UTC, Document
from .warehouse_schema import STATUS

# What precedes the keys of the order import among those of all counts.
ORDERS = "orders."
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
    def _read_status(self, known_etags=(), *, exact=False):
        """Return the counts of the records that the user may see, as a `Document` in the ``STATUS`` schema.

        The data of this database is always current, so `last_synced` is the time of the answer; the etag ignores it.
        `last_received` is when the newest transfer arrived: on this database, when it was created.

        Clients ask for the status every minute, so large numbers are estimates unless `exact` is set.

        :raise AccessError: if the user may not read one of the models.
        """
        # A record rule that asks for the companies' ancestors would read all columns of the companies.
        self = self.with_context(prefetch_fields=False)
        queries = {key: self.env[model]._search(domain) for key, (model, domain) in self._get_counted().items()}
        has_orders = self.env.user.has_group(USER_GROUP)
        order_queries = self._get_order_queries() if has_orders else {}
        counted = queries | order_queries
        expected = dict.fromkeys(counted)
        if not exact:
            expected = dict(zip(counted, expect(self.env, counted.values()), strict=True))
        synced = {key: sql for key in ("products", "locations") if (sql := self._sql_last_synced(key))}
        columns = {
            **{key: sql_count(query, exact, expected[key]) for key, query in counted.items()},
            **{f"{key}_synced": SQL("(%s)", sql) for key, sql in synced.items()},
            "last_received": self._sql_last_received(),
            **(self._sql_runs() if has_orders else {}),
            "now": SQL("clock_timestamp() AT TIME ZONE 'UTC'"),
        }
        [row] = self.env.execute_query(SQL("SELECT %s", SQL(", ").join(columns.values())))
        values = dict(zip(columns, row, strict=True))
        now = values.pop("now")
        for key, query in counted.items():
            values[key] = complete_count(self.env, values[key], query, exact, expected[key])
        etag = hashlib.sha256(repr([self._get_scope(), list(STATUS["properties"]), values]).encode()).hexdigest()[:32]
        if etag in known_etags or "*" in known_etags:
            return Document(etag, None)
        status = {key: {"count": values[key].rows} for key in queries}
        for key in ("products", "locations"):
            status[key]["last_synced"] = _time_text(values[f"{key}_synced"] if key in synced else now)
        status["pickings"]["last_received"] = _time_text(values["last_received"])
        status["orders"] = None
        if has_orders:
            status["orders"] = {
                **{key.removeprefix(ORDERS): values[key].rows for key in order_queries},
                "running_since": _time_text(values["running_since"]),
                "last_run": values["last_run"],
            }
        status["estimated"] = [key for key in counted if values[key].is_estimate]
        return Document(etag, json.dumps(status, ensure_ascii=False))

    @api.model
    def _sql_last_received(self):
        """Return the SQL expression of the time when the newest transfer arrived."""
        model, domain = self._get_counted()["pickings"]
        newest = self.env[model]._search(domain, order=self._newest_order, limit=1)
        return SQL("(%s)", newest.select(SQL.identifier(newest.table, self._received_field)))

    @api.model
    def _get_order_queries(self):
        """Return {key in ``ORDERS``, after a prefix: query of the rows to count}. Each is found by an index."""
        domains = {
            "pending": [("state", "=", "pending")],
            "done": [("state", "=", "done"), ("kind", "=", "sale")],
            "failed": [("state", "=", "failed")],
            "ignored": [("state", "=", "ignored")],
            "refunds": [("state", "=", "done"), ("kind", "in", LIFE_KINDS)],
        }
        return {f"{ORDERS}{key}": self.env["external.order"]._search(domain) for key, domain in domains.items()}

    @api.model
    def _sql_runs(self):
        """Return the SQL expressions of the start of the current run and of ``LAST_RUN``."""
        Run = self.env["external.order.sync.run"]
        running = Run._search([("status", "=", "running")])
        running.add_where(Run._sql_is_alive(SQL.identifier(running.table)))
        last = Run._search([("status", "!=", "running")], order="id DESC", limit=1)
        return {
            "running_since": SQL("(%s)", running.select(SQL("min(%s)", SQL.identifier(running.table, "date_start")))),
            "last_run": SQL(
                "(%s)",
                last.select(
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
            ),
        }


def _time_text(value):
    return value.isoformat(timespec="seconds") + "Z" if value else None
