from odoo import fields, models

from .event_types import EVENT_TYPES


class ExternalEventType(models.Model):
    """An event type, for choosing several of them."""

    _name = "external.event.type"
    _description = "Event Type"
    _order = "id"
    _rec_name = "name"

    code = fields.Selection(EVENT_TYPES, required=True, readonly=True)
    name = fields.Char(required=True, readonly=True, help="The name of the type in messages.")

    _unique_code = models.Constraint("UNIQUE (code)", "There is one record for each event type.")
