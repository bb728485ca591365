import threading
import time
from contextlib import contextmanager

from odoo.tests import tagged
from odoo.tools import SQL

from .push_server import PushServerCase


@tagged("post_install", "-at_install")
class TestHeldSalesServers(PushServerCase):
    """While another transaction holds what an import needs, its sender is answered and other stores go on."""

    def test_who_waits_is_answered_in_time_while_another_transaction_holds_the_sale(self):
        self.sell(400_000)
        with self.held(SQL("UPDATE pos_order SET source = source WHERE external_order_number = '400000'")):
            status, answer, took = self.send_timed([{"OrderID": 400_000, "OrderStatus": 106}])
        self.assertLess(took, 10, (status, answer))
        [result] = answer["results"]
        self.assertEqual((result["state"], result["code"]), ("pending", "database_busy"))
        self.retry(external_id="400000", kind="refund")
        self.assertEqual(self.count(external_id="400000", kind="refund", state="done"), 1)

    def test_who_waits_is_answered_in_time_while_another_transaction_holds_the_product(self):
        with self.held(SQL("SELECT id FROM product_product WHERE id = %s FOR UPDATE", self.product)):
            status, answer, took = self.send_timed([self.order(410_000)])
        self.assertLess(took, 10, (status, answer))
        self.assertEqual((status, answer["results"][0]["state"]), (202, "pending"))
        self.retry(external_id="410000")
        self.assertEqual(self.count(external_id="410000", state="done"), 1)

    def test_a_sale_that_another_transaction_holds_delays_no_other_store(self):
        self.sell(500_000)
        with self.held(SQL("UPDATE pos_order SET source = source WHERE external_order_number = '500000'")):
            self.send([{"OrderID": 500_000, "OrderStatus": 106}])
            self.let_other_store_import(500_001, 30)

    def test_a_product_that_another_transaction_holds_delays_no_other_store_for_long(self):
        self.client.call("product.product", "copy", [self.product], {"name": "Other Product"})
        with self.held(SQL("SELECT id FROM product_product WHERE id = %s FOR UPDATE", self.product)):
            self.send([self.order(510_000)])
            order = self.order(510_001)
            order["OrderItems"][0]["ItemName"] = "Other Product"
            self.let_other_store_import(510_001, 75, order)

    def test_the_change_of_a_sale_that_another_transaction_holds_delays_no_other_order(self):
        self.sell(520_000)
        self.set_book_changes(True)
        self.addCleanup(self.set_book_changes, False)
        with self.held(SQL("UPDATE pos_order SET source = source WHERE external_order_number = '520000'")):
            self.send([self.order(520_000, 2)])
            self.send([self.order(520_001)])
            self.wait_for(520_001, 30)
            self.assertEqual(self.count(external_id="520000", error_code="database_busy", changed=True), 1)
            self.assertEqual(self.count(external_id="520001", attempts=1), 1)

    # Helpers

    def sell(self, number):
        status, answer = self.send([self.order(number)], Prefer="wait=30")
        self.assertEqual((status, answer["results"][0]["state"]), (200, "done"), answer)

    def send_timed(self, body):
        """Send with two seconds of patience; return the status, the answer and the seconds until it came."""
        start = time.monotonic()
        status, answer = self.send(body, Prefer="wait=2")
        return status, answer, time.monotonic() - start

    @contextmanager
    def held(self, query):
        """Let another transaction hold the rows of a query during the block."""
        with self.transaction() as cr:
            cr.execute(query)
            self.assertTrue(cr.rowcount)
            # A server that waits for these rows does so until the other transaction ends.
            release = threading.Timer(120, cr.rollback)
            release.start()
            try:
                yield
            finally:
                release.cancel()

    def set_book_changes(self, value):
        self.client.call("external.order.sync", "write", [self.sync], {"book_changes": value})

    def retry(self, **values):
        domain = [(name, "=", value) for name, value in values.items()]
        rows = self.client.call("external.order", "search", domain)
        self.client.call("external.order", "action_retry", rows)

    def let_other_store_import(self, number, patience, order=None):
        code = f"other-{number}"
        self.create_sync(code, code=code)
        # The scheduler is at work on the first store.
        deadline = time.monotonic() + 5
        while time.monotonic() < deadline:
            self.wake_scheduler()
            time.sleep(0.5)
        self.send([order or self.order(number)], f"/api/orders?sync={code}")
        self.wait_for(number, patience)

    def wait_for(self, number, patience):
        """Wait until an order of any store is imported."""
        deadline = time.monotonic() + patience
        domain = [("external_id", "=", str(number)), ("state", "=", "done")]
        while not self.client.call("external.order", "search_count", domain):
            self.assertLess(time.monotonic(), deadline, f"the order {number} waited for {patience} seconds")
            self.wake_scheduler()
            time.sleep(0.5)

    def wake_scheduler(self):
        with self.autocommitting() as cr:
            cr.execute("SELECT pg_notify('cron_trigger', %s)", (self.database,))
