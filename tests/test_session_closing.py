from datetime import datetime, timedelta
from unittest.mock import patch

from odoo import fields
from odoo.tests import new_test_user

from .common import ExternalOrderCase
from .explaining import statements


class TestSessionClosing(ExternalOrderCase):
    """Sessions that the synchronization opened are closed and posted automatically."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.cron = cls.env.ref("external_order_sync.ir_cron_sync_external_orders")
        cls.sync.responsible_id = cls.env.ref("base.user_admin")

    def run_scheduled_action(self):
        self.sync.next_sync_date = fields.Datetime.now()
        with self.enter_registry_test_mode():
            self.cron.method_direct_trigger()

    def import_yesterday(self, *order_ids):
        """Import orders, and let their session be open since two days ago; return it."""
        self.synchronize(*[self.order(order_id) for order_id in order_ids or (639,)])
        session = self.pos_orders().session_id
        session.start_at = fields.Datetime.now() - timedelta(days=2)
        return session

    def break_balance(self, session):
        """Make a payment of the session smaller than its order, as a faulty extension might."""
        payment = session.order_ids[0].payment_ids
        self.env.flush_all()
        self.env.cr.execute("UPDATE pos_payment SET amount = amount - 1 WHERE id = %s", [payment.id])
        self.env.invalidate_all()
        return payment

    def closing_activities(self, session):
        return session.activity_search(["mail.mail_activity_data_warning"])

    # ---- when --------------------------------------------------------------------------------------------------------

    def test_nothing_is_closed_unless_it_is_asked_for(self):
        session = self.import_yesterday()
        self.run_scheduled_action()
        self.assertEqual(session.state, "opened")

    def test_a_session_that_is_open_since_before_the_closing_time_is_closed(self):
        self.sync.close_daily = True
        session = self.import_yesterday(1, 2)
        self.run_scheduled_action()
        self.assertEqual(session.state, "closed")
        self.assertEqual(session.move_id.state, "posted")
        self.assertEqual(sum(session.move_id.line_ids.mapped("balance")), 0)
        self.assertEqual(sum(session.move_id.line_ids.mapped("debit")), 184.0)
        self.assertEqual((session.cash_register_balance_end_real, session.cash_register_difference), (184.0, 0))
        self.assertEqual(set(session.order_ids.mapped("state")), {"done"})
        self.assertFalse(self.closing_activities(session))

    def test_no_cash_difference_is_booked(self):
        self.sync.close_daily = True
        session = self.import_yesterday(1, 2)
        self.run_scheduled_action()
        self.assertRecordValues(session.statement_line_ids, [{"amount": 184.0, "payment_ref": session.name}])

    def test_the_next_orders_open_a_new_session_with_its_balance(self):
        self.sync.close_daily = True
        session = self.import_yesterday()
        self.run_scheduled_action()
        self.feed(self.order(640))
        self.run_scheduled_action()
        following = self.inbox(640).session_id
        self.assertEqual((following.state, following.cash_register_balance_start), ("opened", 92.0))
        self.assertNotEqual(following, session)

    def test_a_session_that_was_opened_after_the_closing_time_stays_open(self):
        self.sync.close_daily = True
        session = self.import_order().session_id
        self.run_scheduled_action()
        self.assertEqual(session.state, "opened")

    def test_the_scheduler_comes_back_at_the_closing_time(self):
        in_five_minutes = fields.Datetime.now().replace(second=0) + timedelta(minutes=5)
        self.env.ref("base.user_admin").tz = "UTC"
        self.sync.write(
            {
                "close_daily": True,
                "closing_time": in_five_minutes.hour + in_five_minutes.minute / 60,
                "sync_interval": 600,
            }
        )
        self.import_order()
        self.cron.write({"interval_number": 1, "interval_type": "days"})
        self.run_scheduled_action()
        triggers = self.env["ir.cron.trigger"].search([("cron_id", "=", self.cron.id)])
        self.assertIn(in_five_minutes, triggers.mapped("call_at"))

    def test_the_closing_time_is_in_the_responsible_users_time_zone(self):
        closings = self.env["pos.session"]._get_daily_closings
        cases = (
            ("Asia/Riyadh", 23.5, "2026-01-10 20:29", "2026-01-09 20:30", "2026-01-10 20:30"),
            ("Asia/Riyadh", 23.5, "2026-01-10 20:30", "2026-01-10 20:30", "2026-01-11 20:30"),
            ("America/New_York", 0.0, "2026-01-10 04:00", "2026-01-09 05:00", "2026-01-10 05:00"),
            # The clock goes forward in the night to 2026-03-29: 22:00 stays 22:00.
            ("Europe/Berlin", 22.0, "2026-03-29 12:00", "2026-03-28 21:00", "2026-03-29 20:00"),
        )
        for zone, time, *moments in cases:
            now, last, following = map(datetime.fromisoformat, moments)
            with self.subTest(zone=zone, now=now):
                self.sync.responsible_id.tz = zone
                self.sync.closing_time = time
                self.assertEqual(closings(self.sync, now), (last, following))

    def test_the_company_s_time_zone_counts_where_the_responsible_has_none(self):
        self.sync.responsible_id.tz = False
        self.sync.closing_time = 12
        self.company.partner_id.tz = "Asia/Riyadh"
        last, _following = self.env["pos.session"]._get_daily_closings(self.sync, datetime(2026, 1, 10, 9))
        self.assertEqual(last, datetime(2026, 1, 10, 9))

    def test_a_session_that_has_enough_orders_is_closed(self):
        self.sync.closing_order_count = 3
        self.synchronize(self.order(1), self.order(2))
        session = self.pos_orders().session_id
        self.run_scheduled_action()
        self.assertEqual(session.state, "opened")
        self.feed(self.order(3), self.order(4))
        self.run_scheduled_action()
        self.assertEqual((session.state, session.order_count), ("closed", 4))

    def test_sync_now_leaves_the_closing_to_the_scheduler(self):
        self.sync.closing_order_count = 1
        self.feed(self.order())
        before = self.env["ir.cron.trigger"].search_count([("cron_id", "=", self.cron.id)])
        self.sync.action_sync_now()
        session = self.pos_orders().session_id
        self.assertEqual(session.state, "opened")
        self.assertGreater(self.env["ir.cron.trigger"].search_count([("cron_id", "=", self.cron.id)]), before)
        self.run_scheduled_action()
        self.assertEqual(session.state, "closed")

    def test_a_session_that_a_person_opened_is_left_to_that_person(self):
        self.sync.write({"close_daily": True, "closing_order_count": 1})
        session = self.env["pos.session"].create({"config_id": self.pos_config.id})
        session.set_opening_control(0, "")
        self.assertEqual(self.import_yesterday(), session)
        self.run_scheduled_action()
        self.assertEqual(session.state, "opened")

    def test_asking_which_sessions_are_due_takes_as_many_statements_for_many_as_for_one(self):
        syncs = self.sync.browse()
        for number in range(6):
            method = self.create_payment_method(f"Cash {number}", "cash")
            config = self.create_pos_config(f"POS {number}", method)
            syncs |= self.create_sync(name=f"Store {number}", pos_config_id=config.id, close_daily=True)
        sessions = self.env["pos.session"]
        for sync in syncs:
            sessions |= sync._get_or_create_pos_session()
        sessions.start_at = fields.Datetime.now() - timedelta(days=2)
        for session in sessions[1::2]:
            session._report_closing_problem("It could not be closed.")
        counts = []
        for asked in (syncs[:4], syncs):
            self.env.flush_all()
            self.env.invalidate_all()
            with statements() as executed:
                due = self.env["pos.session"]._get_due_external_sessions(asked)
            counts.append(len(executed))
            self.assertEqual(due, sessions[: len(asked) : 2])
        self.assertLessEqual(counts[1], counts[0])

    # ---- what goes wrong ---------------------------------------------------------------------------------------------

    def test_a_closing_that_fails_leaves_one_activity_and_undoes_nothing(self):
        self.sync.close_daily = True
        session = self.import_yesterday()
        self.break_balance(session)
        self.feed(self.order(640))
        self.run_scheduled_action()
        self.assertEqual((session.state, session.move_id), ("opened", self.env["account.move"]))
        activity = self.closing_activities(session)
        self.assertEqual((len(activity), activity.user_id), (1, self.sync.responsible_id))
        self.assertIn("would be unbalanced", activity.note)
        self.assertFalse(self.env["account.move"].search([("ref", "=", session.name)]))
        # The orders of the same run stay, and importing continues.
        self.assertEqual((self.inbox(640).state, self.sync.last_sync_status), ("done", "success"))
        self.feed(self.order(641))
        self.run_scheduled_action()
        self.assertEqual(self.inbox(641).session_id, session)
        self.assertEqual(len(self.closing_activities(session)), 1)

    def test_whoever_cannot_open_the_session_does_not_get_the_activity(self):
        stranger = new_test_user(self.env, "no-rights", groups="base.group_user")
        self.sync.write({"close_daily": True, "responsible_id": stranger.id})
        session = self.import_yesterday()
        self.break_balance(session)
        self.run_scheduled_action()
        self.assertEqual(self.closing_activities(session).user_id, self.env.ref("base.user_admin"))

    def person(self, login):
        groups = "base.group_user,external_order_sync.group_user"
        return new_test_user(self.env, login, groups=groups, company_id=self.company.id, company_ids=self.company.ids)

    def leave_open(self, responsible):
        """Return a session that could not be closed, of which this user has the activity."""
        self.sync.write({"close_daily": True, "responsible_id": responsible.id})
        session = self.import_yesterday()
        self.break_balance(session)
        self.run_scheduled_action()
        self.assertEqual(self.closing_activities(session).user_id, responsible)
        return session

    def test_whoever_cannot_open_the_session_any_more_loses_the_activity(self):
        user = self.person("closing-moved")
        session = self.leave_open(user)
        activity = self.closing_activities(session)
        user.group_ids = self.env.ref("base.group_user")
        self.run_scheduled_action()
        self.assertEqual(self.closing_activities(session), activity)
        self.assertEqual(activity.user_id, self.env.ref("base.user_admin"))

    def test_whoever_has_left_loses_the_activity(self):
        user = self.person("closing-left")
        session = self.leave_open(user)
        user.active = False
        self.run_scheduled_action()
        self.assertEqual(self.closing_activities(session).user_id, self.env.ref("base.user_admin"))

    def test_a_new_responsible_user_gets_the_activity(self):
        session = self.leave_open(self.person("closing-first"))
        self.sync.responsible_id = second = self.person("closing-second")
        self.assertEqual(self.closing_activities(session).user_id, second)

    def test_a_colleague_to_whom_the_activity_was_given_keeps_it(self):
        session = self.leave_open(self.person("closing-first"))
        self.closing_activities(session).user_id = colleague = self.person("closing-colleague")
        self.run_scheduled_action()
        self.assertEqual(self.closing_activities(session).user_id, colleague)

    def test_it_is_tried_again_when_the_activity_is_done(self):
        self.sync.close_daily = True
        session = self.import_yesterday()
        payment = self.break_balance(session)
        self.run_scheduled_action()
        self.env.cr.execute("UPDATE pos_payment SET amount = amount + 1 WHERE id = %s", [payment.id])
        self.env.invalidate_all()
        self.closing_activities(session).action_done()
        self.run_scheduled_action()
        self.assertEqual((session.state, session.move_id.state), ("closed", "posted"))

    def test_a_person_who_closes_it_has_done_the_activity(self):
        self.sync.close_daily = True
        session = self.import_yesterday()
        draft = self.env["pos.order"].create(
            {
                "session_id": session.id,
                "amount_tax": 0,
                "amount_total": 0,
                "amount_paid": 0,
                "amount_return": 0,
            }
        )
        self.run_scheduled_action()
        self.assertEqual(session.state, "opened")
        self.assertIn("draft", self.closing_activities(session).note)
        draft.unlink()
        self.close_session(session)
        self.assertFalse(self.closing_activities(session))

    def test_one_session_that_cannot_be_closed_does_not_hold_another(self):
        self.sync.close_daily = True
        session = self.import_yesterday()
        self.break_balance(session)
        second = self.create_pos_config("Second POS", self.create_payment_method("Second Cash", "cash"))
        other = self.create_sync(name="Second Store", pos_config_id=second.id, close_daily=True)
        other.sync_orders()
        other_session = other.order_ids.session_id
        other_session.start_at = fields.Datetime.now() - timedelta(days=2)
        self.run_scheduled_action()
        self.assertEqual((session.state, other_session.state), ("opened", "closed"))

    def test_an_addon_that_is_being_installed_may_close_sessions(self):
        """Its transaction may have altered the table of orders, so that no other one can read it until it ends."""
        session = self.import_yesterday()
        no_other_transaction = AssertionError("a second transaction would wait for the first one forever")
        with (
            patch.object(self.registry, "ready", False),
            patch.object(type(self.registry), "cursor", side_effect=no_other_transaction),
        ):
            session._close_balanced()
        self.assertEqual(session.state, "closed")

    # ---- a process that dies -----------------------------------------------------------------------------------------

    def test_a_session_during_whose_closing_the_server_stops_is_left_to_a_person(self):
        """A killed process only leaves the information that it began."""
        self.sync.close_daily = True
        session = self.import_yesterday()
        session.external_closing_starts = 2
        self.run_scheduled_action()
        self.assertEqual(session.state, "opened")
        activity = self.closing_activities(session)
        self.assertIn("The server stopped 2 times while it was closing the session", activity.note)
        activity.action_done()
        self.run_scheduled_action()
        self.assertEqual((session.state, session.external_closing_starts), ("closed", 0))

    def test_an_attempt_at_closing_is_counted_before_it_begins(self):
        self.sync.close_daily = True
        session = self.import_yesterday()
        seen = []

        def close(session):
            seen.append(session.external_closing_starts)

        with patch.object(type(session), "_close_balanced", close):
            self.run_scheduled_action()
        self.assertEqual(set(seen), {1})
        self.assertEqual(session.external_closing_starts, 0)
