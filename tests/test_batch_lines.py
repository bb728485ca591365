from unittest.mock import patch

from ..models.order_sync import external_order_batch, external_order_sync_run, external_order_sync_run_helpers
from .common import ExternalOrderCase


class TestBatchLines(ExternalOrderCase):
    """A batch has a bounded number of lines, so that no transaction takes long."""

    def setUp(self):
        super().setUp()
        self.Inbox = self.env["external.order"]

    def receive(self, *line_counts, first=1):
        """Put orders with these numbers of lines into the inbox; return the rows."""
        for number, lines in enumerate(line_counts, first):
            item = self.item(price=80.0 / lines)
            self.Inbox._receive(self.sync, [self.order(number, OrderItems=[item] * lines)])
        return self.Inbox.search([("sync_id", "=", self.sync.id)], order="id")

    def bound(self, lines):
        for module in (external_order_batch, external_order_sync_run_helpers):
            patcher = patch.object(module, "BATCH_LINES", lines)
            patcher.start()
            self.addCleanup(patcher.stop)

    def lock_batch(self, rows, limit=100, held=()):
        """Return the numbers of the orders of the next batch while another worker holds some."""
        asked = type(self.Inbox).try_lock_for_update
        with patch.object(
            type(self.Inbox),
            "try_lock_for_update",
            lambda orders, **options: asked(
                orders.filtered(lambda order: int(order.external_id) not in held), **options
            ),
        ):
            return [int(number) for number in rows._lock_batch(limit).mapped("external_id")]

    def import_batches(self):
        """Import the inbox; return the numbers of the orders of each batch."""
        batches = []
        Attempt = type(self.env["external.order.attempt"])
        with patch.object(Attempt, "_begin", lambda _self, _run, orders: batches.append(len(orders))):
            run = self.env["external.order.sync.run"].create({"sync_id": self.sync.id})
            self.assertTrue(run._import_orders())
        return batches

    def test_100_orders_of_60_products_are_no_batch_of_6000_lines(self):
        self.receive(*[60] * 100)
        claimed = self.Inbox._claim(self.sync, external_order_sync_run.BATCH_SIZE)
        self.assertEqual(claimed.mapped("external_id"), [str(number) for number in range(1, 18)])
        self.assertEqual(sum(claimed.mapped("line_count")), 17 * 60)

    def test_100_usual_orders_are_one_batch(self):
        self.receive(*[3] * 101)
        self.assertEqual(len(self.Inbox._claim(self.sync, external_order_sync_run.BATCH_SIZE)), 100)

    def test_an_order_of_any_size_has_its_turn(self):
        rows = self.receive(1200, 3, 3, 1200, 3)
        self.assertEqual(self.lock_batch(rows), [1])
        self.assertEqual(self.lock_batch(rows[1:]), [2, 3, 4])
        self.assertEqual(self.lock_batch(rows[4:]), [5])

    def test_what_other_workers_hold_is_made_up_for(self):
        self.bound(10)
        rows = self.receive(*[3] * 12)
        self.assertEqual(self.lock_batch(rows), [1, 2, 3, 4])
        self.assertEqual(self.lock_batch(rows, held=(1, 2, 3, 4)), [5, 6, 7, 8])
        self.assertEqual(self.lock_batch(rows, held=(2, 3, 6)), [1, 4, 5, 7])
        self.assertEqual(self.lock_batch(rows, limit=3, held=(2, 3, 6)), [1, 4, 5])
        self.assertEqual(self.lock_batch(rows, held=range(1, 12)), [12])
        self.assertEqual(self.lock_batch(rows, held=range(1, 13)), [])

    def test_an_order_whose_lines_are_not_known_counts_as_one(self):
        """Those that an earlier release imported, for example."""
        self.bound(3)
        rows = self.receive(1, 1, 1, 1)
        rows.line_count = 0
        self.assertEqual(self.lock_batch(rows), [1, 2, 3])

    def test_a_run_imports_everything_in_such_batches(self):
        self.bound(6)
        self.receive(3, 3, 3, 7, 1, 1)
        self.assertEqual(self.import_batches(), [2, 2, 2])
        self.assertEqual(len(self.pos_orders()), 6)

    def test_orders_that_a_request_brings_are_imported_in_such_batches(self):
        self.bound(6)
        rows = self.receive(3, 3, 3)
        self.assertEqual([self.sync._import_pushed_batch(rows) for _batch in range(3)], [2, 1, 0])

    def test_after_a_full_batch_others_have_their_turn(self):
        self.bound(6)
        run = self.env["external.order.sync.run"].create({"sync_id": self.sync.id})
        self.receive(3, 3, 3)
        self.assertEqual([run._import_batch() for _batch in range(3)], [(2, True), (1, False), (0, False)])

    def test_helpers_are_called_by_the_number_of_batches(self):
        runs = self.env["external.order.sync.run"]
        self.assertEqual(runs._count_batches(self.sync), 0)
        self.receive(3, 3, 600, 3)
        self.assertEqual(runs._count_batches(self.sync), 609 / 1000)
        self.receive(*[1] * 96, first=5)
        self.assertEqual(runs._count_batches(self.sync), 1)

    def test_a_refund_has_its_own_lines(self):
        item = self.item(price=40.0)
        refund = {"RefundID": "R1", "Items": [{"ItemName": "Product Name", "Quantity": 1}]}
        self.Inbox._receive(self.sync, [self.order(1, OrderItems=[item, item], Refunds=[refund])])
        rows = self.Inbox.search([("sync_id", "=", self.sync.id)], order="kind desc")
        self.assertEqual([(row.kind, row.line_count) for row in rows], [("sale", 2), ("refund", 1)])

    def test_new_content_is_counted_again(self):
        [row] = self.receive(2)
        self.Inbox._receive(self.sync, [self.order(1, OrderItems=[self.item(price=20.0)] * 4)])
        self.assertEqual(row.line_count, 4)
