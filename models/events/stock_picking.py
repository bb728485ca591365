from odoo import models

from ...lib.time_text import time_text
from .event_notes import note_states

TYPE_OF_STATE = {"assigned": "picking.assigned", "done": "picking.done", "cancel": "picking.cancelled"}


class StockPicking(models.Model):
    """The events of a transfer: ready, done, cancelled."""

    _inherit = "stock.picking"

    _event_types = tuple(TYPE_OF_STATE.values())

    def _compute_field_value(self, field):
        # The state is computed from that of the moves, whichever way these are changed. Odoo's own tracking notes the
        # values before a computation here, too.
        if field.name == "state":
            note_states(self)
        return super()._compute_field_value(field)

    def write(self, vals):
        if "state" in vals:
            note_states(self)
        return super().write(vals)

    def _get_event_state(self):
        return self.state

    def _get_event_type(self):
        """Return the type of event for this transfer's state, or None."""
        return TYPE_OF_STATE.get(self.state)

    def _prepare_events(self):
        """Return the values of the events for the present states of these transfers."""
        return self.env["external.event"]._prepare_state_events(self)

    def _get_event_data(self):
        """Return what an event says of this transfer."""
        return {
            "picking_id": self.id,
            "name": self.name,
            "state": self.state,
            "picking_type_id": self.picking_type_id.id,
            "picking_type_code": self.picking_type_code,
            "origin": self.origin or None,
            "partner_id": self.partner_id.id or None,
            "location_id": self.location_id.id,
            "location_dest_id": self.location_dest_id.id,
            "scheduled_date": time_text(self.scheduled_date),
            "date_done": time_text(self.date_done),
        }
