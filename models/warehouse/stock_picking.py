from odoo import models

from .sort_date import sort_date


class StockPicking(models.Model):
    _inherit = "stock.picking"

    # The sort order of the warehouse API, for its keyset pages. Transfers without a date come last. With the date of
    # the last write in it, a page of `updated_since` passes over all others within the index: after many old transfers
    # were written at once, these are most of the newer ones.
    _api_order_index = models.Index(f"(({sort_date('scheduled_date')}) DESC, id, write_date)")

    # Clients ask again and again which transfers are open. The others, of which there are many more, cost nothing here.
    _api_open_index = models.Index(
        f"(state, ({sort_date('scheduled_date')}) DESC, id) "
        "WHERE state IN ('draft', 'waiting', 'confirmed', 'assigned')"
    )

    # The newest transfer of one company, of which another company may have many more.
    _api_newest_index = models.Index("(company_id, id)")

    # `updated_since` of the warehouse API, which a client asks every minute. Nearly every write of a transfer changes
    # an indexed field anyway, so this index does not cost more than its own entries.
    _api_written_index = models.Index("(write_date)")

    def _write_multi(self, vals_list):
        # Not in write(): the scheduled date is mostly recomputed from the moves, which bypasses write().
        dates = {
            picking.id: vals["scheduled_date"]
            for picking, vals in zip(self, vals_list, strict=True)
            if "scheduled_date" in vals
        }
        if dates:
            self.env["stock.picking.reschedule"]._log_before_write(dates)
        return super()._write_multi(vals_list)
