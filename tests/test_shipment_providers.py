from datetime import datetime

import requests
from odoo import fields
from odoo.exceptions import UserError
from odoo.tools import mute_logger

from ..courier_exceptions import CourierUnavailable, ShipmentConflict
from .shipment_common import ShipmentCase


class TestShipmentProviders(ShipmentCase):
    """A courier of another module, unknown to the addon: a `delivery_type`, and methods named after it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        field = cls.env["delivery.carrier"]._fields["delivery_type"]
        cls.classPatch(field, "_selection", {**field._selection, "pigeon": "Carrier Pigeon"})
        cls.pigeons = cls.create_carrier("pigeon")

    def setUp(self):
        super().setUp()
        self.sent = []  # what the courier has
        self.give("send_shipping", self.fly)
        self.give(
            "get_tracking_link", lambda carrier, picking: f"https://pigeon.example/{picking.carrier_tracking_ref}"
        )

    def give(self, name, method):
        """Add a method to the provider; it is called with the delivery method first, like a method of the model."""
        model, name = type(self.pigeons), f"pigeon_{name}"
        if not hasattr(model, name):
            setattr(model, name, None)
            self.addCleanup(delattr, model, name)
        self.patch(model, name, lambda carrier, records: method(carrier, records))

    def fly(self, carrier, pickings):
        shipment = carrier._get_shipment_being_sent()
        self.sent.append(shipment.reference)
        return [{"exact_price": 4.2, "tracking_number": f"PIGEON{len(self.sent)}"} for picking in pickings]

    def test_it_ships_through_the_same_queue(self):
        picking = self.create_picking()
        shipment = self.request_shipment(picking, "pigeon")
        self.work()
        self.assertEqual(shipment.state, "shipped")
        self.assertEqual(shipment.provider_code, "pigeon")
        self.assertEqual(shipment.tracking_number, "PIGEON1")
        self.assertEqual(picking.carrier_tracking_ref, "PIGEON1")
        self.assertEqual(picking.carrier_price, 4.2)
        self.assertEqual(picking.carrier_id, self.pigeons)
        self.assertEqual(shipment.tracking_url, "https://pigeon.example/PIGEON1")
        self.assertEqual(self.sent, [shipment.reference])

    def test_validate_does_not_order_again(self):
        shipment = self.request_shipment(provider_code="pigeon")
        shipment.picking_id.move_ids.picked = True
        shipment.picking_id.button_validate()
        self.work()
        self.assertEqual(shipment.state, "shipped")
        self.assertEqual(len(self.sent), 1)

    def test_an_incomplete_address_is_an_error_here_too(self):
        self.partner.street = self.partner.street2 = False
        shipment = self.request_shipment(provider_code="pigeon")
        self.work()
        self.assertEqual(shipment.state, "error")
        self.assertIn("street of the receiver", shipment.error_message)
        self.assertEqual(self.sent, [])

    def test_an_address_that_it_does_not_serve(self):
        self.pigeons.country_ids = self.env.ref("base.fr")
        shipment = self.request_shipment(provider_code="pigeon")
        self.work()
        self.assertIn("does not serve", shipment.error_message)

    def test_what_it_refuses_is_final(self):
        def refuse(carrier, pickings):
            raise ShipmentConflict("Too heavy for a pigeon")

        self.give("send_shipping", refuse)
        shipment = self.request_shipment(provider_code="pigeon")
        self.work()
        self.assertEqual((shipment.state, shipment.error_message), ("error", "Too heavy for a pigeon"))
        self.assertFalse(shipment.outcome_unknown)

    def test_what_it_says_will_heal_is_tried_again(self):
        def storm(carrier, pickings):
            raise CourierUnavailable("There is a storm")

        self.give("send_shipping", storm)
        shipment = self.request_shipment(provider_code="pigeon")
        self.work()
        self.assertEqual((shipment.state, shipment.error_message), ("pending", "There is a storm"))
        self.give("send_shipping", self.fly)
        self.make_due(shipment)
        self.work()
        self.assertEqual(shipment.state, "shipped")

    def test_an_outcome_that_cannot_be_looked_up_is_left_to_a_person(self):
        for trouble in (requests.ConnectionError("lost"), ValueError("bug of the provider")):
            with (
                self.subTest(trouble),
                mute_logger("odoo.addons.external_order_sync.models.shipment.external_shipment_worker"),
            ):

                def fail(carrier, pickings, trouble=trouble):
                    self.fly(carrier, pickings)
                    raise trouble

                self.sent.clear()
                self.give("send_shipping", fail)
                shipment = self.request_shipment(provider_code="pigeon")
                self.work()
                self.assertEqual(shipment.state, "error")
                self.assertTrue(shipment.outcome_unknown)
                self.request_shipment(shipment.picking_id, "pigeon")  # a repeated request is not a check
                self.work()
                self.assertEqual(len(self.sent), 1)
                self.give("send_shipping", self.fly)
                shipment.action_retry()  # a user has
                self.work()
                self.assertEqual(shipment.state, "shipped")

    def test_after_a_crash_nothing_is_sent_unless_it_can_be_looked_up(self):
        shipment = self.request_shipment(provider_code="pigeon")
        crashed = {"state": "sending", "reference": "R1", "sending_date": "2026-01-01", "outcome_unknown": True}
        shipment.write(crashed)
        self.work()
        self.assertEqual(shipment.state, "error")
        self.assertIn("cannot report whether", shipment.error_message)
        self.give("find_shipment", lambda carrier, shipment: {"tracking_number": f"FOUND-{shipment.reference}"})
        shipment.write(crashed)
        self.work()
        self.assertEqual((shipment.state, shipment.tracking_number), ("shipped", "FOUND-R1"))
        self.assertEqual(self.sent, [])

    def test_it_is_followed_if_it_tells(self):
        shipment = self.request_shipment(provider_code="pigeon")
        self.work()
        self.assertFalse(shipment.next_poll)
        with self.assertRaisesRegex(UserError, "does not report"):
            shipment.action_update_status()
        self.give(
            "read_shipment_events",
            lambda carrier, shipments: {
                shipment: [{"date": datetime(2026, 1, 17, 12), "kind": "delivered", "status": "landed"}]
                for shipment in shipments
            },
        )
        self.poll(shipment)
        self.assertEqual(shipment.state, "delivered")
        self.assertEqual(shipment.delivered_date, fields.Datetime.to_datetime("2026-01-17 12:00:00"))

    def test_it_is_cancelled_if_it_can(self):
        shipment = self.request_shipment(provider_code="pigeon")
        self.work()
        with self.assertRaisesRegex(ShipmentConflict, "cannot cancel"):
            shipment.action_cancel()
        called_back = []
        self.give("cancel_shipment", lambda carrier, pickings: called_back.append(pickings.carrier_tracking_ref))
        shipment.action_cancel()
        self.assertEqual(shipment.state, "cancelled")
        self.assertEqual(called_back, ["PIGEON1"])

    def test_odoos_own_providers_ship_without_a_tracking_number(self):
        self.create_carrier("fixed")
        shipment = self.request_shipment(provider_code="fixed")
        self.work()
        self.assertEqual(shipment.state, "shipped")
        self.assertFalse(shipment.tracking_number)
        self.assertEqual(shipment.picking_id.carrier_price, shipment.carrier_id.fixed_price)
        with self.assertRaisesRegex(ShipmentConflict, "cannot cancel"):
            shipment.action_cancel()

    def test_no_error_of_the_recording_loses_the_numbers(self):
        def refuse(picking):
            raise ShipmentConflict("The order is locked")

        self.patch(type(self.env["stock.picking"]), "_add_delivery_cost_to_so", refuse)
        shipment = self.request_shipment(provider_code="pigeon")
        self.work()
        self.assertEqual((shipment.state, shipment.tracking_number), ("shipped", "PIGEON1"))
        self.assertIn("The order is locked", self.chatter(shipment.picking_id))
        self.work()
        self.assertEqual(len(self.sent), 1)
