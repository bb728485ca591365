import logging
from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ...tools.exclusive import sql_held_keys
from ...tools.message_language import stored
from .external_order_sync_run import LOCK

_logger = logging.getLogger(__name__)

# A live run reports progress more often than this. If a machine is lost, PostgreSQL notices late and holds its locks
# until then.
ABANDONED_AFTER = timedelta(minutes=15)


class ExternalOrderSyncRun(models.Model):
    """Detects and ends runs whose process is gone."""

    _inherit = "external.order.sync.run"

    @api.model
    def _end_interrupted(self, sync=None):
        """End runs of ``sync``, or of all, whose process is gone; scheduled ones resume in the next turn."""
        running = Domain("status", "=", "running") & (Domain("sync_id", "=", sync.id) if sync else Domain.TRUE)
        for run in self._search_by_life(running, is_alive=False):
            run._for_reader(run.sync_id)._end_as_interrupted()

    @api.model
    def _search_by_life(self, domain, is_alive):
        """Return the running runs in a domain that are alive, or those that are not; see `_sql_is_alive`."""
        self.flush_model(["scheduled", "date_progress"])
        self.sync_id.flush_model(["active"])
        query = self._search(domain)
        condition = self._sql_is_alive(SQL.identifier(query.table))
        query.add_where(condition if is_alive else SQL("%s IS NOT TRUE", condition))
        return self.browse(query)

    @api.model
    def _sql_is_alive(self, table):
        """Return the condition that a running run is alive: the scheduler will resume it, or a process works on it.

        The scheduler resumes no run of an archived configuration.

        :param SQL table: the table of runs in the query
        :rtype: SQL
        """
        return SQL(
            """((
                %(run)s.scheduled IS TRUE
                AND EXISTS (SELECT FROM external_order_sync WHERE id = %(run)s.sync_id AND active)
            ) OR (
                %(run)s.date_progress >= %(silent_since)s
                AND EXISTS (SELECT FROM (%(held)s) AS held (id) WHERE held.id = %(run)s.id OR held.id IS NULL)
            ))""",
            run=table,
            silent_since=fields.Datetime.now() - ABANDONED_AFTER,
            held=sql_held_keys(LOCK),
        )

    def _end_as_interrupted(self):
        self.ensure_one()
        message = stored(self.env)._("Interrupted. The next run imports the orders that were received.")
        texts = self._prepare_texts(message=[message])
        self.write({"status": "error", "date_end": self.date_progress, **texts})
        if not self.search_count([("sync_id", "=", self.sync_id.id), ("id", ">", self.id)], limit=1):
            self._copy_status_to_sync(self.date_end)
        _logger.warning("External Order Sync: %s: the synchronization was interrupted", self.sync_id.name)
