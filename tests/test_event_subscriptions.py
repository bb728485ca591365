from contextlib import contextmanager
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import UserError, ValidationError
from odoo.tests import new_test_user
from odoo.tools import mute_logger
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from ..models.events import external_event_subscription
from .event_receiver import EventReceiver
from .events_common import SubscriptionCase


class TestEventSubscriptions(SubscriptionCase):
    """Who has subscribed is told what happened: signed, in order, at least once."""

    def setUp(self):
        super().setUp()
        self.receiver = self.enterContext(EventReceiver())
        self.subscription = self.subscribe(self.receiver)

    def assert_told(self, receiver, *ids):
        self.assertEqual(receiver.ids, list(ids))

    def test_an_imported_order_is_told_signed_as_standard_webhooks(self):
        secret = self.set_secret(self.subscription)
        self.import_order()
        self.send()
        [told] = self.receiver.told
        message = Webhook(secret).verify(told.body, told.headers)
        [event] = self.env["external.event"].search([])
        self.assertEqual(
            (message["type"], message["id"], message["seq"], message["data"]["order_id"]),
            ("order.imported", event.message_id, event.seq, "639"),
        )
        self.assertEqual((told.method, told.headers["content-type"]), ("POST", "application/json"))
        with self.assertRaises(WebhookVerificationError):
            Webhook(secret).verify(told.body + b" ", told.headers)
        self.assertEqual((self.subscription.waiting_count, self.subscription.last_error), (0, False))
        self.send()
        self.assertEqual(len(self.receiver.told), 1)

    def test_a_replaced_secret_and_the_new_one_are_both_valid_for_a_while(self):
        former = self.set_secret(self.subscription)
        new = self.set_secret(self.subscription, keep_hours=1)
        self.happen()
        self.send()
        for secret in (former, new):
            Webhook(secret).verify(self.receiver.told[-1].body, self.receiver.told[-1].headers)
        last = self.set_secret(self.subscription, keep_hours=0)
        self.happen(first=2)
        self.send()
        Webhook(last).verify(self.receiver.told[-1].body, self.receiver.told[-1].headers)
        for secret in (former, new):
            with self.assertRaises(WebhookVerificationError):
                Webhook(secret).verify(self.receiver.told[-1].body, self.receiver.told[-1].headers)

    def test_only_what_was_chosen_and_only_from_now_on(self):
        stock = self.subscribe(self.enterContext(EventReceiver()), "stock.changed")
        before = self.happen(3)
        late = self.enterContext(EventReceiver())
        self.env["external.event"]._number()
        self.subscribe(late)
        after = self.happen(2, first=10)
        self.send()
        self.assert_told(self.receiver, *before, *after)
        self.assert_told(late, *after)
        self.assertEqual(stock.last_success, False)

    def test_events_of_a_log_that_nobody_has_read_are_not_told_to_a_new_subscriber(self):
        self.keep_log(7)
        self.happen(2)
        self.assertFalse(self.env["external.event"].search([("seq", "!=", False)]))
        with EventReceiver() as receiver:
            self.subscribe(receiver)
            [new] = self.happen(1, first=10)
            self.send()
            self.assertEqual(receiver.ids, [new])

    def test_events_of_another_company_are_not_told(self):
        company = self.env["res.company"].create({"name": "Elsewhere"})
        self.env.user.company_ids |= company
        receiver = self.enterContext(EventReceiver())
        self.subscribe(receiver, company_id=company.id)
        self.happen()
        self.send()
        self.assert_told(receiver)

    def test_a_failing_receiver_gets_everything_in_order_when_it_is_back_after_a_day(self):
        self.receiver.status = 500
        ids = self.happen(3)
        self.send()
        self.assert_told(self.receiver, ids[0])
        self.assertIn("500", self.subscription.last_error)
        for hours in (1, 2, 4, 8, 10):
            self.pass_time(self.subscription, hours=hours)
            self.send()
        self.assertEqual(set(self.receiver.ids), {ids[0]})
        self.assertGreaterEqual(len(self.receiver.ids), 4)
        self.receiver.status, self.receiver.told = 204, []
        ids += self.happen(2, first=10)
        self.pass_time(self.subscription, hours=11)
        self.send()
        self.assert_told(self.receiver, *ids)
        self.assertEqual(
            (self.subscription.failing_since, self.subscription.attempts, self.subscription.dead_count), (False, 0, 0)
        )

    def test_a_pause_is_kept_between_attempts_and_retry_after_is_respected(self):
        self.receiver.status, self.receiver.headers = 503, {"Retry-After": "7200"}
        self.happen()
        self.send()
        self.send()
        self.assertEqual(len(self.receiver.told), 1)
        self.pass_time(self.subscription, minutes=119)
        self.send()
        self.assertEqual(len(self.receiver.told), 1)
        self.pass_time(self.subscription, minutes=2)
        self.send()
        self.assertEqual(len(self.receiver.told), 2)

    def test_after_three_days_events_are_listed_and_can_be_sent_again(self):
        self.receiver.status = 500
        ids = self.happen(3)
        self.send()
        self.pass_time(self.subscription, hours=73)
        late = self.happen(2, first=10)
        self.send()
        dead = self.subscription.delivery_ids.sorted("id")
        self.assertEqual((dead.event_id.mapped("message_id"), set(dead.mapped("state"))), (ids, {"dead"}))
        self.assertTrue(self.subscription.activity_ids)
        self.receiver.status, self.receiver.told = 200, []
        self.pass_time(self.subscription, hours=11)
        self.send()
        self.assert_told(self.receiver, *late)
        dead[:2].action_send_again()
        self.send()
        self.assert_told(self.receiver, *late, *ids[:2])
        self.assertEqual(dead.mapped("state"), ["received", "received", "dead"])
        self.assertEqual(self.subscription.dead_count, 1)

    def test_what_is_sent_again_in_vain_stays_in_the_list(self):
        self.receiver.status = 500
        self.happen()
        self.send()
        self.pass_time(self.subscription, days=4)
        self.send()
        dead = self.subscription.delivery_ids
        self.receiver.text = "still broken"
        dead.action_send_again()
        self.send()
        self.assertEqual(dead.state, "dead")
        self.assertIn("still broken", dead.error_message)

    def test_gone_ends_the_subscription(self):
        self.receiver.status = 410
        self.happen(2)
        self.send()
        self.assertEqual((self.subscription.state, len(self.receiver.told)), ("ended", 1))
        self.assertTrue(self.subscription.activity_ids)
        self.happen(1, first=10)
        self.send()
        self.assertEqual(len(self.receiver.told), 1)

    def test_a_hanging_receiver_does_not_delay_another(self):
        hanging, failing = self.enterContext(EventReceiver()), self.enterContext(EventReceiver(500))
        hanging.free.clear()
        self.subscribe(hanging)
        self.subscribe(failing)
        ids = self.happen(60)

        def told(_told):
            # All others are told before the hanging one is let go.
            if len(self.receiver.told) == len(ids):
                hanging.free.set()
            return 200

        self.receiver.status = told
        self.send()
        self.assert_told(self.receiver, *ids)
        self.assert_told(hanging, *ids)
        self.assertEqual(len(failing.told), 1)

    @contextmanager
    def failing(self, method_name, broken):
        """Let a method of one subscription raise."""
        model = type(broken)
        original = getattr(model, method_name)

        def step(subscription, *arguments):
            if subscription == broken:
                raise KeyError("a step that fails")
            return original(subscription, *arguments)

        with patch.object(model, method_name, step), mute_logger("odoo.addons.external_order_sync"):
            yield

    def test_an_error_of_one_subscription_does_not_stop_the_others(self):
        for method_name in ("_prepare_calls", "_record"):
            with self.subTest(method_name):
                receiver, other = self.enterContext(EventReceiver()), self.enterContext(EventReceiver())
                broken = self.subscribe(other)
                self.subscribe(receiver)
                first = self.env["external.order"].search_count([]) + 100
                with self.failing(method_name, broken):
                    [event] = self.happen(first=first)
                    self.send()
                self.assert_told(receiver, event)
                self.assertIn("KeyError", broken.last_error)
                self.assertGreater(broken.next_attempt, fields.Datetime.now())
                self.assertLessEqual(len(other.told), 1)
                broken.action_try_now()
                self.send()
                self.assertEqual(other.ids[-1:], [event])
                self.assertFalse(broken.last_error)

    def test_a_pause_keeps_events(self):
        self.subscription.action_pause()
        ids = self.happen(2)
        self.send()
        self.assert_told(self.receiver)
        self.assertEqual((self.subscription.waiting_count, self.subscription.waiting_text), (2, "2"))
        self.patch(external_event_subscription, "COUNTED_AT_MOST", 1)
        self.subscription.invalidate_recordset()
        self.assertEqual(self.subscription.waiting_text, "1+")
        self.subscription.action_start()
        self.send()
        self.assert_told(self.receiver, *ids)

    def test_a_redirect_is_not_followed(self):
        other = self.enterContext(EventReceiver())
        self.receiver.status, self.receiver.headers = 307, {"Location": other.url}
        self.happen()
        self.send()
        self.assertFalse(other.told)
        self.assertIn("307", self.subscription.last_error)

    def test_a_test_event_is_sent_at_once(self):
        self.subscription.action_test()
        [told] = self.receiver.told
        self.assertEqual(told.message["type"], "test")
        self.receiver.status, self.receiver.text = 401, "who are you"
        with self.assertRaisesRegex(UserError, "401: who are you"):
            self.subscription.action_test()
        self.assertFalse(self.env["external.event"].search([]))

    def test_without_a_secret_it_does_not_start(self):
        subscription = self.env["external.event.subscription"].create({"name": "New", "url": self.receiver.url})
        self.assertEqual(subscription.state, "paused")
        with self.assertRaisesRegex(UserError, "New Secret"):
            subscription.action_start()

    def test_addresses_of_a_private_network_only_where_the_system_allows_them(self):
        params = self.env["ir.config_parameter"]
        params.set_param("external_order_sync.private_event_addresses", "False")
        create = self.env["external.event.subscription"].create
        for host in ("127.0.0.1", "localhost", "10.1.2.3", "[::1]", "169.254.169.254", "0x7f.1", "[::ffff:10.0.0.1]"):
            refused = self.assertRaisesRegex(ValidationError, "private network")
            with self.subTest(host), refused, self.env.cr.savepoint():
                create({"name": "Inside", "url": f"http://{host}/x"})
        create({"name": "Outside", "url": "https://example.com/x"})
        # A name may stand for any address: what was connected to counts.
        ids = self.happen()
        self.send()
        self.assert_told(self.receiver)
        self.assertIn("private network", self.subscription.last_error)
        params.set_param("external_order_sync.private_event_addresses", "True")
        self.subscription.action_try_now()
        self.send()
        self.assert_told(self.receiver, *ids)

    def test_only_administrators_have_anything_to_do_with_subscriptions(self):
        manager = new_test_user(self.env, "event_manager", groups="external_order_sync.group_manager")
        for model in ("external.event.subscription", "external.event", "external.event.delivery"):
            self.assertFalse(self.env[model].with_user(manager).has_access("read"))

    def test_events_are_deleted_when_all_have_received_them(self):
        self.happen(2)
        self.pass_time(self.subscription, days=1)
        events = self.env["external.event"]
        events._number()
        events._gc_events()
        self.assertEqual(len(events.search([])), 2)
        self.send()
        events._gc_events()
        self.assertFalse(events.search([]))
        self.happen(1, first=10)
        self.subscription.action_pause()
        self.pass_time(self.subscription, days=31)
        events._number()
        events._gc_events()
        self.assertFalse(events.search([]))

    def test_many_events_of_other_types_are_passed_over(self):
        self.keep_log()
        self.patch(external_event_subscription, "PASSED_OVER", 3)
        self.happen(1)
        self.send()
        rare = self.subscribe(self.receiver, "order.imported")
        position = rare.position
        self.happen(2, first=2)
        self.send()
        self.assertEqual(rare.position, position)
        self.happen(2, first=4)
        self.send()
        latest = self.env["external.event"]._get_latest()
        self.assertEqual((rare.position, self.subscription.position), (latest, latest))
        self.import_order()
        self.send()
        self.assertEqual([told.message["type"] for told in self.receiver.told[-2:]], ["order.imported"] * 2)
