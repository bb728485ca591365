from odoo import models

from .event_notes import note_states


class ExternalShipment(models.Model):
    """The events of a shipment: shipped, delivered, error."""

    _inherit = "external.shipment"

    _event_types = ("shipment.shipped", "shipment.delivered", "shipment.error")

    def write(self, vals):
        if "state" in vals:
            note_states(self)
        return super().write(vals)

    def _get_event_state(self):
        return self.state

    def _get_event_type(self):
        """Return the type of event for this shipment's state, or None."""
        event_type = f"shipment.{self.state}"
        return event_type if event_type in self._event_types else None

    def _prepare_events(self):
        """Return the values of the events for the present states of these shipments."""
        return self.env["external.event"]._prepare_state_events(self)

    def _get_event_data(self):
        """Return what an event says of this shipment."""
        return {
            "shipment_id": self.id,
            "picking_id": self.picking_id.id,
            "picking_name": self.picking_id.name,
            "state": self.state,
            "provider_code": self.provider_code,
            "tracking_number": self.tracking_number or None,
            "order_number": self.order_number or None,
            "message": self.error_message or None,
        }
