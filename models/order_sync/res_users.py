from odoo import api, models
from odoo.fields import Domain

from ...tools.attention import ACTIVITY, lead_to_rows
from .external_order_sync_health import MATTERS


class ResUsers(models.Model):
    _inherit = "res.users"

    @api.model
    def _get_activity_groups(self):
        """Let the activities about external orders lead to these orders, or to the synchronizations if one has an error
        and no failed order.
        """
        groups = super()._get_activity_groups()
        lead_to_rows(self.env, groups, "external.order.sync", ACTIVITY, self._get_external_orders_action)
        return groups

    @api.model
    def _get_external_orders_action(self, activities):
        if not self.env["external.order"].has_access("read"):
            return None
        ids = activities.mapped("res_id")
        Sync, Order = self.env["external.order.sync"], self.env["external.order"]
        syncs = Sync.search([("id", "in", ids), ("active", "in", (True, False))])
        # An error of the last run belongs to no order. It is only passed over for failed orders, which are as urgent.
        in_error = syncs.filtered("last_sync_problem")
        failed = Order._read_group([("sync_id", "in", in_error.ids), *MATTERS["failed"]], ["sync_id"])
        if in_error - Sync.union(*(sync for [sync] in failed)):
            return None
        domain = Domain("sync_id", "in", syncs.ids) & Domain.OR(MATTERS.values())
        if not Order.search_count(domain, limit=1):
            return None
        action = self.env["ir.actions.act_window"]._for_xml_id("external_order_sync.action_external_order")
        name = self.env._("Needs Attention")
        if in_error:
            name = self.env._("Needs Attention (the last run had an error)")
        # The menu opens it without the server's cleaning of actions, after which `name` alone would count.
        return {**action, "name": name, "display_name": name, "domain": list(domain)}
