from datetime import timedelta

from odoo import fields
from odoo.exceptions import ValidationError
from odoo.tests import new_test_user
from odoo.tools import mute_logger
from psycopg2 import IntegrityError

from .common import ExternalOrderCase


class TestStatus(ExternalOrderCase):
    """What a shop manager sees: status, message, date, and one activity while something needs attention."""

    def bad_order(self, order_id):
        return self.order(order_id, OrderItems=[self.item("No Such Product")])

    def activities(self):
        return self.env["mail.activity"].search([("res_model", "=", self.sync._name), ("res_id", "=", self.sync.id)])

    # ---- message -----------------------------------------------------------------------------------------------------

    def test_one_and_many_read_well(self):
        self.assertEqual(self.synchronize(self.order(1)).message, "1 order imported.")
        run = self.synchronize(self.order(1), self.order(2), self.order(3))
        self.assertEqual(run.message, "2 orders imported.\n1 order was already imported or known.")
        run = self.synchronize(self.order(1), self.order(2))
        self.assertEqual(run.message, "No orders to synchronize.\n2 orders were already imported or known.")

    def test_a_failure_says_which_why_and_what_to_do(self):
        run = self.synchronize(self.order(1), self.bad_order(2))
        self.assertEqual(
            run.message,
            "1 order imported.\n"
            "1 order failed:\n"
            'Order 2: Product not found: "No Such Product". Create a product with exactly this name that is available '
            "in Point of Sale, or choose the right product.\n"
            "Open them with the Failed button, fix the cause, then press Retry.",
        )

    def test_very_many_failures_are_counted_rather_than_listed(self):
        run = self.synchronize(*[self.bad_order(number) for number in range(1, 31)])
        self.assertIn("30 orders failed:", run.message)
        self.assertIn("… and 10 more.", run.message)
        self.assertIn("Orders 1, 2, 3, ", run.message)
        self.assertIn("19, 20: Product not found", run.message)
        self.assertEqual(run.message.count("Product not found"), 1, "a reason that orders share is shown once")

    def test_very_many_entries_that_are_no_orders_are_counted_rather_than_listed(self):
        run = self.synchronize(*range(50))
        self.assertIn("50 entries are not orders:", run.message)
        self.assertEqual(run.message.count("Entry "), 20)

    def test_the_last_run_decides_the_status(self):
        self.synchronize(self.bad_order(1))
        self.assertEqual(self.sync.last_sync_status, "error")
        self.synchronize(self.order(2))
        self.assertEqual(self.sync.last_sync_status, "success")
        self.synchronize()
        self.assertEqual(self.sync.last_sync_status, "no_orders")

    def test_a_failure_of_an_earlier_run_is_no_error_of_this_one(self):
        self.synchronize(self.bad_order(1))
        run = self.synchronize(self.bad_order(1))
        self.assertEqual((run.status, run.failed_count), ("no_orders", 0))
        self.assertEqual(self.sync.attention_count, 1)

    def test_counts_of_orders_and_sessions(self):
        self.synchronize(self.order(1), self.order(2), self.bad_order(3))
        self.assertEqual(
            (self.sync.imported_count, self.sync.attention_count, self.sync.pending_count, self.sync.session_count),
            (2, 1, 0, 1),
        )
        action = self.sync.action_open_sessions()
        self.assertEqual(self.env["pos.session"].search(action["domain"]), self.pos_orders().session_id)
        action = self.sync.action_open_failed()
        self.assertEqual(self.env[action["res_model"]].search(action["domain"]).order_count, 1)

    def test_sync_now_shows_the_kind_of_result(self):
        self.feed(self.order(1))
        self.assertEqual(self.sync.action_sync_now()["params"]["type"], "success")
        self.assertEqual(self.sync.action_sync_now()["params"]["type"], "info")
        self.feed(self.bad_order(2))
        action = self.sync.action_sync_now()
        self.assertEqual((action["params"]["type"], action["params"]["sticky"]), ("danger", True))

    def test_a_notification_does_not_end_with_the_heading_of_a_list(self):
        run = self.synchronize(self.order(1))
        lines = ["One.", "Two.", "Three.", "Four.", "2 orders failed:", "Order 1", "Order 2"]
        for start, end in ((0, "Four.\n…"), (1, "2 orders failed:\nOrder 1\n…")):
            run.write(run._prepare_texts(message=lines[start:]))
            self.assertTrue(run._get_notification()["params"]["message"].endswith(end))

    def test_a_run_takes_its_time(self):
        run = self.synchronize(self.order())
        run.date_start = run.date_end - timedelta(seconds=90)
        self.assertEqual(run.duration, 90)

    # ---- activity ----------------------------------------------------------------------------------------------------

    def test_one_activity_while_something_has_failed(self):
        self.sync.responsible_id = self.env.ref("base.user_admin")
        self.synchronize(self.bad_order(1))
        activity = self.activities()
        self.assertEqual((len(activity), activity.user_id), (1, self.sync.responsible_id))
        self.synchronize(self.bad_order(2))
        self.assertEqual(self.activities(), activity)
        self.inbox(1).action_ignore()
        self.assertEqual(self.activities(), activity)
        self.create_product("No Such Product", list_price=80)
        self.inbox(2).action_retry()
        self.assertFalse(self.activities())

    def test_it_goes_when_the_last_failed_order_is_ignored(self):
        self.synchronize(self.bad_order(1))
        self.inbox(1).action_ignore()
        self.assertFalse(self.activities())

    def test_it_follows_the_responsible_user(self):
        self.sync.responsible_id = self.env.ref("base.user_admin")
        self.synchronize(self.bad_order(1))
        other = new_test_user(self.env, "other-responsible", groups="external_order_sync.group_user")
        self.sync.responsible_id = other
        self.assertEqual(self.activities().user_id, other)

    def test_what_people_plan_stays(self):
        mine = self.sync.activity_schedule(
            "mail.mail_activity_data_todo", user_id=self.env.user.id, summary="Ask the shop", automated=False
        )
        self.synchronize(self.bad_order(1))
        self.inbox(1).action_ignore()
        self.assertEqual(self.activities(), mine)

    def test_without_a_responsible_user_there_is_none(self):
        self.sync.responsible_id = False
        self.synchronize(self.bad_order(1))
        self.assertFalse(self.activities())

    # ---- configuration -----------------------------------------------------------------------------------------------

    def test_values_that_cannot_work_are_refused(self):
        with self.assertRaisesRegex(ValidationError, "must start with https:// or http://"):
            self.sync.external_api_url = "ftp://example.com/orders"
        for values in (
            {"sync_interval": 0},
            {"overlap_minutes": -1},
            {"max_pages": 0},
            {"closing_time": 24.0},
            {"closing_order_count": -1},
        ):
            with self.subTest(**values), mute_logger("odoo.sql_db"), self.assertRaises(IntegrityError):
                self.sync.write(values)
                self.env.flush_all()

    def test_a_copy_is_a_configuration_that_has_never_run(self):
        self.synchronize(self.order())
        copy = self.sync.copy()
        self.assertFalse(copy.last_sync_date or copy.last_sync_status or copy.last_sync_message or copy.fetch_cursor)
        self.assertFalse(copy.external_api_key)
        self.assertLessEqual(copy.next_sync_date, fields.Datetime.now())
