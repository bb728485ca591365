from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL


class StockPickingReschedule(models.Model):
    """Where a transfer stood in the API's order before it was rescheduled.

    A client walks the list of transfers by `scheduled_date`. While it walks, transfers are rescheduled, and one that
    jumps over the client's position would be seen twice or never. With the former dates at hand, every page of a walk
    is cut from the order as it was when the walk began (see ``warehouse.api``).
    """

    _name = "stock.picking.reschedule"
    _description = "Former Scheduled Date of a Transfer"
    _log_access = False
    _rec_name = "picking_id"
    _order = "id"

    #: How long a row is kept. It must outlive every walk: ``warehouse.api`` lets a cursor live for one day.
    _KEPT = timedelta(days=2)

    picking_id = fields.Many2one("stock.picking", string="Transfer", required=True, index=True, ondelete="cascade")
    previous_date = fields.Datetime(readonly=True)
    logged_at = fields.Datetime(required=True, readonly=True, index=True)
    transaction_id = fields.Char(
        required=True, readonly=True, help="PostgreSQL ID of the transaction that changed the date (xid8)."
    )

    @api.model
    def _log_before_write(self, dates_by_id):
        """Note the dates that are about to be replaced; to be called before the rows are updated.

        :param dict dates_by_id: the new `scheduled_date` (naive UTC, or a false value) by picking id.
        """
        self.env.execute_query(
            SQL(
                """
            INSERT INTO stock_picking_reschedule (picking_id, previous_date, logged_at, transaction_id)
            SELECT picking.id, picking.scheduled_date, now() AT TIME ZONE 'UTC', pg_current_xact_id()::text
            FROM stock_picking AS picking
            JOIN (VALUES %s) AS new (id, scheduled_date) ON new.id = picking.id
            WHERE picking.scheduled_date IS DISTINCT FROM new.scheduled_date
            RETURNING id
            """,
                SQL(", ").join(SQL("(%s, %s::timestamp)", id_, date or None) for id_, date in dates_by_id.items()),
            )
        )

    @api.autovacuum
    def _gc_reschedules(self):
        self.env.execute_query(
            SQL(
                "DELETE FROM %s WHERE logged_at < %s RETURNING id",
                SQL.identifier(self._table),
                fields.Datetime.now() - self._KEPT,
            )
        )
