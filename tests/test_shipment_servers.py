from concurrent.futures import ThreadPoolExecutor

from odoo.tools import SQL

from .shipment_server import ShipmentServerCase

ADDON = "external_order_sync"
KIND = "mail_activity_shipment_error"
LOCK = f"{ADDON}.shipment_attention"


class TestShipmentServers(ShipmentServerCase):
    """Servers are killed or compete: the courier has every order once, and every shipment is sent."""

    def kill_while(self, page, kind, seconds):
        """Kill the server while it waits for the courier's answer on a page, start another; return the delivery."""
        self.courier.faults.add(kind, page=page, seconds=seconds)
        picking = self.validate_delivery()
        self.wait_until(lambda: self.courier.asked(page), f"the courier is asked for {page}")
        if (kind, page) == ("slow", "send"):
            self.wait_until(lambda: self.courier.orders, "the courier has the order")
        self.kill_server()
        self.courier.faults.clear()
        self.start_server()
        return picking

    def check_shipped_once(self, picking):
        shipment = self.wait_until_shipped(picking)
        [order] = self.courier.orders
        self.assertEqual(shipment["state"], "shipped")
        self.assertEqual(shipment["tracking_number"], order.tracking_number)
        self.assertEqual(shipment["reference"], order.reference)
        [transfer] = self.client.call("stock.picking", "read", [picking], ["carrier_tracking_ref"])
        self.assertEqual(transfer["carrier_tracking_ref"], order.tracking_number)

    def test_killed_before_the_courier_has_the_order(self):
        self.check_shipped_once(self.kill_while("form", "slow", 60))

    def test_killed_while_the_courier_is_accepting(self):
        # The courier has read the order and accepts it after the server has died.
        self.check_shipped_once(self.kill_while("send", "slow_before", 3))

    def test_killed_after_the_courier_accepted(self):
        self.check_shipped_once(self.kill_while("send", "slow", 60))

    def test_killed_with_an_order_that_is_lost_on_its_way(self):
        self.check_shipped_once(self.kill_while("send", "lose", 60))

    def test_killed_before_the_numbers_reach_the_transfer(self):
        self.courier.faults.add("slow", page="send", seconds=1)
        picking = self.validate_delivery()
        with self.transaction() as cr:
            # Another transaction changes the transfer, so the worker has to wait.
            cr.execute(SQL("SELECT id FROM stock_picking WHERE id = %s FOR UPDATE", picking))
            self.wait_until(lambda: self.read_shipment(picking)["tracking_number"], "the shipment has its number")
            self.assertFalse(self.read_shipment(picking)["is_on_picking"])
            self.kill_server()
        self.start_server()
        self.check_shipped_once(picking)

    def test_two_servers_share_the_queue(self):
        self.start_server()
        self.courier.faults.add("slow", page="send", seconds=0.3, times=None)
        pickings = [self.validate_delivery() for _number in range(8)]
        for picking in pickings:
            self.wait_until_shipped(picking)
        references = [order.reference for order in self.courier.orders]
        self.assertEqual(sorted(references), sorted(self.read_shipment(picking)["reference"] for picking in pickings))

    def test_a_worker_does_not_repeat_the_activity_that_another_one_is_creating(self):
        other = self.create_delivery()
        self.courier.faults.add("page_changed", page="form")
        kind = self.client.call("ir.model.data", "check_object_reference", ADDON, KIND)[1]
        with self.transaction() as cr:
            cr.execute(SQL("SELECT pg_advisory_xact_lock(hashtext(%s), 1)", LOCK))
            picking = self.validate_delivery()
            self.wait_until(lambda: self.courier.asked("form"), "the courier has refused the parcel")
            cr.execute(
                SQL(
                    """
                    INSERT INTO mail_activity
                           (res_model, res_model_id, res_id, activity_type_id, date_deadline, automated, active)
                    SELECT model, id, %s, %s, now(), TRUE, TRUE FROM ir_model WHERE model = 'stock.picking'
                    """,
                    other,
                    kind,
                )
            )
            cr.commit()  # pylint: disable=invalid-commit
        self.wait_until(lambda: self.read_shipment(picking)["state"] == "error", "the shipment is in error")
        activities = self.client.call("mail.activity", "search_read", [("activity_type_id", "=", kind)], ["res_id"])
        self.assertEqual([activity["res_id"] for activity in activities], [other])

    def test_many_ask_for_the_same_transfer_at_once(self):
        self.courier.faults.add("slow", page="send", seconds=0.3, times=None)
        picking = self.create_delivery()
        with ThreadPoolExecutor(8) as threads:
            statuses = sorted(threads.map(lambda _number: self.post_shipment(picking), range(8)))
        self.assertEqual(statuses, [200] * 7 + [201])
        self.check_shipped_once(picking)
