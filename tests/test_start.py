from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, new_test_user

from .common import ExternalOrderCase


class TestStart(ExternalOrderCase):
    """A new or copied configuration does nothing by itself until somebody starts it, and nothing while it is paused."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.new = cls.create_sync(name="New", state="draft")
        cls.sync.active = False

    def orders_of(self, sync):
        return self.env["external.order"].search([("sync_id", "=", sync.id)])

    def run_scheduled_action(self):
        with self.enter_registry_test_mode():
            self.new._get_cron().method_direct_trigger()

    def test_a_new_one_is_not_started(self):
        form = Form(self.env["external.order.sync"])
        form.name = "By hand"
        form.external_api_url = "https://by-hand.example/orders"
        form.pos_config_id = self.pos_config
        self.assertEqual(form.save().state, "draft")

    def test_the_scheduled_action_leaves_it_alone(self):
        self.feed(self.order(1))
        self.run_scheduled_action()
        self.assertFalse(self.shop.requests)
        self.assertFalse(self.new.run_ids)

    def test_the_first_sync_now_starts_it(self):
        self.feed(self.order(1))
        self.new.action_sync_now()
        self.assertEqual((self.new.state, self.orders_of(self.new).state), ("started", "done"))
        self.feed(self.order(2))
        self.new.next_sync_date = False
        self.run_scheduled_action()
        self.assertEqual(len(self.orders_of(self.new)), 2)

    def test_sync_now_of_the_list_starts_it_too(self):
        self.assertEqual(self.new.action_sync_selected()["params"]["type"], "info")
        self.assertEqual(self.new.state, "started")

    def test_start_lets_it_run_at_once(self):
        self.feed(self.order(1))
        self.new.action_start()
        self.run_scheduled_action()
        self.assertEqual(self.orders_of(self.new).state, "done")

    def test_while_paused_only_sync_now_does_anything(self):
        self.new.action_start()
        self.new.action_pause()
        self.feed(self.order(1))
        self.new.next_sync_date = False
        self.run_scheduled_action()
        self.assertFalse(self.new.run_ids)
        self.assertEqual(self.new.action_sync_selected()["params"]["type"], "warning")
        self.new.action_sync_now()
        self.assertEqual((self.new.state, self.orders_of(self.new).state), ("paused", "done"))

    def test_a_run_that_was_begun_ends_although_it_is_paused_meanwhile(self):
        self.new.action_start()
        run = self.env["external.order.sync.run"].create({"sync_id": self.new.id, "scheduled": True, "fetch_starts": 1})
        self.feed(self.order(1))
        self.new.action_pause()
        self.run_scheduled_action()
        self.assertEqual((run.status, self.orders_of(self.new).state), ("success", "done"))

    def test_a_copy_is_not_started(self):
        self.new.action_start()
        self.assertEqual(self.new.copy().state, "draft")

    def test_no_interface_starts_it(self):
        self.assertEqual(self.new._trigger_sync(), 0)
        self.assertNotIn(self.new, self.env["external.order.sync"].search(self.new._get_scheduled_domain()))

    def test_what_is_pushed_before_waits_in_the_inbox(self):
        [pushed] = self.new._as_system()._receive_pushed([self.order(1)])
        self.assertFalse(self.new._import_pushed(pushed.order, 5))
        self.run_scheduled_action()
        result = pushed.get_result()
        self.assertEqual((pushed.order.state, result["state"]), ("pending", "pending"))
        self.assertIn("once the synchronization is started", result["message"])
        self.assertIn("once the synchronization is started", pushed.get_bulk_result()["error"])
        self.new.action_start()
        self.run_scheduled_action()
        self.assertEqual(pushed.order.state, "done")

    def test_only_those_who_set_it_up_may_start_and_pause_it(self):
        user = new_test_user(self.env, "start-user", groups="base.group_user,external_order_sync.group_user")
        for method in ("action_start", "action_pause"):
            with self.assertRaises(AccessError):
                getattr(self.new.with_user(user), method)()
        self.new.with_user(user).action_sync_now()  # which they were asked to press
        self.assertEqual(self.new.state, "started")

    def test_an_archived_one_is_not_started(self):
        self.new.active = False
        with self.assertRaisesRegex(UserError, "Archived"):
            self.new.action_start()

    def test_an_archived_one_is_run_by_no_button_of_an_old_screen_and_no_call(self):
        self.feed(self.order())
        self.new.state = "started"
        self.new.active = False
        for method in ("action_sync_now", "sync_orders"):
            with self.assertRaisesRegex(UserError, "Archived"):
                getattr(self.new, method)()
        self.assertFalse(self.shop.requests)
        self.assertFalse(self.orders_of(self.new))


class TestDeleting(ExternalOrderCase):
    """A configuration that has received orders stays, and says why."""

    def test_it_says_in_words_why_it_cannot_be_deleted(self):
        self.synchronize(self.order(1), self.order(2))
        with self.assertRaisesRegex(UserError, "cannot be deleted because it has received 2 orders.*Archive it"):
            self.sync.unlink()

    def test_without_orders_it_can_be_deleted(self):
        self.synchronize()
        self.sync.unlink()
        self.assertFalse(self.sync.exists())


class TestCountedByPeople(ExternalOrderCase):
    """External orders in a register whose cash people count make its cash wrong: the form hints at that."""

    def test_a_register_that_people_open_is_hinted_at(self):
        self.pos_config.cash_control = True
        self.assertFalse(self.sync.counted_by_people)
        self.import_order()
        self.sync.invalidate_recordset()
        self.assertFalse(self.sync.counted_by_people, "the synchronization opened the session itself")
        self.close_session(self.sync._get_sessions())
        self.pos_config.open_ui()
        self.pos_config.current_session_id.set_opening_control(0, "")
        self.sync.invalidate_recordset()
        self.assertEqual(self.sync.counted_by_people, "Test POS")
