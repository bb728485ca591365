from odoo import models
from odoo.tools import SQL
from psycopg2 import errors


class PosSession(models.Model):
    """A session of a synchronization takes a limited number of orders, so that it can be closed within time limits.

    A full session makes room as that of a past day does, see `pos_session_day.py`: it becomes a recovery session until
    it is closed, and the next one is opened at once. So the import does not wait for the closing.
    """

    _inherit = "pos.session"

    def _make_room_if_full(self, sync):
        """Set this open session aside if it has enough orders. Return whether another one is to be opened.

        :param sync: the ``external.order.sync`` whose orders need a session
        :raise psycopg2.OperationalError: if orders were being imported into it; try again in a new transaction
        """
        self.ensure_one()
        if not sync.auto_create_session or not self._is_full():
            return False
        if not self.try_lock_for_update(allow_referencing=True):
            # Wait for the other importers. Only a new transaction sees their orders, with whose cash the next session
            # begins.
            self.env.cr.execute(SQL("SELECT id FROM pos_session WHERE id = %s FOR NO KEY UPDATE", self.id))
            raise errors.LockNotAvailable("external orders were being imported into the session")
        self.write({"external_full": True, "rescue": True})
        self.flush_recordset()  # the database allows only one that is not
        return True

    def _is_full(self):
        """Return whether this session was opened by a synchronization and has as many orders as one session takes."""
        return bool(self._filter_full())

    def _filter_full(self):
        """Return those of these sessions that have as many orders as their synchronizations allow; in one statement."""
        limited = self.filtered(lambda session: session.external_order_sync_id.closing_order_count > 0)
        of_sessions = [("session_id", "in", limited.ids)]
        counts = dict(self.env["pos.order"]._read_group(of_sessions, ["session_id"], ["__count"])) if limited else {}
        return limited.filtered(
            lambda session: counts.get(session, 0) >= session.external_order_sync_id.closing_order_count
        )
