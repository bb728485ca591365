from odoo.tests import new_test_user

from .common import ExternalOrderCase


class TestHealth(ExternalOrderCase):
    """Good means: the last run was good, and nothing waits for a person."""

    def bad_order(self, order_id):
        return self.order(order_id, OrderItems=[self.item("No Such Product")])

    def assertHealth(self, health, text):
        self.sync.invalidate_recordset()
        self.assertEqual((self.sync.health, self.sync.health_text), (health, text))
        found = self.env["external.order.sync"].search([("health", "=", health)])
        self.assertIn(self.sync, found.with_context(active_test=False) or found)
        self.assertNotIn(self.sync, self.env["external.order.sync"].search([("health", "!=", health)]))

    def test_before_the_first_run_it_is_not_good(self):
        self.assertHealth("new", "No Run Yet")
        self.sync.state = "draft"
        self.assertHealth("draft", "Not Started")

    def test_it_is_good_after_a_good_run(self):
        self.synchronize(self.order(1))
        self.assertHealth("good", "Good")
        self.synchronize()
        self.assertHealth("good", "Good")

    def test_failed_orders_of_an_earlier_run_keep_it_from_being_good(self):
        self.synchronize(self.bad_order(1), self.bad_order(2))
        self.synchronize()
        self.assertEqual(self.sync.last_sync_status, "no_orders")
        self.assertHealth("failed", "Failed 2")
        self.inbox(1).action_ignore()
        self.assertHealth("failed", "Failed 1")
        self.inbox(2).action_ignore()
        self.assertHealth("good", "Good")

    def test_it_is_good_again_as_soon_as_the_last_order_is_fixed(self):
        self.synchronize(self.bad_order(1))
        self.create_product("No Such Product", list_price=80)
        self.inbox(1).action_retry()
        self.assertHealth("good", "Good")

    def test_what_was_guessed_waits_for_a_person(self):
        self.synchronize(self.order(1, CheckoutDetails=[self.payment(92.0, "Voucher", 9)]))
        self.assertHealth("guessed", "To Check 1")
        self.inbox(1).action_warnings_seen()
        self.assertHealth("good", "Good")

    def test_a_change_after_the_import_waits_for_a_person(self):
        self.synchronize(self.order(1))
        self.synchronize(self.order(1, OrderItems=[self.item(quantity=2)], AmountTotal=160, Tax=24, GrandTotal=184))
        self.assertHealth("changed", "Changed 1")
        self.inbox(1).action_accept_change()
        self.assertHealth("good", "Good")

    def test_a_download_that_fails_is_an_error_until_one_succeeds(self):
        self.sync.external_api_key = "wrong"
        self.synchronize(self.order(1))
        self.assertIn("refused the key", self.sync.last_sync_problem)
        self.assertHealth("error", "Error")
        self.sync.external_api_key = "test-key"
        self.synchronize(self.order(1))
        self.assertFalse(self.sync.last_sync_problem)
        self.assertHealth("good", "Good")

    def test_orders_that_no_session_takes_are_an_error(self):
        self.sync.auto_create_session = False
        self.synchronize(self.order(1))
        self.assertHealth("error", "Error")
        self.assertEqual(self.sync.pending_count, 1)

    def test_orders_that_wait_for_the_next_run(self):
        self.synchronize()
        self.sync._as_system()._receive_pushed([self.order(1), self.order(2)])
        self.assertHealth("waiting", "Waiting 2")

    def test_while_it_runs(self):
        self.synchronize()
        self.env["external.order.sync.run"].create({"sync_id": self.sync.id, "scheduled": True})
        self.assertHealth("running", "Running")

    def test_paused_does_not_hide_what_waits_for_a_person(self):
        self.synchronize()
        self.sync.action_pause()
        self.assertHealth("paused", "Paused")
        self.sync.action_start()
        self.synchronize(self.bad_order(1))
        self.sync.action_pause()
        self.assertHealth("failed", "Failed 1")

    def test_an_archived_one_is_neither_good_nor_bad(self):
        self.synchronize(self.bad_order(1))
        self.sync.active = False
        self.sync.invalidate_recordset()
        self.assertEqual(self.sync.health, "archived")

    def test_more_synchronizations_take_no_more_statements(self):
        def count(syncs):
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            syncs.read(["health"])
            return self.env.cr.sql_log_count - before

        syncs = self.sync.union(*[self.create_sync(name=f"Store {number}") for number in range(5)])
        self.synchronize(self.bad_order(1))
        count(syncs)
        self.assertLessEqual(count(syncs), count(self.sync))

    def test_users_see_it(self):
        user = new_test_user(self.env, "health-user", groups="base.group_user,external_order_sync.group_user")
        self.synchronize(self.bad_order(1))
        [values] = self.sync.with_user(user).read(["health", "health_text"])
        self.assertEqual(values["health_text"], "Failed 1")
