from dataclasses import dataclass

from odoo import api, fields, models

from ...tools.groups import USER_GROUP
from ...tools.private_context import PrivateContext
from .pos_session_day import EntryDate


@dataclass(frozen=True)
class OrderCreation(PrivateContext):
    """In the context: the orders were just created by the same call."""

    KEY = "external_order_creation"


class PosOrder(models.Model):
    _inherit = "pos.order"

    # After uninstalling the addon, orders get Odoo's default source.
    source = fields.Selection(selection_add=[("external", "External System")], ondelete={"external": "set default"})
    external_order_ids = fields.One2many("external.order", "pos_order_id", "External Orders", groups=USER_GROUP)
    external_order_id = fields.Many2one(
        "external.order",
        compute="_compute_external_order_id",
        search="_search_external_order_id",
        groups=USER_GROUP,
        help="The external order that this order was created from.",
    )

    @api.depends("external_order_ids")
    def _compute_external_order_id(self):
        for order in self:
            # sudo: the field is only visible to users of the inbox, but other code may run as any user.
            order.external_order_id = order.sudo().external_order_ids[:1]

    def _search_external_order_id(self, operator, value):
        return [("external_order_ids", operator, value)]

    def _get_valid(self):
        """Return the order that stands for the external order of this one now: a hook."""
        return self

    def _prepare_invoice_vals(self):
        values = super()._prepare_invoice_vals()
        # Odoo leaves an invoice of tomorrow a draft.
        if entry := EntryDate.current(self.env):
            values["invoice_date"] = min(values["invoice_date"], entry.date)
        return values

    def exists(self):
        # Each line checks whether its order exists, but the same call has just created it.
        if OrderCreation.current(self.env):
            return self
        return super().exists()
