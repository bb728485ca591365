from odoo import api, models
from odoo.tools import SQL

from ...lib.money import decimal
from ...lib.order.figures import ZERO, Figures
from .difference import Difference


class ExternalProofBooks(models.AbstractModel):
    """Reads the invoices of imported orders that were credited in Accounting; their POS orders stay as they are."""

    _inherit = "external.proof.books"

    @api.model
    def _read_credit_notes(self, sync, day):
        """Return a `Difference` for each credit note of a day that is not the invoice of a POS refund."""
        query = SQL(
            """SELECT note.amount_total, note.amount_tax, received.id, booked.id
                 FROM account_move AS note
                 JOIN pos_order AS booked ON booked.account_move = note.reversed_entry_id
                 JOIN external_order AS received ON received.pos_order_id = booked.id
                WHERE note.reversed_entry_id IS NOT NULL AND note.move_type = 'out_refund'
                  AND note.state = 'posted' AND note.invoice_date = %(day)s
                  AND received.sync_id = %(sync)s AND received.kind = 'sale' AND received.state = 'done'
                  AND NOT EXISTS (SELECT FROM pos_order AS refund WHERE refund.account_move = note.id)
                ORDER BY note.id""",
            day=day,
            sync=sync.id,
        )
        differences = []
        for gross, tax, row, pos_order in self.env.execute_query(query):
            behind = {
                "row": self.env["external.order"].browse(row),
                "pos_order": self.env["pos.order"].browse(pos_order),
            }
            books = Figures(0, 1, *(-decimal(float(amount)).normalize() + ZERO for amount in (gross, tax)))
            config = behind["pos_order"].config_id
            differences.append(Difference("refunded", config, Figures(), books, **behind))
        return differences
