from odoo import api, models

from .picking_batch import PickingRequests


class StockPicking(models.Model):
    """Transfers of POS orders, which `external.order.picking` makes for many orders together."""

    _inherit = "stock.picking"

    @api.model
    def _create_picking_from_pos_order_lines(self, location_dest_id, lines, picking_type, partner=False):
        noted = PickingRequests.current(self.env)
        if not noted:
            return super()._create_picking_from_pos_order_lines(location_dest_id, lines, picking_type, partner)
        # The transfers of many orders are made together: see `external.order.picking`.
        noted.requests.append((location_dest_id, lines, picking_type, partner))
        return self.browse()
