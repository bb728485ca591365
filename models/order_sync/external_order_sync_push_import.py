import math
import time

from odoo import models

from ...tools.transaction import TRANSIENT_ERRORS, commit, limit_lock_waits, retrying
from ..order_import.import_target import ClosedTargets
from .external_order_sync_run import BATCH_SIZE

# Seconds between two looks at orders that another worker is importing.
LOOK_AGAIN = 0.05


class ExternalOrderSync(models.Model):
    """Importing pushed orders while their sender waits for the result."""

    _inherit = "external.order.sync"

    def _import_pushed(self, orders, seconds):
        """Import these orders now, for as long as the sender waits. Commits after each batch.

        Orders that another worker holds are imported by it, and waited for. What is left belongs to the scheduled
        action, which was triggered when the orders were received. If the synchronization is not started, all wait.

        :param orders: ``external.order`` records of this synchronization
        :return: whether each of them was tried
        :rtype: bool
        """
        self.ensure_one()
        if self.state != "started":
            return False
        deadline = time.monotonic() + seconds
        sync = ClosedTargets().on(self)
        while True:
            try:
                tried = retrying(self.env, lambda orders=orders: sync._import_pushed_batch(orders, deadline), deadline)
            except TRANSIENT_ERRORS:
                tried = 0  # the scheduled action postpones them if it goes on
            commit(self.env)
            orders.invalidate_recordset()
            orders |= orders.life_ids  # refunds that came with their orders
            if not orders._filter_ready():
                return True
            if time.monotonic() >= deadline:
                self._trigger_push()
                commit(self.env)
                return False
            if not tried:
                time.sleep(LOOK_AGAIN)

    def _import_pushed_batch(self, orders, deadline=math.inf):
        """Import the next of these orders that no other worker holds; return how many were tried.

        One that the server died of before is left to a run, which counts that.

        :param float deadline: until when the sender waits, by ``time.monotonic()``
        """
        limit_lock_waits(self.env, deadline)
        orders = orders.with_env(self.env)
        orders.invalidate_recordset()
        waiting = orders._filter_ready().filtered(lambda order: not order.interruptions)
        claimed = waiting.sorted("id")._lock_batch(BATCH_SIZE)._lock_sales()
        if not claimed:
            return 0
        claimed._import()
        failed = claimed.filtered(lambda order: order.state == "failed")
        self.env["external.order.push"]._note(self, claimed._count_results(), orders=failed)
        return len(claimed)

    def _has_waiting_pushes(self):
        """Return whether requests brought something that no run has shown yet."""
        return bool(
            self.env["external.order.push"].search_count([("sync_id", "=", self.id), ("waiting", "=", True)], limit=1)
        )
