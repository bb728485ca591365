from odoo import api, fields, models

from ...tools.stored_text import shown_text, values_of


class ExternalShipment(models.Model):
    """What is wrong with a shipment, in the language of whoever reads it; `error_message` is as it was written."""

    _inherit = "external.shipment"

    error_terms = fields.Json(readonly=True, copy=False)
    error_text = fields.Text("Error", compute="_compute_error_text")

    @api.depends("error_message", "error_terms")
    @api.depends_context("lang")
    def _compute_error_text(self):
        for shipment in self:
            shipment.error_text = shown_text(self.env, shipment.error_message, shipment.error_terms)

    @api.model
    def _prepare_error_values(self, message):
        """Return the values that store what is wrong; a `StoredText` is shown in each reader's language."""
        return values_of(message, "error_message", "error_terms")
