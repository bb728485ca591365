from odoo import api, models
from odoo.fields import Domain

from ...tools.attention import ACTIVITY, lead_to_rows
from .external_order_sync_health import MATTERS


class ResUsers(models.Model):
    _inherit = "res.users"

    @api.model
    def _get_activity_groups(self):
        """Let the activities about external orders lead to these orders; without any, to the synchronizations."""
        groups = super()._get_activity_groups()
        lead_to_rows(self.env, groups, "external.order.sync", ACTIVITY, self._get_external_orders_action)
        return groups

    @api.model
    def _get_external_orders_action(self, activities):
        if not self.env["external.order"].has_access("read"):
            return None
        ids = activities.mapped("res_id")
        syncs = self.env["external.order.sync"].search([("id", "in", ids), ("active", "in", (True, False))])
        if any(syncs.mapped("last_sync_problem")):
            return None  # that is no order
        domain = Domain("sync_id", "in", syncs.ids) & Domain.OR(MATTERS.values())
        if not self.env["external.order"].search_count(domain, limit=1):
            return None
        action = self.env["ir.actions.act_window"]._for_xml_id("external_order_sync.action_external_order")
        name = self.env._("Needs Attention")
        # The menu opens it without the server's cleaning of actions, after which `name` alone would count.
        return {**action, "name": name, "display_name": name, "domain": list(domain)}
