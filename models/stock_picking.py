from odoo import api, models


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

    @api.model
    def _create_picking_from_pos_order_lines(self, location_dest_id, lines, picking_type, partner=False):
        requests = self.env.context.get("external_order_picking_requests")
        if requests is None:
            return super()._create_picking_from_pos_order_lines(location_dest_id, lines, picking_type, partner)
        # The transfers of many orders are made together: see `external.order.picking`.
        requests.append((location_dest_id, lines, picking_type, partner))
        return self.browse()
