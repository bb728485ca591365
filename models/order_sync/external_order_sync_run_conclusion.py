import logging

from odoo import fields, models

from ...tools.message_language import in_english
from ...tools.scheduling import quietly
from ...tools.stored_text import joined, terms_of
from ...tools.transaction import ScheduledTurn, retrying, rollback

# A run writes its log under one name.
_logger = logging.getLogger(__name__.removesuffix("_conclusion"))


class ExternalOrderSyncRun(models.Model):
    """How a run ends: its status, which its configuration shows, and the attention it asks for."""

    _inherit = "external.order.sync.run"

    def _conclude_guarded(self):
        """Conclude the run. If that fails, end it with the error, because it would otherwise be resumed forever."""
        try:
            retrying(self.env, self._conclude)
        except Exception as error:  # an extension may raise anything
            if self.env.cr.connection.closed:
                raise
            rollback(self.env)  # first: what follows reads the database
            self._log_unexpected(self.sync_id, error)
            message = self._describe_unexpected(error)
            retrying(self.env, lambda: self._end_with_error(message))

    def _end_with_error(self, message):
        now = fields.Datetime.now()
        texts = self._prepare_texts(message=[message])
        self.write({"status": "error", "date_end": now, "date_progress": now, **texts})
        self._copy_status_to_sync(now)
        with quietly(self.env, "the activity about what needs attention"):
            self.sync_id._update_attention_activity()

    def _conclude(self):
        self.ensure_one()
        now = fields.Datetime.now()
        problem = self.fetch_error or self.import_error
        problem = problem or self.refused_count or self.ambiguous_count or self.failed_count
        if problem or self._count_unbooked_changes():
            status = "error"
        elif self.imported_count or self.new_count or self.changed_count or self.deferred_count or self._has_life():
            status = "success"
        else:
            status = "no_orders"
        texts = self._prepare_texts(message=[self._get_message(status)])
        self.write({"status": status, "date_end": now, "date_progress": now, **texts})
        had_problem = bool(self.sync_id.last_sync_problem)
        self._copy_status_to_sync(now)
        if self._has_changes() or self.refused_count or had_problem or self.sync_id.last_sync_problem:
            self.sync_id._update_attention_activity()
        # The scheduled action closes sessions at the end of its turn: it may take longer than a user or a job waits.
        if not ScheduledTurn.current(self.env) and self.env["pos.session"]._get_due_external_sessions(self.sync_id):
            self.sync_id._get_cron()._trigger()
        log = _logger.warning if status == "error" else _logger.info
        log("External Order Sync: %s: %s", self.sync_id.name, in_english(self)._get_message(status).replace("\n", " "))

    def _copy_status_to_sync(self, date):
        """Copy this run's result to the status of its configuration."""
        problem = self._get_problem()
        terms = {"message": (self.terms or {}).get("message"), "problem": problem and [terms_of(problem)]}
        # sudo: a user who may start a run does not need write access to the configuration.
        self.sync_id.sudo().write(
            {
                "last_sync_date": date,
                "last_sync_status": self.status,
                "last_sync_message": self.message,
                "last_sync_problem": problem or False,
                "last_sync_terms": {name: parts for name, parts in terms.items() if parts} or False,
            }
        )

    def _get_problem(self):
        """Return what went wrong in this run as a whole, if it ended with an error.

        Orders that failed or changed and entries that are not orders are rows of the inbox, which say it themselves.
        """
        if self.status != "error":
            return ""
        problems = self._get_texts("fetch_error") + self._get_texts("import_error")
        if self.ambiguous_count:
            problems += self._describe_ambiguous()
        of_rows = self.ambiguous_count or self.failed_count or self.refused_count or self._count_unbooked_changes()
        return joined(*(problems if problems or of_rows else self._get_texts("message")), by="\n")
