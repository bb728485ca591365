from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.tools import config

from ..models.order_import import pos_session_closing
from ..models.order_sync import external_order_sync_run
from .common import ExternalOrderCase

# The limits that count for the scheduled actions of a server, and what decides about that.
LIMITS = {"limit_time_real_cron": 300, "limit_time_cpu": 60, "limit_memory_hard": 2000}
SERVER = {"workers": 2, "limit_time_real": 120}


class TestFullSessions(ExternalOrderCase):
    """A session of a synchronization takes a limited number of orders, and importing goes on in the next one."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.cron = cls.env.ref("external_order_sync.ir_cron_sync_external_orders")
        cls.sync.responsible_id = cls.env.ref("base.user_admin")
        cls.sync.closing_order_count = 2

    def run_scheduled_action(self):
        self.sync.next_sync_date = fields.Datetime.now()
        with self.enter_registry_test_mode():
            self.cron.method_direct_trigger()

    def import_in_turn(self, *numbers):
        """Import orders, two of them at a time, and close nothing yet; return their sessions."""
        with patch.object(external_order_sync_run, "BATCH_SIZE", 2):
            self.synchronize(*map(self.order, numbers))
        rows = [self.inbox(number) for number in numbers]
        self.assertEqual({(row.state, row.error_message) for row in rows}, {("done", False)})
        return [row.session_id for row in rows]

    def test_the_next_session_is_opened_while_the_full_one_waits(self):
        first, second, third, fourth, fifth = self.import_in_turn(1, 2, 3, 4, 5)
        self.assertEqual((first, third), (second, fourth))
        self.assertEqual(len({first, third, fifth}), 3)
        sessions = first | third | fifth
        self.assertRecordValues(
            sessions.sorted("id"),
            [
                {"state": "opened", "order_count": 2, "external_full": True, "cash_register_balance_start": 0},
                {"state": "opened", "order_count": 2, "external_full": True, "cash_register_balance_start": 184},
                {"state": "opened", "order_count": 1, "external_full": False, "cash_register_balance_start": 368},
            ],
        )
        self.assertEqual(self.pos_config.current_session_id, fifth)

    def test_full_sessions_are_closed_like_any_other(self):
        first, _second, third, _fourth, fifth = self.import_in_turn(1, 2, 3, 4, 5)
        self.run_scheduled_action()
        self.assertRecordValues(
            (first | third | fifth).sorted("id"),
            [
                {"state": "closed", "rescue": False, "cash_register_balance_end_real": 184},
                {"state": "closed", "rescue": False, "cash_register_balance_end_real": 368},
                {"state": "opened", "rescue": False, "cash_register_balance_end_real": 0},
            ],
        )
        for session in first | third:
            self.assertEqual((session.move_id.state, session.cash_register_difference), ("posted", 0))
            self.assertRecordValues(session.statement_line_ids, [{"amount": 184.0, "payment_ref": session.name}])

    def test_a_full_session_of_a_business_day_too(self):
        self.sync.session_per_day = True
        first, _second, third = self.import_in_turn(1, 2, 3)
        self.assertNotEqual(first, third)
        self.assertTrue(first.external_business_day)
        self.assertEqual(first.external_business_day, third.external_business_day)
        self.run_scheduled_action()
        self.assertEqual((first.state, third.state), ("closed", "opened"))
        self.assertEqual(first.move_id.date, first.external_business_day)

    def test_one_whose_closing_failed_does_not_hold_up_the_import(self):
        first, _second, third = self.import_in_turn(1, 2, 3)
        with patch.object(type(first), "_close_balanced", side_effect=ValueError("no")):
            self.run_scheduled_action()
        self.assertEqual(first.state, "opened")
        self.assertEqual(self.import_in_turn(4), [third])

    def test_where_only_users_open_sessions_it_goes_on_in_the_full_one(self):
        first, _second = self.import_in_turn(1, 2)
        self.sync.auto_create_session = False
        self.assertEqual(self.import_in_turn(3), [first])

    def test_the_session_of_a_user_takes_all(self):
        session = self.env["pos.session"].create({"config_id": self.pos_config.id})
        session.set_opening_control(0, "")
        self.assertEqual(self.import_in_turn(1, 2, 3), [session] * 3)

    def test_new_synchronizations_have_a_limit_and_0_means_none(self):
        self.assertEqual(self.create_sync(name="New", pos_config_id=self.pos_config.id).closing_order_count, 2000)
        self.sync.closing_order_count = 0
        first, _second, third = self.import_in_turn(1, 2, 3)
        self.assertEqual(first, third)

    # ---- last --------------------------------------------------------------------------------------------------------

    def test_sessions_are_closed_after_all_synchronizations_have_imported(self):
        second = self.create_pos_config("Second POS", self.create_payment_method("Second Cash", "cash"))
        other = self.create_sync(name="Second Store", pos_config_id=second.id, closing_order_count=1)
        self.feed(*map(self.order, (1, 2)))
        waiting = []

        def close(session):
            orders = (self.sync | other).order_ids
            waiting.append((len(orders), len(orders.filtered(lambda order: order.state != "done"))))

        with patch.object(type(self.env["pos.session"]), "_close_in_own_transaction", close):
            self.run_scheduled_action()
        self.assertEqual(waiting, [(4, 0), (4, 0)])

    def test_one_that_does_not_fit_into_the_time_left_waits_for_another_turn(self):
        self.import_in_turn(1, 2)
        session = self.inbox(1).session_id
        before = self.env["ir.cron.trigger"].search_count([("cron_id", "=", self.cron.id)])
        asked = []

        def should_wait(_env, seconds):
            asked.append(seconds)
            return True

        with patch.object(pos_session_closing, "should_wait", should_wait):
            self.env["pos.session"]._close_due_external_sessions()
        self.assertEqual((session.state, asked), ("opened", [2 * pos_session_closing.SECONDS_PER_ORDER]))
        self.assertGreater(self.env["ir.cron.trigger"].search_count([("cron_id", "=", self.cron.id)]), before)

    def test_the_one_during_which_the_server_stopped_comes_last(self):
        first, _second, third, _fourth = self.import_in_turn(1, 2, 3, 4)
        first.external_closing_starts = 1
        self.assertEqual([*self.env["pos.session"]._get_due_external_sessions()], [third, first])

    def test_a_changed_limit_of_the_server_has_it_tried_again(self):
        session = self.import_in_turn(1, 2)[0]
        session.write({"external_closing_starts": 2, "external_closing_date": fields.Datetime.now() - timedelta(1)})
        with patch.object(pos_session_closing, "get_limits", lambda: "limit_time_real = 70"):
            self.run_scheduled_action()
            self.run_scheduled_action()
            activity = session.activity_search(["mail.mail_activity_data_warning"])
            self.assertEqual((session.state, len(activity)), ("opened", 1))
            self.assertIn("limit_time_real = 70", activity.note)
        with patch.object(pos_session_closing, "get_limits", lambda: "limit_time_real = 80"):  # another server's
            session.external_closing_starts = 2
            self.run_scheduled_action()
            self.assertIn("limit_time_real = 80", session.activity_search(["mail.mail_activity_data_warning"]).note)
        with patch.object(pos_session_closing, "get_limits", lambda: "limit_time_real = 70"):
            self.run_scheduled_action()
            self.assertEqual(session.state, "opened")
        self.run_scheduled_action()
        self.assertEqual(session.state, "closed")
        self.assertFalse(session.activity_search(["mail.mail_activity_data_warning"]))

    def given_up(self, **limits):
        """Return a session during whose closing the server stopped twice, under these limits."""
        session = self.import_in_turn(1, 2)[0]
        self.stop_twice(session, **limits)
        return session

    def stop_twice(self, session, **limits):
        session.write({"external_closing_starts": 2, "external_closing_date": fields.Datetime.now()})
        with patch.dict(config.options, {**SERVER, **LIMITS, **limits}):
            session._close_in_own_transaction()

    def is_tried_under(self, session, **limits):
        with patch.dict(config.options, {**SERVER, **LIMITS, **limits}):
            return session in session._get_due_external_sessions()

    def test_only_a_higher_limit_has_it_tried_again(self):
        session = self.given_up()
        for name, value in LIMITS.items():
            with self.subTest(name):
                self.assertFalse(self.is_tried_under(session, **{name: value // 2}))
                self.assertFalse(self.is_tried_under(session, **{name: value}))
                self.assertTrue(self.is_tried_under(session, **{name: value + 1}))
                self.assertTrue(self.is_tried_under(session, **{name: 0}))
        lower = {name: value // 2 for name, value in LIMITS.items()}
        self.assertTrue(self.is_tried_under(session, **{**lower, "limit_time_cpu": 61}))
        self.assertFalse(self.is_tried_under(session, limit_time_real=1, limit_time_real_cron=-1))
        self.assertTrue(self.is_tried_under(session, limit_time_real=1200, limit_time_real_cron=-1))

    def test_a_limit_that_does_not_count_for_scheduled_actions_makes_no_difference(self):
        session = self.given_up()
        self.assertFalse(self.is_tried_under(session, limit_time_real=1200))
        [activity] = session.activity_search(["mail.mail_activity_data_warning"])
        self.assertNotIn("limit_time_real =", activity.note)
        self.assertIn("limit_time_real_cron = 300, limit_time_cpu = 60, limit_memory_hard = 2000", activity.note)

    def test_without_a_limit_none_is_higher(self):
        session = self.given_up(limit_time_cpu=0)
        for value in (0, 60, 10**6):
            self.assertFalse(self.is_tried_under(session, limit_time_cpu=value))
        self.assertTrue(self.is_tried_under(session, limit_time_cpu=0, limit_memory_hard=4000))

    def test_limits_that_are_lowered_and_raised_to_what_they_were_make_no_difference(self):
        session = self.given_up()
        self.assertFalse(self.is_tried_under(session, limit_time_real_cron=60))
        self.assertFalse(self.is_tried_under(session))
        # One is raised and another one lowered, in which it is stopped again; then the first ones are back.
        other = {"limit_time_real_cron": 600, "limit_time_cpu": 30}
        self.assertTrue(self.is_tried_under(session, **other))
        self.stop_twice(session, **other)
        self.assertFalse(self.is_tried_under(session, **other))
        self.assertFalse(self.is_tried_under(session))
        self.assertTrue(self.is_tried_under(session, limit_time_real_cron=600))

    def test_a_session_given_up_by_an_earlier_release_is_tried_under_higher_limits_only(self):
        session = self.given_up()
        text = "limit_time_real = 120, limit_time_real_cron = -1, limit_time_cpu = 60, limit_memory_hard = 2000"
        session.external_closing_limits = text
        self.assertFalse(self.is_tried_under(session, limit_time_real=120, limit_time_real_cron=-1))
        self.assertFalse(self.is_tried_under(session, limit_time_real=600, limit_time_real_cron=100))
        self.assertTrue(self.is_tried_under(session, limit_time_real_cron=121))
        self.assertTrue(self.is_tried_under(session, limit_time_real=121, limit_time_real_cron=-1))
