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
        if "state" in vals or "pos_order_id" in vals:
            note_states(self)
        return super().write(vals)

    def _get_event_state(self):
        """Return what is compared. A sale that was booked again, because the shop changed it, is an event as well."""
        return self.state, self.pos_order_id.id if self.kind == "sale" and self.state == "done" else False

    def _get_event_type(self):
        """Return the type of event for this order's state, or None."""
        if self.kind == "entry":
            return None
        if self.state == "failed":
            return "order.failed"
        if self.state == "done":
            return "order.imported" if self.kind == "sale" else "order.refunded"
        return None

    def _prepare_events(self):
        """Return the values of the events for the present states of these orders."""
        return self.env["external.event"]._prepare_state_events(self, "sync_id")

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
