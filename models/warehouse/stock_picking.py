from odoo import models


class StockPicking(models.Model):
    _inherit = "stock.picking"

    # The order of the warehouse API, for its keyset pages. A transfer without a date comes last.
    _api_order_index = models.Index(
        "((COALESCE(date_trunc('second', scheduled_date), '-infinity'::timestamp)) DESC, id)"
    )

    def _write_multi(self, vals_list):
        # Here, not in write(): most changes of the scheduled date are recomputations from the moves.
        dates = {
            picking.id: vals["scheduled_date"]
            for picking, vals in zip(self, vals_list, strict=True)
            if "scheduled_date" in vals
        }
        if dates:
            self.env["stock.picking.reschedule"]._log_before_write(dates)
        return super()._write_multi(vals_list)
