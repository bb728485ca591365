from odoo import models
from odoo.tools import ormcache
from odoo.tools.misc import formatLang

from ...tools.bounded_count import rounded
from .external_order_sync_counts import COUNTED_AT_MOST

# The counts of a run of orders that no longer wait.
TRIED = ("imported_count", "refunded_count", "cancelled_count", "settled_count", "failed_count")
# Count the waiting orders again once a run has received this many more.
COUNTED_AGAIN = 1_000


class ExternalOrderSync(models.Model):
    """The progress of the running synchronization, for a screen that asks for it every two seconds."""

    _inherit = "external.order.sync"

    def get_progress(self):
        """Return the progress of the running synchronization, for a screen that polls it.

        This first ends a run whose process is gone, so it is not read-only.

        :return: ``fetched``, ``imported``, ``failed`` and ``waiting`` (numbers of orders; above 10,000, the last one is
            an estimate, and 10,001 while orders are fetched), ``waiting_text`` (as it is shown), ``percent`` (what the
            run has tried of all that waited) and ``fetching`` (bool); ``False`` when none is running
        :rtype: dict | bool
        """
        self.ensure_one()
        self.check_access("read")
        Run = self.env["external.order.sync.run"]
        # sudo: users cannot write runs, but may trigger the check of whether a run has ended.
        Run.sudo()._end_interrupted(self)
        run = Run.search([("sync_id", "=", self.id), ("status", "=", "running")], limit=1)
        if not run:
            return False
        totals = run._get_totals(*TRIED)
        tried, is_fetched, waiting = sum(totals.values()), run._is_fetched(), self.pending_count
        waiting_text = self.pending_text
        if waiting > COUNTED_AT_MOST and is_fetched:
            waiting = max(waiting, run._count_tried_and_waiting(run.new_count // COUNTED_AGAIN) - tried)
            waiting_text = self._get_waiting_text(waiting)
        return {
            "fetching": not is_fetched,
            "fetched": run.fetched_count,
            "imported": totals["imported_count"],
            "failed": totals["failed_count"],
            "waiting": waiting,
            "waiting_text": waiting_text,
            "percent": round(100 * tried / (tried + waiting)) if tried else 0,
        }

    def _get_waiting_text(self, waiting):
        """Return an estimated number of waiting orders as it is shown."""
        if waiting <= COUNTED_AT_MOST + 1:
            return self._get_count_text(waiting, COUNTED_AT_MOST)
        return f"≈ {formatLang(self.env, rounded(waiting), digits=0)}"


class ExternalOrderSyncRun(models.Model):
    _inherit = "external.order.sync.run"

    @ormcache("self.id", "received")
    def _count_tried_and_waiting(self, received):
        """Return how many orders this run has tried or has still to try.

        Many orders are counted to the end, which takes time, so this is done once, and again after each thousand that
        it receives; what it has tried since then need not be counted.

        :param int received: thousands of orders that it has received
        """
        # sudo: the number is kept for all who may see the run.
        orders = self.env["external.order"].sudo()
        waiting = orders.search_count([("sync_id", "=", self.sync_id.id), ("state", "=", "pending")])
        return waiting + sum(self._get_totals(*TRIED).values())
