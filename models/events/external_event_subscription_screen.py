from odoo import models
from odoo.exceptions import AccessError, UserError

from ...lib.event_call import send_all
from ...tools.message_language import reader_text
from ...tools.notifications import notification


class ExternalEventSubscription(models.Model):
    """The buttons of a subscription."""

    _inherit = "external.event.subscription"

    def action_start(self):
        """Send to these subscriptions what waits for them, and what happens from now on."""
        self._check_may_change()
        for subscription in self:
            subscription._get_preparation()  # raises what is missing
        self.write({"state": "active", "attempts": 0, "next_attempt": False, "failing_since": False})
        self._get_cron()._trigger()

    def action_pause(self):
        """Keep the events of these subscriptions until they are started again."""
        self._check_may_change()
        self.filtered(lambda subscription: subscription.state == "active").state = "paused"

    def action_try_now(self):
        """Try the next event of these subscriptions now, whenever the next attempt is planned."""
        self._check_may_change()
        self.next_attempt = False
        self._get_cron()._trigger()

    def action_new_secret(self):
        """Open the dialog that creates a secret and shows it once."""
        self.ensure_one()._check_may_change()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("New Secret for Signatures"),
            "res_model": "external.event.secret.new",
            "view_mode": "form",
            "target": "new",
            "context": {"default_subscription_id": self.id},
        }

    def action_test(self):
        """Send a test message and show what the receiver answers."""
        self.ensure_one()._check_may_change()
        [(_call, reply)] = send_all([self._prepare_test_call()], not self._is_private_allowed(), frozenset())
        if not reply.is_received:
            raise UserError(reader_text(self.env, reply.problem))
        return notification("success", self.env._("The receiver answered %s.", reply.status), reload=False)

    def action_open_deliveries(self):
        """Open the events that this subscription has not received."""
        self.ensure_one().check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id("external_order_sync.action_external_event_delivery")
        return {**action, "domain": [("subscription_id", "=", self.id)]}

    def _check_may_change(self):
        self.check_access("write")
        if not self.env.is_system():
            raise AccessError(self.env._("Only system administrators can change event subscriptions."))
