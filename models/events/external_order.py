from odoo import api, models

from .event_notes import note_new, note_states


class ExternalOrder(models.Model):
    """The events of an order: imported, failed, refunded."""

    _inherit = "external.order"

    _event_types = ("order.imported", "order.failed", "order.refunded")

    @api.model_create_multi
    def create(self, vals_list):
        orders = super().create(vals_list)
        note_new(orders.filtered(lambda order: order._get_event_type()))
        return orders

    def write(self, vals):
        if "state" in vals:
            note_states(self)
        return super().write(vals)

    def _get_event_type(self):
        """Return the type of the event that this order's state is, or None."""
        if self.kind == "entry":
            return None
        if self.state == "failed":
            return "order.failed"
        if self.state == "done":
            return "order.imported" if self.kind == "sale" else "order.refunded"
        return None

    def _prepare_events(self):
        """Return the values of the events that these orders' present states are."""
        events = self.env["external.event"]
        return [
            events._prepare_event(kind, order, order.company_id, order._get_event_data(), order.sync_id)
            for order in self
            if (kind := order._get_event_type())
        ]

    def _get_event_data(self):
        """Return what an event says of this order."""
        booked = self.pos_order_id._get_booked_data()
        return {
            "order_id": self.external_id,
            "location_id": self.external_location or None,
            "sync": self.sync_id.code or None,
            "kind": self.kind,
            "refund_id": self.refund_id or None if self.kind != "sale" else None,
            **self._get_result(),
            "order_status": self.order_status or None,
            "total": self.total,
            **booked,
            "currency": booked["currency"] or self.currency_id.name or None,
        }
