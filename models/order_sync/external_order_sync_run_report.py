from odoo import api, fields, models

from ...tools.message_language import stored
from ...tools.notifications import notification
from ...tools.stored_text import joined
from .external_order_sync_counts import COUNTED_AT_MOST
from .external_order_sync_run import FAILURES_NAMED

# Keep the notification short; the status has the whole message.
LINES_SHOWN = 5


class ExternalOrderSyncRun(models.Model):
    """What a run reports: its message, the notification, the bar in the chart."""

    _inherit = "external.order.sync.run"

    @api.model
    def _told(self, count):
        """Return a number that is counted up to a bound as a message says it: unformatted, as the other numbers."""
        return f"{COUNTED_AT_MOST}+" if count > COUNTED_AT_MOST else count

    def _get_message(self, status):
        """Return the result as sentences, one per line, the important ones first."""
        env = stored(self.env)
        parts = self._get_texts("fetch_error") + self._get_texts("import_error")

        def tell(count, one, many):
            if count:
                parts.append(one if count == 1 else many)

        if self.import_error:
            count = self.sync_id.pending_count
            tell(count, env._("1 order waits."), env._("%s orders wait.", self._told(count)))
        if status == "no_orders":
            parts.append(env._("No orders to synchronize."))
        if self.imported_count:
            parts.append(self._describe_imported(self.imported_count, self.doubtful_count - self.doubtful_life_count))
        parts += self._describe_life_of_run()
        count = self.failed_count
        tell(count, env._("1 order failed:"), env._("%s orders failed:", count))
        if count:
            parts += self._describe_failed()
            parts.append(env._("Open them with the Failed button, fix the cause, then press Retry."))
        parts += self._describe_ambiguous()
        count = self.refused_count
        tell(count, env._("1 entry is not an order:"), env._("%s entries are not orders:", count))
        if count:
            parts += self._get_texts("refused")
        count = self.ignored_count
        tell(
            count,
            env._("1 order ignored because of its status."),
            env._("%s orders ignored because of their status.", count),
        )
        parts += self._describe_changed()
        count = self.deferred_count
        tell(
            count,
            env._("1 order will be retried soon because the database was busy."),
            env._("%s orders will be retried soon because the database was busy.", count),
        )
        count = self.known_count
        tell(
            count,
            env._("1 order was already imported or known."),
            env._("%s orders were already imported or known.", count),
        )
        if self.cursor_corrected:
            parts.append(
                env._(
                    "The time of the last download was in the future because the clock of this server was wrong. "
                    "All orders since the download before it were requested again."
                )
            )
        if self.fetch_continues:
            parts.append(
                env._(
                    "The download stopped in time before Odoo's time limit (limit_time_real_cron or limit_time_real). "
                    "The next run continues where it stopped."
                )
            )
        if self.feed_repeats:
            parts.append(env._("The feed sent a page twice; the next run downloads the same period again."))
        return joined(*filter(None, parts), by="\n")

    @api.model
    def _describe_imported(self, count, doubtful):
        """Return the sentence with the number of imported orders and of those with warnings."""
        env = stored(self.env)
        if count == 1:
            return env._("1 order imported, with warnings.") if doubtful else env._("1 order imported.")
        if doubtful:
            return env._("%(count)s orders imported, %(doubtful)s with warnings.", count=count, doubtful=doubtful)
        return env._("%s orders imported.", count)

    def _describe_ambiguous(self):
        """Return which OrderIDs are used by several orders."""
        env = stored(self.env)
        count = self.ambiguous_count
        if not count:
            return []
        one = env._("1 OrderID is used by several orders.")
        ambiguous = self.env["external.order"].search(
            [("run_id", "=", self.id), ("error_code", "=", "order_id_ambiguous")], order="id", limit=FAILURES_NAMED
        )
        return [
            one if count == 1 else env._("%s OrderIDs are each used by several orders.", count),
            *(order._get_reason() for order in ambiguous),
        ]

    def _describe_failed(self):
        env = stored(self.env)
        failed = self.env["external.order"].search(
            [("run_id", "=", self.id), ("state", "=", "failed"), ("error_code", "!=", "order_id_ambiguous")],
            order="id",
            limit=FAILURES_NAMED,
        )
        lines = []
        for rows in failed.grouped("error_message").values():
            reason = rows[0]._get_reason()
            ids = ", ".join(rows.mapped("display_name"))
            if len(rows) == 1:
                lines.append(env._("Order %(order)s: %(reason)s", order=ids, reason=reason))
            else:
                lines.append(env._("Orders %(orders)s: %(reason)s", orders=ids, reason=reason))
        if self.failed_count > FAILURES_NAMED:
            lines.append(env._("… and %s more.", self.failed_count - FAILURES_NAMED))
        return lines

    def _get_notification(self):
        """Return the client action that summarizes this run and offers the next steps as buttons."""
        self.ensure_one()
        kind = {"success": "success", "error": "danger", "no_orders": "info", "running": "info"}[self.status]
        message = self.message_text
        if self.status == "running":
            message = self.env._(
                "%(imported)s orders imported so far. The rest continues in the background.",
                imported=self.imported_count,
            )
        lines = (message or "").splitlines()
        if len(lines) > LINES_SHOWN:
            lines = lines[:LINES_SHOWN]
            # Not the heading of a list that is cut off.
            lines = [*(lines[:-1] if lines[-1].endswith(":") else lines), "…"]
        action = notification(kind, "\n".join(lines), title=self.sync_id.name, sticky=self.status == "error")
        params = {**action["params"], "buttons": self._get_next_steps()}
        return {**action, "tag": "external_order_sync.notification", "params": params}

    def _get_next_steps(self):
        """Return the buttons of the notification: dicts of ``name``, ``action``, ``primary``."""
        steps = []
        if self.failed_count:
            steps.append({"name": self.env._("Show Failed Orders"), "action": self.sync_id.action_open_failed()})
        if self.doubtful_count:
            steps.append({"name": self.env._("Show Orders to Check"), "action": self.sync_id.action_open_doubtful()})
        if self._count_unbooked_changes():
            steps.append({"name": self.env._("Show Changed Orders"), "action": self.sync_id.action_open_changed()})
        if not self.failed_count:
            return steps
        problems = self.env["external.order.problem"].search([("sync_id", "=", self.sync_id.id)])
        if lacking := problems.filtered("can_choose_product")[:1]:
            name = self.env._("Choose Product: %s", lacking._get_subject())
            steps.insert(0, {"name": name, "primary": True, "action": lacking.action_choose_product()})
        elif self.env["external.payment.mapping"].has_access("create") and (
            lacking := problems.filtered(
                lambda row: row.can_choose_payment and row._get_subject() and not row.newest_id._get_fixed_mapping()
            )[:1]
        ):
            name = self.env._("Choose Payment Method: %s", lacking._get_subject())
            steps.insert(0, {"name": name, "primary": True, "action": lacking.action_choose_payment()})
        return steps

    def _get_chart_values(self):
        """Return what the bar of this run shows."""
        self.ensure_one()
        return {
            "id": self.id,
            "date": fields.Datetime.to_string(self.date_start),
            "status": self.status,
            "imported": self.imported_count + self.refunded_count + self.cancelled_count,
            "failed": self.failed_count + self.refused_count + self.ambiguous_count,
        }
