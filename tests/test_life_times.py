from datetime import timedelta

from odoo import fields

from .life_common import LifeCase


class TestLifeTimes(LifeCase):
    """An order whose time, or whose location, is written in another way is the same order."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.sync.timezone = "Asia/Riyadh"

    def dropped(self, order_id=7001, **values):
        """Import an order, and drop its payloads."""
        self.synchronize(self.sale(order_id, **values))
        rows = self.rows(order_id)
        rows.imported_date = fields.Datetime.now() - timedelta(days=1000)
        self.env["external.order"]._gc_payloads()
        self.assertFalse(any(rows.mapped("payload")))

    def test_one_order_twice_in_a_download_with_its_time_in_two_ways_is_one_order(self):
        self.synchronize(
            self.sale(CheckoutDate="15-09-2026 10:30:00 AM"), self.sale(CheckoutDate="2026-09-15T07:30:00Z")
        )
        row = self.sale_row()
        self.assertEqual((row.state, row.error_code), ("done", False), row.error_message)

    def test_an_order_on_two_pages_with_its_time_in_two_ways_is_one_order(self):
        self.answer_with(per_page=1, link_header=True)
        self.synchronize(
            self.sale(CheckoutDate="15-09-2026 10:30:00 AM"), self.sale(CheckoutDate="2026-09-15T07:30:00Z")
        )
        row = self.sale_row()
        self.assertEqual((row.state, row.error_code), ("done", False), row.error_message)

    def test_the_same_time_with_its_offset_is_no_change_of_an_order_whose_payload_was_dropped(self):
        self.synchronize(self.sale(CheckoutDate="15-09-2026 10:30:00 AM"))
        row = self.sale_row()
        row.imported_date = fields.Datetime.now() - timedelta(days=1000)
        self.env["external.order"]._gc_payloads()
        self.assertFalse(row.payload)
        run = self.synchronize(self.sale(OrderDate="2026-09-15T07:30:00Z"))
        self.assertEqual((run.status, row.changed), ("no_orders", False))

    def test_the_same_time_with_its_offset_books_no_old_order_again(self):
        self.sync.book_changes = True
        self.dropped(CheckoutDate="15-09-2026 10:30:00 AM")
        self.synchronize(self.sale(OrderDate="2026-09-15T07:30:00Z"))
        self.assertEqual(len(self.pos_orders()), 1)

    def test_a_location_that_begins_to_be_sent_is_no_change_of_an_order_whose_payload_was_dropped(self):
        self.dropped()
        run = self.synchronize(self.sale(LocationID=404))
        self.assertEqual((run.status, self.sale_row().changed), ("no_orders", False))

    def test_a_location_that_begins_to_be_sent_is_no_change(self):
        self.synchronize(self.sale())
        run = self.synchronize(self.sale(LocationID=404))
        self.assertEqual((run.status, self.sale_row().changed), ("no_orders", False))

    def test_another_time_of_an_order_whose_payload_was_dropped_is_a_change(self):
        for number, stated in enumerate(("2026-09-15T10:30:00Z", "15-09-2026 07:30:00 AM")):
            with self.subTest(stated=stated):
                order_id = 7100 + number
                self.dropped(order_id=order_id, CheckoutDate="15-09-2026 10:30:00 AM")
                self.synchronize(self.sale(order_id, OrderDate=stated))
                self.assertTrue(self.sale_row(order_id).changed)

    def test_a_time_that_loses_its_offset_is_no_change_of_an_order_whose_payload_was_dropped(self):
        self.dropped(OrderDate="2026-09-15T07:30:00Z")
        run = self.synchronize(self.sale(CheckoutDate="15-09-2026 10:30:00 AM"))
        self.assertEqual((run.status, self.sale_row().changed), ("no_orders", False))

    def test_a_refund_whose_time_gets_an_offset_is_no_change_without_its_payload(self):
        self.dropped(Refunds=[self.refund("R1", oil=1, RefundDate="2026-09-16T10:30:00")])
        self.synchronize(self.sale(Refunds=[self.refund("R1", oil=1, RefundDate="2026-09-16T07:30:00Z")]))
        self.assertFalse(any(self.rows().mapped("changed")))
        self.assertEqual(len(self.refund_rows()), 1)

    def test_one_refund_twice_in_a_download_with_its_time_in_two_ways_is_one_refund(self):
        dates = ("2026-09-16T10:30:00", "2026-09-16T07:30:00Z")
        self.synchronize(*(self.sale(Refunds=[self.refund("R1", oil=1, RefundDate=date)]) for date in dates))
        row = self.refund_rows().ensure_one()
        self.assertEqual((row.state, row.error_code), ("done", False), row.error_message)
