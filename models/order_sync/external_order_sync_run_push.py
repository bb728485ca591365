from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import unique

from ...tools.scheduling import DUE_TOLERANCE
from ...tools.transaction import commit
from .external_order_push import COUNTED
from .external_order_sync_run import FAILURES_NAMED
from .sync_turn import SyncTurn

# Pushes with shorter pauses between them are one burst. One run shows it, but not more than this together.
PAUSE = timedelta(minutes=1)
LONGEST_BURST = timedelta(hours=1)


class ExternalOrderSyncRun(models.Model):
    """Runs that import what was pushed, and download nothing."""

    _inherit = "external.order.sync.run"

    without_fetch = fields.Boolean(
        "Pushed",
        readonly=True,
        help="This run imported orders that the external system had sent, and downloaded none.",
    )

    def _find_or_create_without_fetch(self, sync, scheduled):
        """Return the run for ``sync`` if there is nothing to download now; none if a usual run is needed.

        After a pause of less than a minute, the last run continues: a burst of pushes is one run.
        """
        now = fields.Datetime.now()
        is_due = not sync.next_sync_date or sync.next_sync_date <= now + DUE_TOLERANCE
        if sync.external_api_url and (is_due or not scheduled or not sync._has_waiting_pushes()):
            return self.browse()
        if is_due or not scheduled:
            sync.next_sync_date = now + timedelta(minutes=sync.sync_interval)
        last = self.search([("sync_id", "=", sync.id)], limit=1)
        if (
            scheduled
            and last.without_fetch
            and last.scheduled
            and not last.import_error
            and last.status in ("success", "error", "no_orders")
            and last.date_end >= now - PAUSE
            and last.date_start >= now - LONGEST_BURST
        ):
            last.write({"status": "running", "message": False, "terms": False, "date_end": False, "date_progress": now})
            return last
        return self.create({"sync_id": sync.id, "scheduled": scheduled, "without_fetch": True})

    @api.model
    def _call_pushed(self, turn):
        """Let the synchronizations of a turn that wait for their feeds import what was pushed meanwhile.

        :param SyncTurn turn:
        """
        waiting = Domain("sync_id", "in", turn.get_waiting()) & Domain("waiting", "=", True)
        for [sync] in self.env["external.order.push"]._read_group(waiting, ["sync_id"]):
            turn.call(sync.id)

    def _import_pushed_meanwhile(self):
        """Import what was pushed while the next page of the feed has not arrived. Commits.

        :return: whether this was such a part of the turn; the download goes on in another one
        """
        turn = SyncTurn.current(self.env)
        if not (turn and turn.was_called(self.sync_id.id)):
            return False
        if not self._guarded(self._import_orders, "import_error"):
            turn.call(self.sync_id.id)
        self.env["external.order.attempt"]._end(self)
        commit(self.env)
        return True

    def _take_pushes(self):
        """Add what requests brought to the counts of this run.

        Called before orders are claimed: what a row counts is visible then, so no order waits without a run to come.
        """
        taken = self.env["external.order.push"]._take(self)
        if not taken:
            return
        totals = {name: sum((counts or {}).get(name, 0) for counts, _texts, _ids in taken) for name in COUNTED}
        values = self._prepare_counts(totals)
        refused = [*self._get_texts("refused"), *(text for _counts, texts, _ids in taken for text in texts)]
        if refused:
            values.update(self._prepare_texts(refused=refused[:FAILURES_NAMED]))
        self.write({**values, "date_progress": fields.Datetime.now()})
        order_ids = list(unique(order_id for _counts, _texts, ids in taken for order_id in ids or ()))
        # Orders that another worker holds get their run from it.
        self.env["external.order"].browse(order_ids).exists().try_lock_for_update().run_id = self
