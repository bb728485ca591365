from dataclasses import dataclass

from odoo import api, fields, models

from ...tools.private_context import PrivateContext

# Who sees the inbox. Whoever works with POS orders must be able to read all their other fields without it.
INBOX_GROUP = "external_order_sync.group_user"


@dataclass(frozen=True)
class OrderCreation(PrivateContext):
    """In the context: the orders that are spoken of have just been created by the same call."""

    KEY = "external_order_creation"


class PosOrder(models.Model):
    _inherit = "pos.order"

    # Without the addon an order has the origin that Odoo gives to one without any.
    source = fields.Selection(selection_add=[("external", "External System")], ondelete={"external": "set default"})
    external_order_ids = fields.One2many("external.order", "pos_order_id", "External Orders", groups=INBOX_GROUP)
    external_order_id = fields.Many2one(
        "external.order",
        compute="_compute_external_order_id",
        search="_search_external_order_id",
        groups=INBOX_GROUP,
        help="The external order that this order was created from.",
    )

    @api.depends("external_order_ids")
    def _compute_external_order_id(self):
        for order in self:
            # The field itself is for those who see the inbox; other code may ask for it as anybody.
            order.external_order_id = order.sudo().external_order_ids[:1]

    def _search_external_order_id(self, operator, value):
        return [("external_order_ids", operator, value)]

    def exists(self):
        # Each line asks whether its order exists, which has just been made by the same call.
        if OrderCreation.current(self.env):
            return self
        return super().exists()
