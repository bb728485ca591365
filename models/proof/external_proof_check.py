import logging
import time
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ...lib.order.figures import Figures
from ...tools.attention import ACTIVITY, attendant_of, keep_activity
from ...tools.message_language import for_reader, stored, with_reader
from ...tools.private_context import without_defaults
from ...tools.stored_text import text_of_error
from ...tools.transaction import TRANSIENT_ERRORS, ScheduledTurn, commit, commit_progress, retrying, rollback
from .difference import Difference
from .external_proof import RED_STATES
from .external_proof_books import remaining

_logger = logging.getLogger(__name__)

# Days further back are checked only by a click.
CHECKED_DAYS = 31
# A day is checked this long after its end even if its last orders could not be requested.
LONGEST_WAIT = timedelta(hours=6)
# A change of this long before the last check may have been committed after it.
LATE_COMMIT = timedelta(minutes=15)
# By itself, a day is checked again after this time at the earliest, so that no synchronization waits for the days of
# another one.
RECHECK = timedelta(minutes=50)
# If a summary takes this many seconds and then fails, the other days are not asked for in this turn.
SLOW_SECONDS = 10


class ExternalProof(models.Model):
    """When days are checked, and the check itself."""

    _inherit = "external.proof"

    # ------------------------------------------------------------
    # The scheduled action
    # ------------------------------------------------------------

    @api.model
    def _cron_check(self):
        """Scheduled action: check the days that are over and new, differ, or have changed since."""
        scheduled = ScheduledTurn().on(self)
        Sync = self.env["external.order.sync"]
        for sync in Sync.search(Sync._get_scheduled_domain()):
            if not scheduled._check_due(sync):
                self.env["ir.cron"]._commit_progress(remaining=1)
                return
        self.env["ir.cron"]._commit_progress(remaining=0)

    @api.model
    def _check_due(self, sync, is_asked=False):
        """Check the due days of a synchronization; its errors stop no other one. Commits.

        :param is_asked: whether a user asks for it, so that days which differ are checked whenever that was last done
        :return: whether there was enough time
        """
        try:
            days, unbooked = self._get_due_days(sync, is_asked)
            for day in days:
                started = time.monotonic()
                proofs = retrying(self.env, lambda day=day: self._check_guarded(sync, day, unbooked.get(day, ())))
                if commit_progress(self.env, 1) <= 0:
                    return False
                if "error" in proofs.mapped("state") and time.monotonic() - started > SLOW_SECONDS:
                    break
        except TRANSIENT_ERRORS as error:
            rollback(self.env)
            _logger.info("External Order Sync: %s: reconciliation put off: %r", sync.name, error)
        except Exception as error:  # an extension may raise anything
            if self.env.cr.connection.closed:
                raise
            rollback(self.env)
            _logger.exception("External Order Sync: %s: reconciliation failed", sync.name)
            self._note_failure(sync, sync._get_business_day() - timedelta(days=1), error)
            commit(self.env)
        return True

    @api.model
    def _check_guarded(self, sync, day, unbooked=None):
        """Check a day. If that raises, the day says so, and the other days are checked."""
        try:
            with self.env.cr.savepoint():
                return self._check_day(sync, day, unbooked)
        except TRANSIENT_ERRORS:
            raise
        except Exception as error:
            if self.env.cr.connection.closed:
                raise
            _logger.exception("External Order Sync: %s: %s could not be checked", sync.name, day)
            return self._note_failure(sync, day, error)

    @api.model
    def _note_failure(self, sync, day, error):
        """Let a day say that an unexpected error has stopped its check, and return its proofs."""
        env = stored(with_reader(self, sync._get_reader()).env)
        message = env._("Unexpected error (%(kind)s). See the server log.", kind=type(error).__name__)
        proofs = self._find_or_create(sync, day, sync._get_pos_configs())
        proofs._store_error(message)
        return proofs

    @api.model
    def _get_due_days(self, sync, is_asked=False):
        """Return the business days to check, the oldest first, and the orders that are not imported, by day.

        :param is_asked: see `_check_due`
        """
        today = sync._get_business_day()
        first = max(sync._get_proof_start(), today - timedelta(days=CHECKED_DAYS))
        days = [first + timedelta(days=number) for number in range((today - first).days)]
        if not days:
            return [], {}
        proofs = self.search([("sync_id", "=", sync.id), ("day", ">=", first), ("day", "<", today)])
        of_day = proofs.grouped("day")
        unbooked = self.env["external.proof.unbooked"]._read_unbooked(sync, first)
        checked = {day: min(found.mapped("checked_date")) for day, found in of_day.items()}
        changed = self._get_changed_days(sync, checked)
        settled = self._get_settled_days(proofs)
        due = []
        for day in days:
            found = of_day.get(day)
            if not found or checked[day] < sync._get_end_of_day(day):
                if self._is_day_complete(sync, day):
                    due.append(day)
            elif day in settled:
                due.append(day)
            elif not is_asked and checked[day] > fields.Datetime.now() - RECHECK:
                continue
            elif (
                day in changed
                or unbooked.get(day)
                or any(proof.state in RED_STATES for proof in found)
                or self.env["external.proof.books"]._has_disturbed(sync, day)
            ):
                due.append(day)
        return due, unbooked

    @api.model
    def _is_day_complete(self, sync, day):
        """Return whether the orders of a day that is over have been requested and imported, or will hardly be.

        A synchronization that is not started requests nothing by itself, so its days wait.
        """
        end = sync._get_end_of_day(day)
        is_late = sync.state == "started" and fields.Datetime.now() >= end + LONGEST_WAIT
        return is_late or sync._has_imported_until(end)

    @api.model
    def _get_settled_days(self, proofs):
        """Return the days that name orders as not imported which have been imported or ignored since."""
        settled = [("order_id.state", "in", ("done", "ignored")), ("reason", "in", ("failed", "waiting"))]
        return set(
            self.env["external.proof.line"].search([("proof_id", "in", proofs.ids), *settled]).proof_id.mapped("day")
        )

    @api.model
    def _get_changed_days(self, sync, checked):
        """Return the days of which an order, a payment or a session has been written since they were checked.

        :param dict checked: when each day was checked
        """
        if not checked:
            return set()
        days = SQL(", ").join(
            SQL(
                "(%s::date, %s::timestamp, %s::timestamp, %s::timestamp)",
                day,
                sync._get_start_of_day(day),
                sync._get_end_of_day(day),
                moment - LATE_COMMIT,
            )
            for day, moment in checked.items()
        )
        query = SQL(
            """SELECT of_day.day
                 FROM (VALUES %(days)s) AS of_day(day, first, last, checked)
                WHERE EXISTS (SELECT FROM external_order AS received
                                LEFT JOIN external_order AS sale
                                     ON sale.id = received.origin_id AND received.kind = 'cancellation'
                               WHERE received.sync_id = %(sync)s
                                 AND received.sold_date >= of_day.first AND received.sold_date < of_day.last
                                 AND greatest(received.write_date, sale.write_date) > of_day.checked)
                   OR EXISTS (SELECT FROM pos_order AS booked LEFT JOIN pos_payment ON pos_order_id = booked.id
                               WHERE booked.config_id IN %(configs)s
                                 AND booked.date_order >= of_day.first AND booked.date_order < of_day.last
                                 AND greatest(booked.write_date, pos_payment.write_date) > of_day.checked)
                   OR EXISTS (SELECT FROM pos_session
                               WHERE config_id IN %(configs)s AND write_date > of_day.checked
                                 AND (external_business_day = of_day.day
                                      OR (stop_at >= of_day.first AND stop_at < of_day.last)))""",
            days=days,
            sync=sync.id,
            configs=tuple(sync._get_pos_configs().ids),
        )
        return {day for (day,) in self.env.execute_query(query)}

    # ------------------------------------------------------------
    # One day
    # ------------------------------------------------------------

    @api.model
    def _check_day(self, sync, day, unbooked=None):
        """Compute a business day of a synchronization, and return its proofs, one for each Point of Sale.

        :param unbooked: the `Difference` of each order of the day that is not imported; read if not given
        """
        sync = without_defaults(sync).sudo().with_company(sync.company_id)
        if not self.env.lang:
            sync = with_reader(sync, sync._get_reader())
        proofs = self.with_env(sync.env)
        if unbooked is None:
            unbooked = self.env["external.proof.unbooked"].with_env(sync.env)._read_unbooked(sync, day).get(day, [])
        of_day = proofs.env["external.proof.books"]._read_day(sync, day, unbooked)
        summaries, problem = {}, ""
        # An archived synchronization, such as one in a neutralized copy, asks no external system.
        has_summary = bool(sync.summary_url) and sync.active
        if has_summary:
            try:
                summaries = sync._fetch_summaries(day)
            except UserError as error:
                problem = text_of_error(error)
        # Also those that had orders of this day when it was checked before.
        known = proofs.search([("sync_id", "=", sync.id), ("day", "=", day)]).pos_config_id
        configs = sync._get_pos_configs().union(known, *of_day.inbox, *of_day.books, *of_day.closing, *summaries)
        found = proofs._find_or_create(sync, day, configs)
        is_requested = has_summary or sync._has_requested_day(day)
        for proof in found:
            unread = proof._check(of_day, summaries.get(proof.pos_config_id), has_summary)
            if problem or unread:
                proof._store_error(problem or unread)
            elif proof.state == "green" and not is_requested:
                proof._store_not_requested()
        return found

    def _check(self, of_day, summary, has_summary):
        """Compute this day and store it.

        :param DayBooks of_day: what inbox and books have
        :param summary: the `Summary` of the shop, ``None`` if it has none of this Point of Sale
        :param has_summary: whether the shop has summaries
        :return: why the feed could not be asked for a missing order; otherwise an empty text
        :rtype: str
        """
        self.ensure_one()
        config = self.pos_config_id
        inbox = shop = of_day.inbox.get(config, Figures())
        books = of_day.books.get(config, Figures())
        differences = [difference for difference in of_day.differences if difference.pos_config == config]
        summing, unread = self.env["external.proof.summary"], ""
        if summary:
            shop = summing._get_figures(self.sync_id, config, summary, inbox)
            try:
                of_summary = summing._compare(self.sync_id, self.day, config, summary, shop, of_day)
                shop = summing._complete(summary, shop, of_summary)
                differences += of_summary
            except UserError as error:
                unread = str(error)
        rest = remaining(books - shop, differences)
        if rest:
            differences.append(Difference("unexplained", config, Figures(), rest))
        values = {
            "source": "summary" if has_summary else "inbox",
            "difference_closing": float(of_day.closing.get(config, 0)),
        }
        self._store(shop, books, differences, values)
        return unread

    @api.model
    def _find_or_create(self, sync, day, configs):
        found = self.search([("sync_id", "=", sync.id), ("day", "=", day), ("pos_config_id", "in", configs.ids)])
        missing = configs - found.pos_config_id
        # A day has no author and no followers.
        quiet = self.with_context(mail_create_nolog=True, mail_create_nosubscribe=True, tracking_disable=True)
        return found | quiet.create(
            [{"sync_id": sync.id, "day": day, "pos_config_id": config.id} for config in missing.sorted("id")]
        ).with_env(self.env)

    # ------------------------------------------------------------
    # The activity
    # ------------------------------------------------------------

    def _update_activity(self, hand_over=False):
        """Keep one activity of the responsible user while a day that is over differs. It goes when the day agrees.

        :param bool hand_over: give it to the responsible user even if another user has it
        """
        for proof in self:
            activity = proof.activity_search([ACTIVITY])
            sync = proof.sync_id
            if proof.state not in RED_STATES:
                activity.unlink()
            elif activity or (sync.responsible_id and proof.day < sync._get_business_day()):
                user = attendant_of(proof, activity, sync.responsible_id, sync.create_uid, hand_over=hand_over)
                env = for_reader(with_reader(proof, user).env)
                if proof.state == "red":
                    summary = env._("The books differ from the external system")
                    note = env._("Open the day: it lists the orders behind the difference and what to do.")
                else:
                    summary = env._("The books could not be compared with the external system")
                    note = env._("Open the day to see the reason. Odoo tries again every hour.")
                keep_activity(proof, activity, user, summary, note)

    # ------------------------------------------------------------
    # Clicks
    # ------------------------------------------------------------

    def _check_again(self):
        """Check the days of these proofs now; see `_check_day`."""
        for sync, proofs in self.grouped("sync_id").items():
            for day in sorted(set(proofs.mapped("day"))):
                self._check_day(sync, day)
                commit(self.env)
