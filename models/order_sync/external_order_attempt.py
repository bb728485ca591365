from odoo import api, fields, models, modules
from odoo.fields import Domain
from odoo.tools import SQL

from ...exceptions import ExternalOrderError
from ...tools.exclusive import sql_held_keys
from ...tools.message_language import stored
from .external_order_sync_run import LOCK, WAITING_REASONS

# An order fails once the process has died this often while importing it, of which this often with this order alone. A
# death during a batch only narrows down which order is to blame: an innocent one may be in several such batches.
MAX_INTERRUPTIONS = 3
MAX_INTERRUPTIONS_ALONE = 2
# Number of orders tried together, by their interrupted attempts: the order that stops the process is soon tried alone.
SUSPECTS_TOGETHER = {1: 10, 2: 1}


class ExternalOrderAttempt(models.Model):
    """The orders that a run is importing right now, recorded before the work begins.

    If the process dies, its transaction is rolled back and leaves no trace of the orders it was importing. This row is
    therefore committed through a separate connection before the work starts. The next process that works on the
    synchronization counts it as an interrupted attempt at the orders that are still pending.
    """

    _name = "external.order.attempt"
    _description = "External Order Attempt"

    run_id = fields.Many2one("external.order.sync.run", required=True, ondelete="cascade", readonly=True)
    date = fields.Datetime(required=True, readonly=True)
    orders = fields.Json(required=True, readonly=True, help="IDs of the external orders.")

    _unique_run = models.UniqueIndex("(run_id)")

    @api.model
    def _begin(self, run, orders):
        """Record and commit that ``run`` is about to import ``orders``, replacing its previous record.

        :param orders: locked ``external.order`` records
        """
        query = SQL(
            """
            INSERT INTO external_order_attempt (run_id, date, orders) VALUES (%s, %s, to_jsonb(%s))
            ON CONFLICT (run_id) DO UPDATE SET date = EXCLUDED.date, orders = EXCLUDED.orders
            """,
            run.id,
            fields.Datetime.now(),
            orders.ids,
        )
        if modules.module.current_test:  # the run is not committed, so no other connection could refer to it
            self.env.cr.execute(query)
            return
        # A separate cursor, because a commit on this one would release the locks of the orders.
        with self.env.registry.cursor() as cr:
            cr.execute(query)

    @api.model
    def _end(self, run):
        """Delete the record of ``run``: its process is alive and has finished the batch."""
        self.env.cr.execute(SQL("DELETE FROM external_order_attempt WHERE run_id = %s", run.id))

    @api.model
    def _count_interrupted(self, sync, run):
        """Count interrupted attempts in a synchronization, and fail orders that had too many.

        :param sync: the ``external.order.sync``
        :param run: its ``external.order.sync.run`` whose lock this process holds
        :return: whether something was written
        """
        attempts = self.search([("run_id.sync_id", "=", sync.id)])
        if not attempts:
            return False
        held = {key for (key,) in self.env.execute_query(sql_held_keys(LOCK))} - {run.id}
        for attempt in attempts:
            if held & {attempt.run_id.id, None}:
                continue
            orders = self.env["external.order"].browse(attempt.orders).exists()
            # A postponed order was already handled. An order that another worker holds is covered by that worker's row.
            orders.filtered(
                lambda order, date=attempt.date: (
                    (order.state == "pending" or order.changed)
                    and not (order.next_attempt and order.next_attempt > date)
                )
            ).try_lock_for_update()._count_interruption(run, alone=len(attempt.orders) == 1)
            attempt.unlink()
        return True


class ExternalOrder(models.Model):
    _inherit = "external.order"

    interruptions = fields.Integer(
        "Interrupted Attempts",
        readonly=True,
        help="Number of times the server stopped while it was importing this order, alone or with others.",
    )
    interruptions_alone = fields.Integer(
        readonly=True, help="How often the server stopped while it was importing this order alone."
    )

    _waiting = models.Index("(sync_id, interruptions NULLS FIRST, id) INCLUDE (company_id) WHERE state = 'pending'")

    @api.model
    def _claim(self, sync, limit, run=None):
        """Return up to ``limit`` orders that may be tried now, locked until the end of the transaction; fewer if they
        are long, see `_lock_batch`.

        Orders locked by another worker are skipped, so that several workers can share the inbox. Orders with
        interrupted attempts come last, in small batches. Refunds are claimed once their orders are imported.

        :param run: the ``external.order.sync.run``; orders that it found to wait are left out
        """
        domain = [
            ("sync_id", "=", sync.id),
            ("state", "=", "pending"),
            "|",
            ("next_attempt", "=", False),
            ("next_attempt", "<=", fields.Datetime.now()),
        ]
        if run:
            domain += ["|", ("error_code", "not in", WAITING_REASONS), ("run_id", "!=", run.id)]
        domain = Domain(domain) & self._get_ready_domain()
        # Read more than needed because other workers may hold the first ones.
        waiting = self.search_fetch(
            domain, ["interruptions", "line_count"], order="interruptions NULLS FIRST, id", limit=limit * 10
        )
        for interruptions, orders in waiting.grouped("interruptions").items():
            together = SUSPECTS_TOGETHER.get(interruptions, limit)
            if claimed := orders._lock_batch(min(together, limit))._lock_sales():
                return claimed
        return self.browse()

    @api.model
    def _prepare_no_interruption_values(self):
        return {"interruptions": 0, "interruptions_alone": 0}

    def _count_interruption(self, run, alone):
        """Count that the process died during an attempt at these locked orders; fail those that are to blame.

        :param run: the ``external.order.sync.run`` to which the failed ones belong
        :param bool alone: whether the attempt was at one order only
        """
        env = stored(self.env)
        reason = env._(
            "The server stopped %s times with this order alone. It may be too large, or a customization may need too "
            "much time or memory. The server log says what stopped it. Fix that or raise the limit, then press Retry.",
            MAX_INTERRUPTIONS_ALONE,
        )
        for interruptions, orders in self.grouped("interruptions").items():
            orders.interruptions = interruptions + 1
        if not alone:
            return
        for order in self:
            order.interruptions_alone += 1
        hopeless = self.filtered(
            lambda order: (
                order.interruptions >= MAX_INTERRUPTIONS and order.interruptions_alone >= MAX_INTERRUPTIONS_ALONE
            )
        )
        for order in hopeless:
            order._fail(ExternalOrderError("server_stopped", reason))
        if hopeless:
            hopeless._note_failures()
            hopeless.run_id = run
            run.failed_count += len(hopeless)
