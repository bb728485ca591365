from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from .sort_date import sort_date


class StockPickingReschedule(models.Model):
    """The former date of a rescheduled transfer, for the warehouse API.

    A client reads the list of transfers page by page, by `scheduled_date`. A transfer that is rescheduled past the
    client's position meanwhile would be returned twice or never. The former dates let ``warehouse.api`` build every
    page from the order as it was when the client read the first one.
    """

    _name = "stock.picking.reschedule"
    _description = "Former Scheduled Date of a Transfer"
    _log_access = False
    _rec_name = "picking_id"
    _order = "id"

    # How long a row is kept. It must outlive every cursor; cursors of ``warehouse.api`` are valid for one day.
    _KEPT = timedelta(days=2)

    picking_id = fields.Many2one("stock.picking", string="Transfer", required=True, index=True, ondelete="cascade")
    previous_date = fields.Datetime(readonly=True)
    logged_at = fields.Datetime(required=True, readonly=True, index=True)
    transaction_id = fields.Char(
        required=True, readonly=True, help="PostgreSQL ID of the transaction that changed the date (xid8)."
    )

    # Each page reads the former dates in the order of the list, see ``warehouse.api``.
    _api_order_index = models.Index(f"(({sort_date('previous_date')}) DESC, picking_id)")

    @api.model
    def _log_before_write(self, dates_by_id):
        """Log the dates that are about to be replaced. Call this before the rows are updated.

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
