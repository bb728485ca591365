import json

from odoo.exceptions import ValidationError
from odoo.tools import mute_logger

from .common import API_KEY
from .event_receiver import EventReceiver
from .events_common import SubscriptionCase


class TestEventAcknowledge(SubscriptionCase):
    """A shop learns what became of its orders, by a call of its own form."""

    def setUp(self):
        super().setUp()
        self.receiver = self.enterContext(EventReceiver())

    def acknowledge(self, receiver=None, **values):
        action = self.sync.action_acknowledge()
        chosen = {name.removeprefix("default_"): value for name, value in action["context"].items()}
        types = "order.imported,order.failed,order.refunded"
        del chosen["type_ids"]
        receiver = receiver or self.receiver
        return self.subscribe(receiver, types, **{**chosen, "send_api_key": False, **values})

    def bodies(self):
        return [json.loads(told.body) for told in self.receiver.told]

    def test_the_shop_learns_of_imported_failed_and_refunded_orders(self):
        self.env["ir.config_parameter"].set_param("external_order_sync.private_event_addresses", "False")
        with mute_logger("odoo.addons.external_order_sync"):
            subscription = self.subscribe(
                self, "order.imported,order.failed,order.refunded", form="template", sync_id=self.sync.id,
                send_api_key=True,
            )  # fmt: skip
        entries = [self.order(), self.order(640, OrderItems=[self.item("Gadget")])]
        self.synchronize(*entries)
        self.send()
        told = self.shop.acknowledgements.as_json()
        self.assertEqual(
            {order_id: [(entry["kind"], entry["state"]) for entry in said] for order_id, said in told.items()},
            {"639": [("sale", "done")], "640": [("sale", "failed")]},
        )
        self.assertEqual(told["639"][0]["reference"], self.pos_orders().pos_reference)
        self.assertIn("Gadget", told["640"][0]["message"])
        self.synchronize(self.order(OrderStatus=106), entries[1])
        self.send()
        told = self.shop.acknowledgements.as_json()
        self.assertEqual([(entry["kind"], entry["state"]) for entry in told["639"]], [("refund", "done")])
        self.assertFalse(subscription.last_error)

    @property
    def url(self):
        return f"{self.shop.base_url}/api/acknowledgements"

    def test_address_headers_and_body_are_filled(self):
        self.acknowledge(
            url=f"{self.receiver.url}/{{OrderID}}?by={{pos_reference}}",
            method="PUT",
            headers="X-State: {state}",
            body='{"order": {"sum": "{amount_total}", "text": "{OrderID} is {state}"}}',
        )
        self.import_order()
        self.send()
        [told] = self.receiver.told
        self.assertEqual((told.method, told.headers["x-state"]), ("PUT", "done"))
        self.assertTrue(told.path.startswith("/events/639?by="), told.path)
        self.assertEqual(told.message, {"order": {"sum": 92.0, "text": "639 is done"}})
        [event] = self.env["external.event"].search([])
        self.assertEqual(told.headers["idempotency-key"], event.message_id)
        self.assertNotIn("webhook-signature", told.headers)

    def test_orders_of_another_synchronization_are_not_told(self):
        self.acknowledge()
        other = self.create_sync(name="Other")
        self.env["external.order"].create({"sync_id": other.id, "external_id": "7", "state": "failed", "payload": "{}"})
        self.happen()
        self.send()
        self.assertEqual([body["OrderID"] for body in self.bodies()], ["1"])

    def test_an_order_that_the_shop_refuses_does_not_keep_the_others(self):
        subscription = self.acknowledge()
        self.receiver.status = lambda told: 404 if told.message["OrderID"] == "2" else 200
        self.happen(4)
        self.send()
        self.assertEqual([body["OrderID"] for body in self.bodies()], ["1", "2", "3", "4"])
        self.assertEqual(subscription.delivery_ids.event_id.data["order_id"], "2")
        self.assertEqual((subscription.state, subscription.failing_since), ("active", False))
        self.receiver.status = 200
        subscription.delivery_ids.action_send_again()
        self.send()
        self.assertEqual(self.bodies()[-1]["OrderID"], "2")
        self.assertEqual(subscription.delivery_ids.state, "received")

    def test_a_shop_that_is_down_keeps_the_sequence(self):
        subscription = self.acknowledge()
        self.receiver.status = 503
        self.happen(3)
        self.send()
        self.assertEqual(len(self.receiver.told), 1)
        self.receiver.status, self.receiver.told = 200, []
        subscription.action_try_now()
        self.send()
        self.assertEqual([body["OrderID"] for body in self.bodies()], ["1", "2", "3"])

    def test_the_key_of_the_shop_goes_only_to_the_shop(self):
        subscription = self.acknowledge()
        subscription.send_api_key = True
        self.happen()
        self.send()
        self.assertFalse(self.receiver.told)
        self.assertIn("belongs to", subscription.last_error)
        self.assertNotIn(API_KEY, subscription.last_error)

    def test_headers_go_only_to_the_address_that_they_were_entered_for(self):
        subscription = self.acknowledge(headers="X-Key: sesame")
        other = self.enterContext(EventReceiver())
        subscription.url = other.url
        self.happen()
        self.send()
        self.assertFalse(other.told)
        self.assertIn("enter them again", subscription.last_error)
        subscription.headers = "X-Key: other"
        subscription.action_try_now()
        self.send()
        self.assertEqual(other.told[0].headers["x-key"], "other")

    def test_what_is_wrong_with_a_template_is_said_when_it_is_saved(self):
        subscription = self.acknowledge()
        for values in (
            {"body": "{"},
            {"body": '{"a": "{nope}"}'},
            {"headers": "no header"},
            {"url": "https://{OrderID}.example/"},
            {"url": "https://user:word@shop.example/"},
            {"url": "https://shop.example/?token=x"},
            {"sync_id": False},
        ):
            with self.subTest(values), self.assertRaises(ValidationError), self.env.cr.savepoint():
                subscription.write(values)
