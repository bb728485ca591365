from datetime import datetime, timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user

from ..courier_exceptions import ShipmentBusy, ShipmentConflict
from .shipment_common import ShipmentCase


class TestShipmentFollowing(ShipmentCase):
    def test_a_shipment_is_followed_until_it_is_delivered(self):
        shipment = self.ship()
        number = shipment.tracking_number
        self.courier.book.report(number, "AKTIV", time=datetime(2026, 1, 16, 18, 0))
        self.courier.book.report(number, "Fehlanfahrt", "niemand da", datetime(2026, 1, 17, 14, 5))
        self.poll(shipment)
        self.assertEqual(shipment.state, "shipped")
        self.assertEqual(set(shipment.event_ids.mapped("kind")), {"under_way", "failed_attempt"})
        self.assertIn("could not deliver", self.chatter(shipment.picking_id))
        self.courier.book.report(number, "Zugestellt", "E. Müller", datetime(2026, 7, 18, 11, 30))
        self.poll(shipment)
        self.assertEqual(shipment.state, "delivered")
        self.assertEqual(shipment.delivered_date, datetime(2026, 7, 18, 9, 30))  # summer time in Germany
        self.assertEqual(len(shipment.event_ids), 3)
        self.assertEqual(self.chatter(shipment.picking_id).count("delivered the shipment"), 1)
        self.assertEqual(self.chatter(shipment.picking_id).count("could not deliver"), 1)
        self.assertFalse(shipment.next_poll)

    def test_winter_time(self):
        shipment = self.ship()
        self.courier.book.report(shipment.tracking_number, "Abgeholt", time=datetime(2026, 1, 17, 14, 5))
        self.poll(shipment)
        self.assertEqual(shipment.event_ids.date, datetime(2026, 1, 17, 13, 5))

    def test_delivered_to_fehlanfahrt_is_a_failed_attempt(self):
        shipment = self.ship()
        self.courier.book.report(shipment.tracking_number, "ausgeliefert", "Fehlanfahrt")
        self.poll(shipment)
        self.assertEqual(shipment.event_ids.kind, "failed_attempt")
        self.assertEqual(shipment.state, "shipped")

    def test_a_cancellation_at_the_courier_is_noticed(self):
        shipment = self.ship()
        self.courier.book.cancel(shipment.tracking_number)
        self.poll(shipment)
        self.assertEqual(shipment.state, "cancelled")
        self.assertIn("that the shipment was cancelled", self.chatter(shipment.picking_id))

    def test_all_that_are_due_are_asked_about_at_once(self):
        shipments = self.ship() | self.ship() | self.ship()
        self.courier.requests.clear()
        sign_ins = self.courier.site.sign_ins
        for shipment in shipments:
            self.courier.book.report(shipment.tracking_number, "Zugestellt")
        shipments.next_poll = "2020-01-01"
        self.work()
        self.assertEqual(set(shipments.mapped("state")), {"delivered"})
        self.assertEqual(self.courier.site.sign_ins, sign_ins + 1)
        self.assertEqual(self.courier.asked("list"), 1)

    def test_the_status_is_not_asked_before_its_time(self):
        shipment = self.ship()
        self.assertAlmostEqual(
            shipment.next_poll, fields.Datetime.now() + timedelta(minutes=15), delta=timedelta(seconds=10)
        )
        self.courier.requests.clear()
        self.work()
        self.assertEqual(self.courier.requests, [])

    def test_a_status_that_cannot_be_read_is_asked_again(self):
        shipment = self.ship()
        self.courier.faults.add("page_changed", page="list")
        self.poll(shipment)
        self.assertEqual(shipment.state, "shipped")
        self.assertIn("Auftragsliste", shipment.error_message)
        self.assertGreater(shipment.next_poll, fields.Datetime.now())
        self.poll(shipment)
        self.assertFalse(shipment.error_message)

    def test_a_parcel_that_never_arrives_is_not_asked_about_for_ever(self):
        shipment = self.ship()
        shipment.shipped_date -= timedelta(days=61)
        self.poll(shipment)
        self.assertFalse(shipment.next_poll)

    def test_a_person_can_ask_now(self):
        shipment = self.ship()
        self.courier.book.report(shipment.tracking_number, "Zugestellt")
        shipment.action_update_status()
        self.assertEqual(shipment.state, "delivered")

    # Cancelling and retrying

    def test_cancelling_what_waits_calls_nobody(self):
        shipment = self.request_shipment()
        shipment.action_cancel()
        self.work()
        self.assertEqual(shipment.state, "cancelled")
        self.assertEqual(self.courier.requests, [])

    def test_cancelling_what_is_shipped_cancels_at_the_courier(self):
        shipment = self.ship()
        shipment.action_cancel()
        self.assertEqual(shipment.state, "cancelled")
        self.assertEqual(self.courier.orders[0].status, "Storniert")
        self.assertFalse(shipment.picking_id.carrier_tracking_ref)
        self.assertIn("cancelled", self.chatter(shipment.picking_id))

    def test_odoos_own_cancel_button_cancels_the_shipment(self):
        shipment = self.ship()
        shipment.picking_id.cancel_shipment()
        self.assertEqual(shipment.state, "cancelled")
        self.assertEqual(self.courier.orders[0].status, "Storniert")

    def test_what_the_courier_does_not_cancel_stays_shipped(self):
        shipment = self.ship()
        self.courier.book.report(shipment.tracking_number, "Abgeholt")
        with self.assertRaisesRegex(ShipmentConflict, "did not cancel"):
            shipment.action_cancel()
        self.assertEqual(shipment.state, "shipped")
        self.courier.book.report(shipment.tracking_number, "Zugestellt")
        self.poll(shipment)
        with self.assertRaisesRegex(ShipmentConflict, "already been delivered"):
            shipment.action_cancel()

    def test_cancelling_an_order_whose_answer_was_lost(self):
        self.courier.faults.add("hang_up_after", page="send")
        shipment = self.request_shipment()
        self.work()
        shipment.action_cancel()
        self.assertEqual(shipment.state, "cancelled")
        self.assertEqual(self.courier.orders[0].status, "Storniert")

    def test_cancelling_waits_while_the_courier_may_still_accept(self):
        self.env["ir.config_parameter"].set_param("external_order_sync.shipment_settling_seconds", 180)
        self.courier.faults.add("hang_up", page="send")
        shipment = self.request_shipment()
        self.work()
        with self.assertRaisesRegex(ShipmentBusy, "may still be accepting"):
            shipment.action_cancel()
        shipment.sending_date -= timedelta(seconds=181)
        shipment.action_cancel()
        self.assertEqual(shipment.state, "cancelled")

    def test_a_cancelled_shipment_is_sent_again_only_by_retry(self):
        shipment = self.ship()
        first_reference = shipment.reference
        shipment.action_cancel()
        self.assertEqual(self.request_shipment(shipment.picking_id), shipment)
        self.work()
        self.assertEqual(len(self.courier.orders), 1)
        shipment.action_retry()
        self.work()
        self.assertEqual(shipment.state, "shipped")
        self.assertEqual(len(self.courier.orders), 2)
        self.assertNotEqual(shipment.reference, first_reference)
        self.poll(shipment)  # the events of the first order are not those of the second
        self.assertEqual(shipment.state, "shipped")

    def test_what_is_shipped_is_not_retried(self):
        shipment = self.ship()
        with self.assertRaisesRegex(ShipmentConflict, "Its status is now: Shipped"):
            shipment.action_retry()

    # Rights

    def test_who_may_do_what(self):
        shipment = self.ship()
        nobody = new_test_user(self.env, "shipment_nobody", groups="base.group_user")
        keeper = new_test_user(
            self.env,
            "shipment_keeper",
            groups="stock.group_stock_user",
            company_ids=self.company.ids,
            company_id=self.company.id,
        )
        with self.assertRaises(AccessError):
            shipment.with_user(nobody).read(["state"])
        with self.assertRaises(AccessError):
            self.env["external.shipment"].with_user(nobody)._request(self.create_picking(), "opal")
        self.assertEqual(shipment.with_user(keeper).state, "shipped")
        for values in ({"state": "pending"}, {"reference": "x"}):
            with self.assertRaises(AccessError):
                shipment.with_user(keeper).write(values)
        picking = self.create_picking().with_user(keeper)
        mine, _is_new = self.env["external.shipment"].with_user(keeper)._request(picking, "opal")
        self.work()
        self.assertEqual(mine.state, "shipped")
        mine.with_user(keeper).action_cancel()
        self.assertEqual(mine.state, "cancelled")

    def test_the_account_is_for_administrators(self):
        manager = new_test_user(self.env, "shipment_manager", groups="stock.group_stock_manager,base.group_user")
        for name in ("opal_url", "opal_test_url", "opal_username", "opal_password"):
            with self.assertRaises(AccessError):
                self.carrier.with_user(manager).read([name])
        self.assertFalse(self.carrier.copy().opal_password)

    def test_an_address_that_is_none_is_refused(self):
        with self.assertRaisesRegex(UserError, "not a web address"):
            self.carrier.opal_test_url = "opal.example.com"
