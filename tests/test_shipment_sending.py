from datetime import timedelta

from odoo import fields
from odoo.exceptions import UserError

from ..courier_exceptions import ShipmentConflict
from ..models.shipment.external_shipment import MAX_ATTEMPTS
from .shipment_common import PASSWORD, ShipmentCase


class TestShipmentSending(ShipmentCase):
    def test_a_ready_transfer_is_shipped(self):
        picking = self.create_picking()
        shipment = self.request_shipment(picking)
        self.assertEqual(shipment.state, "pending")
        self.assertEqual(self.courier.orders, ())
        self.work()
        [order] = self.courier.orders
        self.assertEqual(shipment.state, "shipped")
        self.assertEqual(shipment.tracking_number, order.tracking_number)
        self.assertEqual(shipment.order_number, order.order_number)
        self.assertEqual(shipment.reference, order.reference)
        self.assertEqual(picking.carrier_id, self.carrier)
        self.assertEqual(picking.carrier_tracking_ref, order.tracking_number)
        self.assertEqual(picking.carrier_price, 9.5)
        self.assertIn(order.tracking_number, self.chatter(picking))
        self.assertEqual(shipment.tracking_url, f"{self.courier.url}auftrag.php?nr={order.tracking_number}")
        self.assertEqual(picking.state, "assigned")

    def test_what_the_courier_is_told(self):
        self.carrier.write({"opal_contents": "Ersatzteile", "opal_vehicle": "Transporter"})
        self.ship(self.create_picking(quantity=3, note="<p>Bitte <b>klingeln</b></p>"))
        fields_ = self.courier.orders[0].fields
        self.assertEqual(fields_["address_name1[]"], ["Lager Nord", "Müller & Söhne"])
        self.assertEqual(fields_["address_name2[]"], ["", "Hinterhaus"])
        self.assertEqual(fields_["address_name3[]"], ["", "Erika Müller"])
        self.assertEqual(fields_["address_str[]"], ["Hafenstraße", "Lange Straße"])
        self.assertEqual(fields_["address_hsnr[]"], ["7", "12a"])
        self.assertEqual(fields_["address_plz[]"], ["20457", "01067"])
        self.assertEqual(fields_["address_ort[]"], ["Hamburg", "Dresden"])
        self.assertEqual([fields_[f"address_telefon{part}[]"][1] for part in "ABC"], ["+49", "351", "4567890"])
        self.assertEqual(fields_["address_mail[]"][1], "erika@example.com")
        self.assertEqual(fields_["segewicht"], ["7,5"])
        self.assertEqual(fields_["sepksnr"], ["1"])
        self.assertEqual(fields_["seinhalt"], ["Ersatzteile"])
        self.assertEqual(fields_["sefztype"], ["TRP"])
        self.assertIn("klingeln", fields_["address_hinweis[]"][1])

    def test_packages_are_counted(self):
        picking = self.create_picking(quantity=4)
        picking.move_line_ids.quantity = 1
        picking.action_put_in_pack()
        picking.move_ids.quantity = 3
        self.assertEqual(self.env["opal.shipping"]._count_packages(picking), 2)

    def test_a_weight_in_pounds_is_told_in_kilograms(self):
        self.env["ir.config_parameter"].set_param("product.weight_in_lbs", "1")
        self.ship(self.create_picking(quantity=4))  # 10 lb
        self.assertEqual(self.courier.orders[0].value("segewicht"), "4,54")

    def test_products_without_weight(self):
        self.product.weight = 0
        self.carrier.opal_default_weight = 3
        self.ship()
        self.assertEqual(self.courier.orders[0].value("segewicht"), "3")
        self.carrier.opal_default_weight = 0
        shipment = self.request_shipment()
        self.work()
        self.assertEqual(shipment.state, "error")
        self.assertIn("no weight", shipment.error_message)

    def test_an_incomplete_address_is_named_and_can_be_mended(self):
        self.partner.write({"zip": " ", "city": False})
        self.warehouse.partner_id.street = False
        shipment = self.request_shipment()
        self.work()
        self.assertEqual(shipment.state, "error")
        for part in ("ZIP code of the receiver", "city of the receiver", "street of the sender"):
            self.assertIn(part, shipment.error_message)
        self.assertIn("ZIP code of the receiver", self.chatter(shipment.picking_id))
        self.assertEqual(self.courier.requests, [])
        self.partner.write({"zip": "01067", "city": "Dresden"})
        self.warehouse.partner_id.street = "Hafenstraße 7"
        shipment.action_retry()
        self.work()
        self.assertEqual(shipment.state, "shipped")

    def test_a_transfer_without_receiver(self):
        shipment = self.request_shipment(self.create_picking(partner_id=False))
        self.work()
        self.assertEqual(shipment.state, "error")
        self.assertIn("name of the receiver", shipment.error_message)

    def test_asking_again_gives_the_same_shipment(self):
        picking = self.create_picking()
        shipment, is_new = self.env["external.shipment"]._request(picking, "opal")
        self.assertTrue(is_new)
        self.assertEqual(self.env["external.shipment"]._request(picking, "opal"), (shipment, False))
        self.work()
        self.assertEqual(self.env["external.shipment"]._request(picking, "opal"), (shipment, False))
        self.work()
        self.assertEqual(len(self.courier.orders), 1)

    def test_asking_again_after_an_error_tries_again(self):
        self.partner.city = False
        shipment = self.request_shipment()
        self.work()
        self.assertEqual(shipment.state, "error")
        self.partner.city = "Dresden"
        self.assertEqual(self.request_shipment(shipment.picking_id), shipment)
        self.work()
        self.assertEqual(shipment.state, "shipped")

    def test_what_is_not_ready_is_refused(self):
        for picking in (self.create_picking(confirm=False), self.create_picking()):
            if picking.state == "assigned":
                picking.action_cancel()
            with self.assertRaisesRegex(ShipmentConflict, "not ready"):
                self.request_shipment(picking)

    def test_an_unknown_provider_is_refused(self):
        for provider in ("dhl", "", None):
            with self.assertRaisesRegex(UserError, "no delivery method"):
                self.request_shipment(provider_code=provider)

    def test_another_provider_for_a_shipped_transfer_is_refused(self):
        shipment = self.ship()
        self.create_carrier("fixed")
        with self.assertRaisesRegex(ShipmentConflict, "opal"):
            self.request_shipment(shipment.picking_id, "fixed")

    def test_a_transfer_that_is_not_ready_any_more(self):
        shipment = self.request_shipment()
        shipment.picking_id.do_unreserve()
        self.work()
        self.assertEqual(shipment.state, "error")
        self.assertIn("no longer ready", shipment.error_message)
        cancelled = self.request_shipment()
        cancelled.picking_id.action_cancel()
        self.work()
        self.assertEqual(cancelled.state, "cancelled")
        self.assertEqual(self.courier.orders, ())

    def test_one_bad_shipment_holds_nobody_up(self):
        self.partner.city = False
        other = self.partner.copy({"city": "Dresden"})
        bad = self.request_shipment()
        good = self.request_shipment(self.create_picking(partner_id=other.id))
        self.work()
        self.assertEqual((bad.state, good.state), ("error", "shipped"))

    def test_trouble_that_heals_is_met_again_later_and_later(self):
        self.courier.faults.add("error", page="start", times=None, status=503)
        shipment = self.request_shipment()
        pauses = []
        for _attempt in range(3):
            self.make_due(shipment)
            self.work()
            self.assertEqual(shipment.state, "pending")
            pauses.append(shipment.next_attempt - fields.Datetime.now())
        self.assertIn("503", shipment.error_message)
        self.assertFalse(shipment.outcome_unknown)
        for pause, minutes in zip(pauses, (1, 2, 4), strict=True):
            self.assertAlmostEqual(pause, timedelta(minutes=minutes), delta=timedelta(seconds=10))
        self.work()  # not due
        self.assertEqual(shipment.attempts, 3)
        self.courier.faults.clear()
        self.make_due(shipment)
        self.work()
        self.assertEqual(shipment.state, "shipped")
        self.assertFalse(shipment.error_message)

    def test_trouble_that_never_heals_is_left_to_a_person(self):
        self.courier.faults.add("error", page="start", times=None, status=503)
        shipment = self.request_shipment()
        for _attempt in range(MAX_ATTEMPTS):
            self.make_due(shipment)
            self.work()
        self.assertEqual(shipment.state, "error")
        self.assertIn(str(MAX_ATTEMPTS), shipment.error_message)

    def test_a_changed_page_is_final_and_named(self):
        self.courier.faults.add("page_changed", page="form")
        shipment = self.request_shipment()
        self.work()
        self.assertEqual(shipment.state, "error")
        self.assertIn("Neuer Auftrag", shipment.error_message)
        self.assertIn("seclref", shipment.error_message)

    def test_a_wrong_password_is_final_and_not_told(self):
        self.carrier.opal_password = "wrong-password"
        shipment = self.request_shipment()
        self.work()
        self.assertEqual(shipment.state, "error")
        self.assertIn("user and password", shipment.error_message)
        self.assertNotIn("wrong-password", shipment.error_message + self.chatter(shipment.picking_id))

    def test_an_account_that_is_not_set_up(self):
        self.carrier.write({"opal_password": False, "prod_environment": True})
        shipment = self.request_shipment()
        self.work()
        self.assertIn("production address, password", shipment.error_message)

    def test_an_archived_shipping_method_calls_nobody(self):
        shipped, waiting, lost = self.ship(), self.request_shipment(), self.request_shipment()
        lost.write({"state": "sending", "outcome_unknown": True})
        shipped.next_poll = "2020-01-01"
        self.carrier.active = False
        self.courier.requests.clear()
        self.work()
        self.assertEqual(
            (waiting | lost).mapped("error_message"),
            ["The delivery method opal Standard is archived. Unarchive it, then press Retry."] * 2,
        )
        self.assertTrue(lost.outcome_unknown)
        self.assertEqual(self.courier.requests, [])

    def test_the_environment_chooses_the_address(self):
        self.carrier.write(
            {"opal_url": self.courier.url, "opal_test_url": "http://127.0.0.1:9/", "prod_environment": True}
        )
        self.ship()

    def test_an_order_whose_answer_was_lost_is_found_again(self):
        for kind in ("error_after", "hang_up_after"):
            with self.subTest(kind):
                self.courier.book.clear()
                self.courier.faults.add(kind, page="send")
                shipment = self.request_shipment()
                self.work()
                self.assertEqual(shipment.state, "pending")
                self.assertTrue(shipment.outcome_unknown)
                self.make_due(shipment)
                self.work()
                self.assertEqual(shipment.state, "shipped")
                self.assertEqual([shipment.tracking_number], [order.tracking_number for order in self.courier.orders])

    def test_an_order_that_did_not_arrive_is_sent_again(self):
        self.courier.faults.add("hang_up", page="send")
        shipment = self.request_shipment()
        self.work()
        self.assertTrue(shipment.outcome_unknown)
        reference = shipment.reference
        self.make_due(shipment)
        self.work()
        self.assertEqual(shipment.state, "shipped")
        self.assertEqual([order.reference for order in self.courier.orders], [reference])

    def test_not_found_counts_only_when_the_courier_had_time(self):
        self.env["ir.config_parameter"].set_param("external_order_sync.shipment_settling_seconds", 180)
        self.courier.faults.add("hang_up", page="send")
        shipment = self.request_shipment()
        self.work()
        self.make_due(shipment)
        self.work()
        self.assertEqual(self.courier.asked("send"), 1)
        self.assertEqual(shipment.state, "pending")
        self.assertEqual(shipment.next_attempt, shipment.sending_date + timedelta(seconds=180))
        shipment.sending_date -= timedelta(seconds=181)
        self.make_due(shipment)
        self.work()
        self.assertEqual(shipment.state, "shipped")
        self.assertEqual(len(self.courier.orders), 1)

    def test_a_lookup_that_fails_sends_nothing(self):
        self.courier.faults.add("hang_up_after", page="send")
        shipment = self.request_shipment()
        self.work()
        self.courier.faults.add("page_changed", page="list")
        self.make_due(shipment)
        self.work()
        self.assertEqual(shipment.state, "error")
        self.assertTrue(shipment.outcome_unknown)
        shipment.action_retry()
        self.work()
        self.assertEqual(shipment.state, "shipped")
        self.assertEqual(len(self.courier.orders), 1)

    def test_a_row_left_behind_by_a_crash_is_looked_up(self):
        shipment = self.ship()
        shipment.write({"state": "sending", "outcome_unknown": True, "tracking_number": False, "is_on_picking": False})
        shipment.picking_id.carrier_tracking_ref = False
        self.work()
        self.assertEqual(shipment.state, "shipped")
        self.assertEqual(len(self.courier.orders), 1)
        self.assertEqual(shipment.picking_id.carrier_tracking_ref, self.courier.orders[0].tracking_number)

    def test_numbers_that_did_not_reach_the_transfer_are_brought_there(self):
        shipment = self.ship()
        shipment.is_on_picking = False
        shipment.picking_id.carrier_tracking_ref = False
        self.work()
        self.assertEqual(shipment.picking_id.carrier_tracking_ref, shipment.tracking_number)
        self.assertEqual(len(self.courier.orders), 1)

    def test_references_are_unique_and_short(self):
        picking = self.create_picking()
        picking.name = "A very/long name of a transfer, with ümläuts"
        shipment = self.request_shipment(picking)
        references = {shipment._prepare_reference() for _number in range(20)}
        self.assertEqual(len(references), 20)
        for reference in references:
            self.assertLessEqual(len(reference), 30)
            self.assertRegex(reference, r"^[A-Za-z0-9/-]+$")

    def test_the_debug_log_has_the_requests_and_no_password(self):
        logged = []
        self.patch(type(self.carrier), "log_xml", lambda carrier, text, func: logged.append(f"{func}\n{text}"))
        self.ship()
        self.assertEqual(logged, [])
        self.carrier.debug_logging = True
        self.ship()
        text = "\n".join(logged)
        self.assertIn("POST Auftragsbestätigung", text)
        self.assertIn("Sendungsnummer", text)
        self.assertNotIn(PASSWORD, text)

    def test_the_connection_can_be_tested(self):
        self.assertEqual(self.carrier.action_check_opal()["params"]["type"], "success")
        self.assertEqual(self.courier.orders, ())
        self.carrier.opal_password = "wrong"
        with self.assertRaisesRegex(UserError, "does not accept"):
            self.carrier.action_check_opal()
