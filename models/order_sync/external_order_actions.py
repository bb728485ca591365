from odoo import api, models
from odoo.exceptions import AccessError, UserError

from ...tools.groups import USER_GROUP
from ...tools.notifications import notification
from ...tools.private_context import without_defaults

# A click retries at most this many orders directly; more are left to the scheduled action.
RETRY_AT_ONCE = 100


class ExternalOrder(models.Model):
    """What a person can do with rows of the inbox: try them again, ignore them, mark them as seen."""

    _inherit = "external.order"

    def action_retry(self):
        """Retry these orders: a few immediately, many through the scheduled action."""
        self._check_may_act()
        # Users cannot write to the inbox; this button is how they may change it.
        selected = without_defaults(self).sudo()
        orders = selected.filtered(lambda order: order.state != "done")
        if not orders:
            return self._get_nothing_left_notification(selected)
        return orders._retry()

    @api.model
    def _get_nothing_left_notification(self, settled):
        """Return the notification for a user who came second: another one, or a run, has done it meanwhile.

        :param settled: the orders, if the user has chosen them by themselves
        """
        if not settled:
            return notification("info", self.env._("Another user or a run has done this already."))
        names = ", ".join(settled.mapped("display_name"))
        return notification("info", self.env._("Another user or a run has done this already: %s", names))

    def _retry(self, reason=""):
        """Try these rows again: import those that are not imported, and book the changes of the others.

        :param str reason: what the user did to make it work
        """
        free = self.try_lock_for_update()
        free._note(reason or self.env._("Retried"))
        changed = free.filtered(lambda order: order.state == "done")
        # Who chose a product has not looked at the change.
        changed._book_changes(unasked=bool(reason))
        orders, problems = (free - changed)._import_again()
        for sync in self.sync_id:
            sync._update_attention_activity()
        return (free | orders)._get_retry_notification("\n".join(filter(None, problems)), self - free)

    def _import_again(self):
        """Import these rows, and then the refunds that wait for them.

        :return: the rows that were tried, and why no session can take some of them
        :rtype: tuple[external.order, list[str]]
        """
        entries = self.filtered(lambda order: order.kind == "entry")
        entries._refuse_again()
        # What was refunded of an order that was cancelled before its import is tried with it.
        cancelled = self.filtered(lambda order: order.error_code == "order_cancelled")
        orders = (self - entries) | cancelled.life_ids.filtered(lambda order: order.error_code == "order_cancelled")
        # If several orders share one OrderID, we do not know which one to import.
        orders.filtered(lambda order: order.state == "ignored" and order.other_payloads)._stop_ignoring()
        orders = orders.filtered(lambda order: order.error_code != "order_id_ambiguous")
        # Skip orders that another worker has locked: that worker imports them.
        locked = orders.try_lock_for_update()
        locked.write(
            {
                **self._prepare_no_error_values(),
                **self._prepare_no_interruption_values(),
                "state": "pending",
                "attempts": 0,
            }
        )
        if len(locked) > RETRY_AT_ONCE:
            locked.sync_id._trigger_sync()
            return locked, []
        problems = []
        for of_sync in locked._lock_sales().grouped("sync_id").values():
            problems += of_sync._import()
            imported = of_sync.filtered(lambda order: order.kind == "sale" and order.state == "done")
            waiting = imported.life_ids.filtered(lambda order: order.state == "pending") - of_sync
            if waiting := waiting.try_lock_for_update():
                problems += waiting._import()
        locked._note_imports()
        return locked, problems

    def _get_retry_notification(self, problem, busy=()):
        """Return the notification about these rows, which were tried.

        :param str problem: why no session can take some of them, or ""
        :param busy: the rows that were not tried, see `_describe_busy`
        """
        states = self.mapped("state")
        failed, pending = states.count("failed"), states.count("pending")
        done = self.filtered(lambda row: row.state == "done" and not row.changed)
        unbooked = self.filtered(lambda row: row.state == "done" and row.changed and row.error_message)
        lines = [problem] if problem else []
        lines += done._describe_done()
        lines += unbooked[:1].mapped("error_text")
        if failed:
            reason = next(row.error_text for row in self if row.state == "failed")
            lines.append(reason if failed == 1 else self.env._("%s orders failed again.", failed))
        if pending:
            lines.append(self.env._("Still waiting: %s", pending))
        lines += self._describe_busy(busy)
        kind = "danger" if problem or failed or unbooked else "info" if busy else "success"
        return notification(kind, "\n".join(lines))

    @api.model
    def _describe_busy(self, busy):
        """Return a sentence about rows that are locked, in a list; none without any.

        :param busy: the rows, which another user or a run is importing or booking at this moment
        """
        if not busy:
            return []
        names = ", ".join(busy.mapped("display_name"))
        return [self.env._("Another user or a run is working on this now; reload to see the result: %s", names)]

    def _describe_done(self):
        """Return sentences that say what these imported rows are: orders, refunds, cancellations."""
        Run = self.env["external.order.sync.run"]
        lines, counts = [], self._count_results()
        of_life = counts["doubtful_life"]
        if sales := counts["imported"]:
            lines.append(Run._describe_imported(sales, counts["doubtful"] - of_life))
        lines += Run._describe_life(counts["refunded"], counts["cancelled"], counts["settled"])
        return lines + Run._describe_life_doubts(of_life)

    def action_ignore(self):
        """Ignore these orders until the external system sends them with different content."""
        self._check_may_act()
        # sudo: users cannot write to the inbox; see `action_retry`.
        orders = self.sudo().filtered(lambda order: order.state in ("pending", "failed"))
        orders._remember_before_ignored()
        orders.write({**self._prepare_no_error_values(), "state": "ignored"})
        orders._note(self.env._("Ignored"))
        for sync in orders.sync_id:
            sync._update_attention_activity()

    def action_stop_ignoring(self):
        """Undo *Ignore*: these orders need attention again, or wait for the next run, as they did before."""
        self._check_may_act()
        # sudo: users cannot write to the inbox; see `action_retry`.
        orders = self.sudo().filtered("can_stop_ignoring")
        if not orders:
            raise UserError(self.env._("Select orders that a user has ignored."))
        orders._stop_ignoring()
        orders._note(self.env._("Not ignored any more"))
        for sync in orders.sync_id:
            sync._update_attention_activity()

    def action_accept_change(self):
        """Mark the external changes of these imported orders as seen."""
        self._check_may_act()
        orders = self.sudo()  # as above
        orders.filtered("changed")._note(self.env._("The change was marked as seen."))
        orders.changed = False
        # Why a change could not be booked does not matter any more.
        orders.filtered(lambda order: order.state == "done" and order.error_code != "order_id_ambiguous").write(
            self._prepare_no_error_values()
        )
        for sync in orders.sync_id:
            sync._update_attention_activity()

    def action_warnings_seen(self):
        """Mark the warnings of these imported orders as seen; their texts stay."""
        self._check_may_act()
        orders = self.sudo()  # as above
        orders.filtered("doubt")._note(self.env._("The warnings were marked as seen."))
        orders.doubt = False
        for sync in orders.sync_id:
            sync._update_attention_activity()

    def action_open_order(self):
        action = {"type": "ir.actions.act_window", "res_model": "pos.order", "view_mode": "form"}
        return {**action, "res_id": self.ensure_one().pos_order_id.id}

    def _check_may_act(self):
        """Raise ``AccessError`` for other users, because the buttons of the inbox write with ``sudo()``."""
        self.check_access("read")
        if not self.env.su and not self.env.user.has_group(USER_GROUP):
            raise AccessError(self.env._("This is allowed only for users of External Order Sync."))
