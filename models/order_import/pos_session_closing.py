import logging
from datetime import datetime, time, timedelta

import pytz
from markupsafe import Markup
from odoo import SUPERUSER_ID, api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_datetime, unique

from ...tools.attention import attendant_of, person_for
from ...tools.message_language import for_reader, with_reader
from ...tools.scheduling import quietly
from ...tools.transaction import TRANSIENT_ERRORS, ScheduledTurn, commit, retrying
from ...tools.worker_time import get_limits, is_higher, should_wait
from .pos_session import CLOSING_ACTIVITY, AutomaticClosing, OrdersArriving

_logger = logging.getLogger(__name__)

# Leave a session to the user once the process has died this often while closing it. Odoo puts off a scheduled action
# that was killed three times.
MAX_CLOSING_STARTS = 2
# Seconds that closing takes per order, on a busy machine; it only decides whether to begin now.
SECONDS_PER_ORDER = 0.005


class PosSession(models.Model):
    """Sessions that the synchronization opened are closed and posted automatically."""

    _inherit = "pos.session"

    @api.model
    def _close_due_external_sessions(self, syncs=None):
        """Close and post sessions that were opened by synchronizations and are due.

        Commit before calling this: each session is closed in a separate transaction, because Odoo rolls back a closing
        that does not balance. If closing fails, a user gets one activity, and it is tried again once that is done. The
        scheduled action does this last, because closing a session of very many orders may end its process.

        :param syncs: ``external.order.sync`` records whose sessions to check; all active ones if not given
        """
        env = ScheduledTurn().on(self).env
        retrying(self.env, self._get_external_sessions(syncs)._keep_closing_activities)
        commit(self.env)
        for session in self._get_due_external_sessions(syncs):
            if should_wait(env, session.order_count * SECONDS_PER_ORDER):
                self.env["external.order.sync"]._get_cron()._trigger()
                return
            session._close_in_own_transaction()

    @api.model
    def _get_due_external_sessions(self, syncs=None):
        opened = self._get_external_sessions(syncs)
        left_to_user = set(opened.activity_search([CLOSING_ACTIVITY]).mapped("res_id"))
        waiting = opened.filtered(lambda session: session.id not in left_to_user or session._has_higher_limits())
        due = waiting.filtered("external_full")
        due |= (waiting - due)._filter_full()
        by_time = (waiting - due).filtered(
            lambda session: session.external_order_sync_id.close_daily or session._get_day()
        )
        due |= by_time._filter_due_by_time(fields.Datetime.now())
        # The one that may end the process comes last.
        return due.sorted(lambda session: (session.external_closing_starts, session.order_count))

    def _has_higher_limits(self):
        """Return whether this server has higher limits than those under which this session could not be closed.

        Which of its limits was too low is not known, so a higher one is enough. Those of all attempts are compared:
        several servers may have different limits, or they were lowered and raised again.
        """
        too_low, limits = (self.external_closing_limits or "").splitlines(), get_limits()
        return bool(too_low) and all(is_higher(limits, others) for others in too_low)

    def _filter_due_by_time(self, now):
        """Return those of these sessions that it is time to close. Only if that fails, they are asked one by one."""
        try:
            with self.env.cr.savepoint():
                return self.filtered(lambda session: session._is_closing_due(now))
        except TRANSIENT_ERRORS:
            raise
        except Exception:  # the session that it is about gets an activity
            if self.env.cr.connection.closed:
                raise
            return self.filtered(lambda session: session._is_closing_due_guarded(now))

    def _is_closing_due_guarded(self, now):
        """Return whether it is time to close this session; report errors in an activity."""
        try:
            with self.env.cr.savepoint():
                return self._is_closing_due(now)
        except TRANSIENT_ERRORS:
            raise
        except Exception as error:  # continue with the other sessions
            if self.env.cr.connection.closed:
                raise
            _logger.exception("External Order Sync: when to close session %s cannot be said", self.name)
            self._report_closing_problem(f"{type(error).__name__}: {error}")
            return False

    @api.model
    def _get_external_sessions(self, syncs=None):
        """Return the open sessions of these synchronizations that may be closed automatically."""
        syncs = self.env["external.order.sync"].search([("active", "=", True)]) if syncs is None else syncs
        opened = self.search([("external_order_sync_id", "in", syncs.ids), ("state", "=", "opened")])
        closing = syncs.filtered(lambda sync: sync.close_daily or sync.closing_order_count)
        return opened.filtered(
            lambda session: session.external_order_sync_id in closing or session.external_full or session._get_day()
        )

    def _is_closing_due(self, now):
        self.ensure_one()
        sync = self.external_order_sync_id
        if self._is_day_over():
            return self._is_day_complete()
        return sync.close_daily and self.start_at < self._get_daily_closings(sync, now)[0]

    @api.model
    def _get_next_external_closings(self):
        """Return the next closing times (UTC) of the sessions that are open now."""
        times = []
        for sync in self._get_external_sessions().external_order_sync_id.filtered("close_daily"):
            with quietly(self.env, f"{sync.name}: the next closing time"):
                times.append(self._get_daily_closings(sync, fields.Datetime.now())[1])
        return times

    @api.model
    def _get_daily_closings(self, sync, now):
        """Return the last and the next closing time of a synchronization, as naive UTC.

        The time of day is in the synchronization's time zone.
        """
        zone = sync._get_zone()
        hours, minutes = divmod(min(round(sync.closing_time * 60), 24 * 60 - 1), 60)
        today = pytz.utc.localize(now).astimezone(zone).date()

        def closing(day):
            # Add days in local time, so that the time of day stays the same when daylight saving time changes.
            local = datetime.combine(today + timedelta(days=day), time(hours, minutes))
            return zone.localize(local).astimezone(pytz.utc).replace(tzinfo=None)

        return (closing(0), closing(1)) if closing(0) <= now else (closing(-1), closing(0))

    def _close_in_own_transaction(self):
        """Close this session, and report errors in an activity. Nothing else is rolled back."""
        self.ensure_one()
        sync = self.external_order_sync_id
        if self.external_closing_starts >= MAX_CLOSING_STARTS:
            self._give_up_closing()
            return
        if not self.try_lock_for_update(allow_referencing=True):
            return  # orders are coming in
        # Commit before the work, because the process may not survive it.
        self.external_closing_starts += 1
        self.external_closing_date = fields.Datetime.now()
        commit(self.env)
        problem = ""
        try:
            with self.env.registry.cursor() as cr:
                context = {"allowed_company_ids": self.company_id.ids, "lang": self._get_closing_attendant().lang}
                session = api.Environment(cr, SUPERUSER_ID, context)["pos.session"].browse(self.id)
                retrying(session.env, session._close_balanced)
            _logger.info("External Order Sync: %s: session %s closed", sync.name, self.name)
        except (OrdersArriving, *TRANSIENT_ERRORS) as error:
            _logger.info("External Order Sync: %s: closing session %s is put off: %r", sync.name, self.name, error)
        except UserError as error:
            problem = str(error)
        except Exception as error:  # a user must learn of any error, and importing must continue
            _logger.exception("External Order Sync: %s: session %s cannot be closed", sync.name, self.name)
            problem = f"{type(error).__name__}: {error}"
        # Only a new transaction sees the changes of the other one.
        commit(self.env)
        self.env.invalidate_all()
        retrying(self.env, lambda: self._end_closing(problem))
        commit(self.env)

    def _end_closing(self, problem):
        """Record the end of a closing attempt.

        :param str problem: why closing failed; empty if it succeeded or will be retried
        """
        self.write({"external_closing_starts": 0, "external_closing_limits": False})
        if problem:
            self._report_closing_problem(problem)

    def _give_up_closing(self):
        """Leave this session to a user, because the process has died too often while closing it."""
        env = for_reader(with_reader(self, self._get_closing_attendant()).env)
        problem = env._(
            "The server stopped %(times)s times while it was closing the session, which has %(count)s orders. The last "
            "attempt began on %(date)s. Probably a time or memory limit of the server is too low for it "
            "(%(limits)s). The session is closed automatically once these limits are raised.",
            times=MAX_CLOSING_STARTS,
            count=self.order_count,
            date=format_datetime(env, self.external_closing_date),
            limits=get_limits(),
        )
        too_low = (self.external_closing_limits or "").splitlines()
        self._end_closing(problem)
        # Several servers may have different limits.
        self.external_closing_limits = "\n".join(unique([*too_low, get_limits()]))

    def _close_balanced(self):
        """Close and post this session as if its user had counted exactly the expected cash.

        :raise UserError: if Odoo refuses, or if the entry would not balance
        """
        self.ensure_one()
        if self.state != "opened":
            return
        self._become_regular()
        refusal = self._cannot_close_session()
        if not refusal and self.config_id.cash_control:
            refusal = self.post_closing_cash_details(self.cash_register_balance_end)
            # It was computed with the expected cash, before this was counted, and Odoo would book it as a loss.
            self.invalidate_recordset(["cash_register_difference"])
        if refusal and not refusal.get("successful"):
            raise UserError(refusal["message"])
        result = AutomaticClosing().on(self).action_pos_session_closing_control()
        if isinstance(result, dict):
            # Odoo has rolled back and would ask the user to book the difference.
            wizard = self.env[result["res_model"]].browse(result["res_id"])
            raise UserError(
                self.env._(
                    "Its journal entry would be unbalanced by %(amount)s. %(explanation)s",
                    amount=self.company_id.currency_id.format(abs(wizard.amount_to_balance)),
                    explanation=wizard.message,
                )
            )
        self.post_close_register_message()

    def _get_closing_attendant(self):
        """Return the user who learns that this session could not be closed."""
        return person_for(self, self.external_order_sync_id.responsible_id, self.user_id)

    def _keep_closing_activities(self, hand_over=False):
        """Give the activities of these sessions to someone else where their present user cannot open the session.

        :param bool hand_over: give them to the responsible user of the synchronization even if another user has them
        """
        for activity in self.activity_search([CLOSING_ACTIVITY]):
            session = self.browse(activity.res_id)
            people = session.external_order_sync_id.responsible_id, session.user_id
            user = attendant_of(session, activity, *people, hand_over=hand_over)
            if activity.user_id != user:
                activity.with_context(mail_activity_quick_update=True).user_id = user

    def _report_closing_problem(self, problem):
        self.ensure_one()
        sync = self.external_order_sync_id
        _logger.warning("External Order Sync: %s: session %s stays open: %s", sync.name, self.name, problem)
        user = self._get_closing_attendant()
        env = for_reader(with_reader(self, user).env)
        self.activity_unlink([CLOSING_ACTIVITY])  # of the attempt before
        advice = env._(
            "Close the session manually, or fix the cause and mark this activity as done so that Odoo tries again. "
            "External orders are still imported."
        )
        self.activity_schedule(
            CLOSING_ACTIVITY,
            user_id=user.id,
            summary=env._("The session could not be closed"),
            note=Markup("<p>%s</p><p>%s</p>") % (problem, advice),
        )
