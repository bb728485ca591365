from odoo import fields, models
from odoo.exceptions import AccessError


class ExternalOrderSync(models.Model):
    """The subscriptions to the orders of a synchronization, above all that of the shop that they come from."""

    _inherit = "external.order.sync"

    event_subscription_ids = fields.One2many(
        "external.event.subscription", "sync_id", "Subscriptions", groups="base.group_system"
    )

    def action_acknowledge(self):
        """Open the form of a new call by which orders are acknowledged to the shop."""
        self.ensure_one()
        if not self.env.is_system():
            raise AccessError(self.env._("Only system administrators can change event subscriptions."))
        self.check_access("write")
        names = ("order.imported", "order.failed", "order.refunded")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Acknowledge Orders"),
            "res_model": "external.event.subscription",
            "view_mode": "form",
            "context": {
                "default_name": self.env._("%s: Acknowledge", self.name),
                "default_form": "template",
                "default_sync_id": self.id,
                "default_company_id": self.company_id.id,
                "default_type_ids": self.env["external.event.type"].search([("code", "in", names)]).ids,
                "default_send_api_key": bool(self.external_api_key),
            },
        }
