from odoo import api, fields, models

from ...tools.message_language import for_reader
from ...tools.readers_text import ReadersText
from ...tools.stored_text import shown_lines, stored_text_of, terms_of


class ExternalOrderSyncRun(models.Model):
    """What a run says, in the language of whoever reads it.

    `message` and the texts that it is made of are in the language in which they were written; other systems receive
    them. Beside them are their templates and values.
    """

    _inherit = "external.order.sync.run"

    terms = fields.Json(readonly=True, copy=False, help="By the name of a text: what each of its parts is made of.")
    message_text = ReadersText("Message", compute="_compute_message_text")

    @api.depends("message", "terms")
    @api.depends_context("lang")
    def _compute_message_text(self):
        for run in self:
            run.message_text = shown_lines(run.env, run.message, (run.terms or {}).get("message"))

    def _get_texts(self, name):
        """Return the parts of a text of this run for whoever reads its message, see `_prepare_texts`."""
        self.ensure_one()
        if not self[name]:
            return []
        env = for_reader(self.env)
        terms = (self.terms or {}).get(name) or self[name].splitlines()
        return [stored_text_of(env, term) for term in terms]

    def _prepare_texts(self, **texts):
        """Return the values that store texts of this run, without the secrets of its configuration.

        :param texts: by the names of the fields, the parts of each, which become its lines; those that are `StoredText`
            are shown in each reader's language
        """
        values, terms = {}, dict(self.terms or {})
        for name, parts in texts.items():
            parts = [self.sync_id._hide_key(part) for part in parts if part]
            values[name] = "\n".join(parts) or False
            terms[name] = [terms_of(part) for part in parts]
        return {**values, "terms": {name: parts for name, parts in terms.items() if parts} or False}


class ExternalOrderSync(models.Model):
    """What a configuration says about its last run, in the language of whoever reads it."""

    _inherit = "external.order.sync"

    # Only the system writes them: the activity, which it writes as well, names the records that they refer to.
    last_sync_terms = fields.Json(readonly=True, copy=False, groups=fields.NO_ACCESS)
    last_sync_text = ReadersText("Last Run Message", compute="_compute_last_sync_text")

    @api.depends("last_sync_message", "last_sync_terms")
    @api.depends_context("lang")
    def _compute_last_sync_text(self):
        for sync in self:
            terms = (sync.sudo().last_sync_terms or {}).get("message")  # sudo: see the field
            sync.last_sync_text = shown_lines(sync.env, sync.last_sync_message, terms)

    def _get_last_problem(self):
        """Return why the last run failed as a whole, in the language of the reader; "" if it did not."""
        env = for_reader(self.env)
        terms = (self.sudo().last_sync_terms or {}).get("problem")  # sudo: see the field
        return shown_lines(env, self.last_sync_problem, terms) or ""
