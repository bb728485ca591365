from odoo import models


class PosOrder(models.Model):
    _inherit = "pos.order"

    def exists(self):
        # Each line asks whether its order exists, which has just been made by the same call.
        if self.env.context.get("external_order_creation"):
            return self
        return super().exists()
