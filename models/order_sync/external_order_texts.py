from odoo import api, fields, models

from ...tools.message_language import for_reader, stored
from ...tools.readers_text import readers_text
from ...tools.stored_text import joined, stored_text_of, terms_of, values_of


class ExternalOrder(models.Model):
    """What the inbox says about a row, in the language of whoever reads it.

    `error_message` and `warnings` are in the language in which they were written: they are searched, and sent to other
    systems. Beside them are their templates and values.
    """

    _inherit = "external.order"

    error_terms = fields.Json(readonly=True, copy=False)
    warning_terms = fields.Json(readonly=True, copy=False)
    error_text = readers_text("error_text", "What to Do", "error_message", "error_terms")
    warning_text = readers_text("warning_text", "Warnings", "warnings", "warning_terms")

    def _get_reason(self):
        """Return what is wrong with this row and what to do, for the reader of a message that quotes it."""
        return stored_text_of(for_reader(self.env), self.error_terms or self.error_message or "")

    def _get_problem_note(self):
        """Return what is wrong with this row or what changed, for the reader of a message that quotes it."""
        if self.error_message or not self.changed:
            return self._get_reason()
        return stored(self.env)._("Changed: %s", joined(*self._describe_change(), by="; "))

    @api.model
    def _prepare_message_values(self, message):
        """Return the values that store what is wrong and what to do.

        :param message: a text or an error; if it is made of a `StoredText`, it is shown in each reader's language
        """
        return values_of(message, "error_message", "error_terms")

    @api.model
    def _prepare_warning_values(self, warnings):
        """Return the values that store warnings.

        :param list warnings: texts; those that are `StoredText` are shown in each reader's language
        """
        return {
            "warnings": "\n".join(warnings) or False,
            "warning_terms": [terms_of(warning) for warning in warnings] or False,
        }
