from odoo import api, fields, models

from ...tools.readers_text import readers_text
from ...tools.stored_text import values_of


class OdooSyncRun(models.Model):
    """What a run says, in the language of whoever reads it; `message` is as it was written."""

    _inherit = "odoo.sync.run"

    message_terms = fields.Json(readonly=True, copy=False)
    message_text = readers_text("message_text", "Message", "message", "message_terms")


class OdooSyncSource(models.Model):
    """The message of the last run, in the language of whoever reads it; `message` is as it was written."""

    _inherit = "odoo.sync.source"

    # Only the system writes them: the activity, which it writes as well, names the records that they refer to.
    message_terms = fields.Json(readonly=True, copy=False, groups=fields.NO_ACCESS)
    message_text = readers_text("message_text", "Message", "message", "message_terms")

    @api.model
    def _prepare_message_values(self, message):
        """Return the values that store a message on a source or a run; a `StoredText` is shown in each language."""
        return values_of(message, "message", "message_terms")
