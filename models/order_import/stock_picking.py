from odoo import api, models

from ...tools.message_language import product_text, stored
from ...tools.stored_text import joined
from .picking_batch import PickingBatch, PickingRequests, links_once


class StockPicking(models.Model):
    """Transfers of POS orders, which ``external.order.picking`` creates for many orders together."""

    _inherit = "stock.picking"

    @api.model
    def _create_picking_from_pos_order_lines(self, location_dest_id, lines, picking_type, partner=False):
        lines = lines._without_external_tips()
        noted = PickingRequests.current(self.env)
        if not noted:
            return super()._create_picking_from_pos_order_lines(location_dest_id, lines, picking_type, partner)
        # The transfers of many orders are created together: see ``external.order.picking``.
        noted.requests.append((location_dest_id, lines, picking_type, partner))
        return self.browse()

    def _check_company(self, fnames=None):
        if fnames or not PickingBatch.current(self.env):
            return super()._check_company(fnames)
        for name, pickings in links_once(self):
            super(StockPicking, pickings)._check_company([name])
        return None

    def _get_open_warning(self):
        """Return the warning that sold goods were not moved because this transfer could not be validated."""
        self.ensure_one()
        return stored(self.env)._(
            "The transfer %(transfer)s could not be validated, so the stock is unchanged (%(products)s). Open it "
            "and press Validate to see what is missing.",
            transfer=self.name,
            products=joined(*map(product_text, self.move_ids.product_id), by=", "),
        )
