from odoo import api, fields, models

from ...tools.message_language import for_reader, stored

# Changes are booked in transactions of at most this many.
CHANGES_AT_ONCE = 20
CHANGES_NAMED = 5


class ExternalOrderSyncRun(models.Model):
    """What a run does with orders that were imported before: refunds, cancellations, changes."""

    _inherit = "external.order.sync.run"

    refunded_count = fields.Integer("Refunds", readonly=True)
    cancelled_count = fields.Integer("Cancellations", readonly=True)
    settled_count = fields.Integer("Nothing Left to Refund", readonly=True)
    rebooked_count = fields.Integer("Changes Booked", readonly=True)
    doubtful_life_count = fields.Integer("Refunds and Changes to Check", readonly=True)

    def _has_life(self):
        """Return whether the run booked a refund, a cancellation or a change, or found that nothing was left of it."""
        return any((self.refunded_count, self.cancelled_count, self.settled_count, self.rebooked_count))

    # ------------------------------------------------------------
    # Changes
    # ------------------------------------------------------------

    def _has_changes_to_book(self):
        """Return whether this run is to book changes of imported orders."""
        return self.sync_id.book_changes and bool(self.env["external.order"]._claim_changes(self.sync_id, 1, self))

    def _book_changes(self):
        """Book the next changes of imported orders, if the synchronization does that by itself.

        :return: the number of orders that were tried
        """
        if not self.sync_id.book_changes:
            return 0
        orders = self.env["external.order"]._claim_changes(self.sync_id, CHANGES_AT_ONCE, self)
        if orders:
            self.env["external.order.attempt"]._begin(self, orders)
            orders.run_id = self
            booked = orders._book_changes(unasked=True)
            doubtful = len(booked.filtered("doubt"))
            counts = {"rebooked": len(booked), "doubtful": doubtful, "doubtful_life": doubtful}
            self.write({**self._prepare_counts(counts), "date_progress": fields.Datetime.now()})
        return len(orders)

    def _count_unbooked_changes(self):
        """Return how many orders changed in this run and are neither booked nor seen."""
        if not (self.changed_count or self.rebooked_count):
            return 0
        return self.env["external.order"].search_count(self._get_changed_domain())

    def _get_changed_domain(self):
        return [("sync_id", "=", self.sync_id.id), ("changed", "=", True), ("changed_date", ">=", self.date_start)]

    # ------------------------------------------------------------
    # Messages
    # ------------------------------------------------------------

    def _describe_life_of_run(self):
        """Return sentences about the refunds, cancellations and changes of this run."""
        env = stored(self.env)
        lines = self._describe_life(self.refunded_count, self.cancelled_count, self.settled_count)
        if count := self.rebooked_count:
            one = env._("1 imported order was changed in the external system, and the difference was booked.")
            lines.append(
                one
                if count == 1
                else env._(
                    "%s imported orders were changed in the external system, and the differences were booked.", count
                )
            )
        lines += self._describe_life_doubts(self.doubtful_life_count)
        if self.new_count and (count := self.sync_id.waiting_count):
            one = env._("1 refund waits for its order.")
            lines.append(one if count == 1 else env._("%s refunds wait for their orders.", self._told(count)))
        return lines

    @api.model
    def _describe_life(self, refunds, cancellations, settled):
        """Return the sentences with these numbers of booked refunds and cancellations.

        :param int settled: the number of those of which nothing was left to refund
        """
        env = stored(self.env)
        lines = []
        if refunds:
            lines.append(env._("1 refund booked.") if refunds == 1 else env._("%s refunds booked.", refunds))
        if cancellations:
            one = env._("1 imported order was cancelled in the external system and refunded.")
            lines.append(
                one
                if cancellations == 1
                else env._("%s imported orders were cancelled in the external system and refunded.", cancellations)
            )
        if settled:
            one = env._("1 refund or cancellation had nothing left to refund.")
            lines.append(
                one if settled == 1 else env._("%s refunds or cancellations had nothing left to refund.", settled)
            )
        return lines

    @api.model
    def _describe_life_doubts(self, count):
        """Return the sentence with this number of refunds, cancellations and changes to check, in a list."""
        env = stored(self.env)
        if not count:
            return []
        one = env._("1 refund or change was booked with warnings: check it under Needs Attention.")
        several = env._("%s refunds or changes were booked with warnings: check them under Needs Attention.", count)
        return [one if count == 1 else several]

    def _describe_changed(self):
        """Return which orders changed in this run without being booked, in what, and what to do."""
        env = stored(self.env)
        count = self._count_unbooked_changes()
        if not count:
            return []
        inbox = self.env["external.order"].with_env(for_reader(self.env))
        changed = inbox.search(self._get_changed_domain(), limit=CHANGES_NAMED)
        # A refund or cancellation that changed has no difference to book.
        if any(order.can_book_change for order in changed):
            one = env._(
                "1 imported order arrived again with different content and was left as it is. Compare it under Needs "
                "Attention, and press Book the Difference."
            )
            several = env._(
                "%s imported orders arrived again with different content and were left as they are. Compare them under "
                "Needs Attention, and press Book the Difference.",
                count,
            )
        else:
            one = env._(
                "1 imported order arrived again with different content and was left as it is. Compare it under Needs "
                "Attention, correct the POS order if needed, then press Change Seen."
            )
            several = env._(
                "%s imported orders arrived again with different content and were left as they are. Compare them under "
                "Needs Attention, correct the POS orders if needed, then press Change Seen.",
                count,
            )
        line = one if count == 1 else several
        return [
            line,
            *(
                env._("Order %(order)s: %(reason)s", order=order.display_name, reason=order._get_problem_note())
                for order in changed
            ),
        ]
