from odoo import api, fields, models

from ...tools.readers_text import readers_text
from ...tools.stored_text import values_of


class ExternalShipment(models.Model):
    """What is wrong with a shipment, in the language of whoever reads it; `error_message` is as it was written."""

    _inherit = "external.shipment"

    error_terms = fields.Json(readonly=True, copy=False)
    error_text = readers_text("error_text", "Error", "error_message", "error_terms")

    @api.model
    def _prepare_error_values(self, message):
        """Return the values that store what is wrong; a `StoredText` is shown in each reader's language."""
        return values_of(message, "error_message", "error_terms")
