from odoo import api, fields, models


class PosOrder(models.Model):
    _inherit = "pos.order"

    source = fields.Selection(selection_add=[("external", "External System")])
    external_order_ids = fields.One2many("external.order", "pos_order_id", "External Orders")
    external_order_id = fields.Many2one(
        "external.order",
        compute="_compute_external_order_id",
        search="_search_external_order_id",
        help="The order of the external system that this one was made of.",
    )

    @api.depends("external_order_ids")
    def _compute_external_order_id(self):
        for order in self:
            # A cashier sees the order; whether it came from outside is no secret of the inbox.
            order.external_order_id = order.sudo().external_order_ids[:1]

    def _search_external_order_id(self, operator, value):
        return [("external_order_ids", operator, value)]

    def exists(self):
        # Each line asks whether its order exists, which has just been made by the same call.
        if self.env.context.get("external_order_creation"):
            return self
        return super().exists()
