import json

from ..models.events.external_event import LOG_DAYS
from .events_common import EventCase
from .shipment_common import ShipmentCase


class TestEventsOfOrders(EventCase):
    def test_an_imported_order(self):
        self.import_order()
        event = self.events("order.imported").ensure_one()
        data = event.data
        self.assertEqual(
            (data["order_id"], data["state"], data["amount_total"], data["pos_reference"], event.res_id),
            ("639", "done", 92.0, self.pos_orders().pos_reference, self.inbox(639).id),
        )
        self.assertEqual((event.company_id, event.sync_id), (self.company, self.sync))
        json.dumps(data)

    def test_an_order_that_failed_and_is_imported_after_that(self):
        row = self.import_order(OrderItems=[self.item("Gadget")])
        self.assertEqual(row.state, "failed")
        [event] = self.events()
        self.assertEqual((event.type, event.data["code"]), ("order.failed", "product_not_found"))
        self.product.name = "Gadget"
        row.action_retry()
        self.assertEqual(row.state, "done", row.error_message)
        self.assertEqual(self.happened("order.failed", "order.imported"), ["order.failed", "order.imported"])

    def test_the_transfer_of_an_order_and_its_stock(self):
        self.import_order()
        self.assertEqual(self.happened("picking.done"), ["picking.done"])
        stock = self.events("stock.changed").ensure_one()
        self.assertEqual((stock.data["product_id"], stock.data["quantity"]), (self.product.id, -1.0))

    def test_a_refund(self):
        self.synchronize(self.order())
        self.synchronize(self.order(OrderStatus=106))
        [event] = self.events("order.refunded")
        self.assertEqual((event.data["order_id"], event.data["kind"], event.data["state"]), ("639", "refund", "done"))
        self.assertEqual(event.data["amount_total"], -92.0)

    def test_a_changed_order_that_is_booked_again(self):
        row = self.import_order()
        changed = {"OrderItems": [self.item(quantity=2)], "AmountTotal": 160, "Tax": 24, "GrandTotal": 184,
                   "AmountPaid": 184, "CheckoutDetails": [self.payment(184)]}  # fmt: skip
        self.synchronize(self.order(**changed))
        self.assertTrue(row.changed)
        first = self.events("order.imported").ensure_one()
        row.action_book_difference()
        second = (self.events("order.imported") - first).ensure_one()
        self.assertEqual((second.data["order_id"], second.data["amount_total"]), ("639", 184.0))
        self.assertNotEqual(second.data["pos_order_id"], first.data["pos_order_id"])
        self.assertFalse(self.events("order.refunded"))

    def test_nothing_is_written_if_nobody_wants_it(self):
        self.keep_log(0)
        self.import_order()
        self.assertFalse(self.events())

    def test_what_is_rolled_back_leaves_no_event(self):
        row = self.import_order(OrderItems=[self.item("Gadget")])
        before = self.events()
        savepoint = self.env.cr.savepoint()
        row.write({"state": "pending"})
        row.write({"state": "failed", "error_code": "odoo_error"})
        savepoint.close(rollback=True)
        self.assertEqual(self.events(), before)


class TestEventsOfShipments(ShipmentCase):
    def test_a_parcel_that_is_shipped_and_delivered_and_one_that_fails(self):
        self.env["ir.config_parameter"].set_param(LOG_DAYS, "7")
        first, _is_new = self.env["external.shipment"]._request(self.create_picking(), "opal")
        second, _is_new = self.env["external.shipment"]._request(self.create_picking(), "opal")
        self.env.cr.flush()
        first._mark_shipped({"tracking_number": "12345", "exact_price": 1.0})
        self.env.cr.flush()
        event = {"date": first.shipped_date, "kind": "delivered", "status": "Delivered", "details": ""}
        first._receive_events([event])
        self.env.cr.flush()
        second._fail("The address is incomplete.")
        self.env.cr.flush()
        events = self.env["external.event"].search([("res_model", "=", "external.shipment")], order="id")
        self.assertEqual(
            [(event.type, event.res_id) for event in events],
            [("shipment.shipped", first.id), ("shipment.delivered", first.id), ("shipment.error", second.id)],
        )
        self.assertEqual(events[0].data["tracking_number"], "12345")
        self.assertEqual(events[2].data["message"], "The address is incomplete.")
