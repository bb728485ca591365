from odoo.exceptions import UserError

from .shipment_common import ShipmentCase


class TestShipmentValidation(ShipmentCase):
    """The standard flow: the shipping method is on the transfer, and *Validate* ships."""

    def validate(self, picking):
        picking.move_ids.picked = True
        picking.button_validate()
        self.assertEqual(picking.state, "done")

    def shipment_of(self, picking):
        return self.env["external.shipment"].search([("picking_id", "=", picking.id)])

    def test_validate_ships(self):
        picking = self.create_picking(carrier_id=self.carrier.id)
        self.validate(picking)
        shipment = self.shipment_of(picking)
        self.assertEqual(shipment.state, "pending")
        self.assertEqual(self.courier.orders, ())  # nothing is ordered for a validation that might be rolled back
        self.assertIn("is being sent", self.chatter(picking))
        self.work()
        self.assertEqual(shipment.state, "shipped")
        self.assertEqual(picking.carrier_tracking_ref, self.courier.orders[0].tracking_number)
        self.assertEqual(picking.carrier_price, 9.5)
        self.assertEqual(picking.carrier_tracking_url, shipment.tracking_url)

    def test_validate_after_the_api_orders_nothing_more(self):
        for is_sent in (False, True):
            with self.subTest(is_sent=is_sent):
                self.courier.book.clear()
                shipment = self.request_shipment()
                if is_sent:
                    self.work()
                self.validate(shipment.picking_id)
                self.work()
                self.assertEqual(shipment.state, "shipped")
                self.assertEqual(len(self.courier.orders), 1)

    def test_the_api_after_validate_orders_nothing_more(self):
        picking = self.create_picking(carrier_id=self.carrier.id)
        self.validate(picking)
        self.assertEqual(self.request_shipment(picking), self.shipment_of(picking))
        self.work()
        self.request_shipment(picking)
        self.work()
        self.assertEqual(len(self.courier.orders), 1)

    def test_validate_names_missing_address_parts_at_once(self):
        self.partner.zip = False
        picking = self.create_picking(carrier_id=self.carrier.id)
        picking.move_ids.picked = True
        with self.assertRaisesRegex(UserError, "ZIP code of the receiver"):
            picking.button_validate()

    def test_validate_leaves_a_cancelled_shipment_cancelled(self):
        shipment = self.request_shipment()
        shipment.action_cancel()
        self.validate(shipment.picking_id)
        self.work()
        self.assertEqual(shipment.state, "cancelled")
        self.assertEqual(self.courier.orders, ())
        shipment.picking_id.send_to_shipper()  # its button
        self.work()
        self.assertEqual(shipment.state, "shipped")

    def test_another_module_that_calls_the_provider_queues_too(self):
        picking = self.create_picking(carrier_id=self.carrier.id)
        [answer] = self.carrier.send_shipping(picking)
        self.assertEqual((answer["exact_price"], answer["tracking_number"]), (9.5, False))
        self.work()
        [answer] = self.carrier.send_shipping(picking)
        self.assertEqual(answer["tracking_number"], self.courier.orders[0].tracking_number)
        self.work()
        self.assertEqual(len(self.courier.orders), 1)

    def test_other_couriers_are_called_by_validate_as_ever(self):
        carrier = self.create_carrier("fixed")
        picking = self.create_picking(carrier_id=carrier.id)
        self.validate(picking)
        self.assertFalse(self.shipment_of(picking))
        self.assertEqual(picking.carrier_price, 9.5)

    def test_the_price_is_the_shipping_methods(self):
        order = self.env["sale.order"].create({"partner_id": self.partner.id, "company_id": self.company.id})
        rate = self.carrier.rate_shipment(order)
        self.assertTrue(rate["success"])
        self.assertEqual(rate["price"], 9.5)
        self.carrier.country_ids = self.env.ref("base.fr")
        self.assertFalse(self.carrier.rate_shipment(order)["success"])

    def test_no_sender_no_link(self):
        picking = self.create_picking(carrier_id=self.carrier.id)
        self.assertFalse(self.carrier.get_tracking_link(picking))
