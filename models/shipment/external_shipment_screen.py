from odoo import api, models
from odoo.tools import format_datetime, unique

from ...tools.readers_text import ReadersChar


class ExternalShipment(models.Model):
    """What the screens show of a shipment in one line."""

    _inherit = "external.shipment"

    news = ReadersChar("Latest News", compute="_compute_news")

    @api.depends("state", "error_text", "event_ids.date", "event_ids.status", "shipped_date", "delivered_date")
    @api.depends_context("lang", "tz")
    def _compute_news(self):
        for shipment in self:
            shipment.news = shipment.error_text or shipment._describe_newest_event()

    def _describe_no_retry(self):
        """Return why none of these shipments is retried, for a user who may have seen an earlier state."""
        names = dict(self._fields["state"]._description_selection(self.env))
        return self.env._(
            "Only a waiting, failed or cancelled shipment can be retried. Its status is now: %s",
            ", ".join(unique(names[shipment.state] for shipment in self)),
        )

    def _describe_newest_event(self):
        """Return what the courier reported last, and when; empty before the parcel was sent."""
        event = self.event_ids.sorted("date")[-1:]
        date = event.date or self.delivered_date or self.shipped_date
        if not date:
            return ""
        text = event.status or dict(self._fields["state"]._description_selection(self.env))[self.state]
        return f"{text}, {format_datetime(self.env, date, dt_format='short')}"
