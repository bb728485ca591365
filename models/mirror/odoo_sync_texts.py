from odoo import api, fields, models

from ...tools.stored_text import shown_text, values_of


class OdooSyncRun(models.Model):
    """What a run says, in the language of whoever reads it; `message` is as it was written."""

    _inherit = "odoo.sync.run"

    message_terms = fields.Json(readonly=True, copy=False)
    message_text = fields.Text("Message", compute="_compute_message_text")

    @api.depends("message", "message_terms")
    @api.depends_context("lang")
    def _compute_message_text(self):
        for run in self:
            run.message_text = shown_text(self.env, run.message, run.message_terms)


class OdooSyncSource(models.Model):
    """The message of the last run, in the language of whoever reads it; `message` is as it was written."""

    _inherit = "odoo.sync.source"

    message_terms = fields.Json(readonly=True, copy=False)
    message_text = fields.Text("Message", compute="_compute_message_text")

    @api.depends("message", "message_terms")
    @api.depends_context("lang")
    def _compute_message_text(self):
        for source in self:
            source.message_text = shown_text(self.env, source.message, source.message_terms)

    @api.model
    def _prepare_message_values(self, message):
        """Return the values that store a message on a source or a run; a `StoredText` is shown in each language."""
        return values_of(message, "message", "message_terms")
