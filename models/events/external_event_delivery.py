from datetime import timedelta

from odoo import api, fields, models

from ...tools.notifications import notification
from ...tools.readers_text import readers_text

KEPT = timedelta(days=30)
VACUUM_BATCH = 10_000


class ExternalEventDelivery(models.Model):
    """An event that a subscription has not received although it was tried for long enough, until it is sent again."""

    _name = "external.event.delivery"
    _description = "Event Not Received"
    _order = "id desc"
    _rec_name = "type"

    subscription_id = fields.Many2one(
        "external.event.subscription", required=True, readonly=True, ondelete="cascade", index=True
    )
    company_id = fields.Many2one(related="subscription_id.company_id", store=True)
    event_id = fields.Many2one("external.event", required=True, readonly=True, ondelete="cascade", index=True)
    type = fields.Selection(related="event_id.type")
    seq = fields.Integer(related="event_id.seq")
    event_date = fields.Datetime("Happened On", related="event_id.date")
    data_text = fields.Text(related="event_id.data_text")
    state = fields.Selection(
        [("dead", "Not Received"), ("again", "Sending Again"), ("received", "Received")],
        "Status",
        required=True,
        readonly=True,
        default="dead",
        index=True,
    )
    error_message = fields.Text("Reason as Written", readonly=True)
    error_terms = fields.Json(readonly=True)
    error_text = readers_text("error_text", "Reason", "error_message", "error_terms")

    def action_send_again(self):
        """Send these events again, at once and beside the queue."""
        self.check_access("write")
        waiting = self.filtered(lambda delivery: delivery.state == "dead")
        waiting.state = "again"
        if waiting:
            waiting.subscription_id.next_attempt = False
            self.env["external.event.subscription"]._get_cron()._trigger()
        return notification("info", self.env._("%s events are being sent again.", len(waiting)))

    @api.autovacuum
    def _gc_deliveries(self):
        domain = [("write_date", "<", fields.Datetime.now() - KEPT), ("state", "!=", "again")]
        rows = self.search(domain, limit=VACUUM_BATCH, order="id")
        count = len(rows)
        rows.unlink()
        return count, count == VACUUM_BATCH
