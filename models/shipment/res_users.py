from odoo import api, models

from ...tools.attention import lead_to_rows
from .external_shipment_attention import ACTIVITY


class ResUsers(models.Model):
    _inherit = "res.users"

    @api.model
    def _get_activity_groups(self):
        """Let the activities about parcels in error lead to these shipments."""
        groups = super()._get_activity_groups()
        lead_to_rows(self.env, groups, "stock.picking", ACTIVITY, self._get_shipments_in_error_action)
        return groups

    @api.model
    def _get_shipments_in_error_action(self, activities):
        if not self.env["external.shipment"].has_access("read"):
            return None
        return self.env["ir.actions.act_window"]._for_xml_id("external_order_sync.action_external_shipment_error")
