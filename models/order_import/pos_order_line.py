from odoo import models


class PosOrderLine(models.Model):
    _inherit = "pos.order.line"

    def _without_external_tips(self):
        """Return the lines except the tips of external orders: the tip product of a Point of Sale may be a good."""
        return self.filtered(
            lambda line: (
                not (
                    line.order_id.is_tipped
                    and line.order_id.source == "external"
                    and line.product_id == line.order_id.config_id.tip_product_id
                )
            )
        )
