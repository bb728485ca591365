from unittest.mock import patch

from odoo import fields

from ..models.order_import.outcome import Warn
from .life_common import LifeCase


class TestLifeWarnings(LifeCase):
    """What is doubtful about a refund or a booked change is shown on the row and in the status message."""

    def sold_at_two_prices(self, **values):
        """Return an order of two at 10.00 and one at 4.00 of the same product."""
        items = [self.item("Oil", 10.0, 2), self.item("Oil", 4.0, 1)]
        paid = {"AmountPaid": 24.0, "CheckoutDetails": [self.payment(24.0)]}
        return self.sale(OrderItems=items, AmountTotal=24.0, GrandTotal=24.0, **paid, **values)

    def doubtfully_refunded(self):
        """Import that order, and return it with a refund that does not say at which price."""
        self.synchronize(self.sold_at_two_prices())
        self.assertEqual(self.sale_row().state, "done", self.sale_row().error_message)
        return self.sold_at_two_prices(Refunds=[{"RefundID": "R1", "Items": [{"ItemName": "Oil", "Quantity": 1}]}])

    def test_a_doubtful_refund_is_counted_in_the_status_message(self):
        again = self.doubtfully_refunded()
        run = self.synchronize(again)
        row = self.refund_rows()
        self.assertEqual((row.state, row.doubt), ("done", "amounts_differ"), row.warnings)
        self.assertIn("warning", run.message)

    def test_the_doubt_of_a_refund_is_not_said_of_a_sale(self):
        again = self.doubtfully_refunded()
        run = self.synchronize(again, self.sale(7002))
        self.assertEqual(self.sale_row(7002).doubt, False)
        self.assertNotIn("1 order imported, with warnings", run.message)

    def test_a_change_that_is_booked_by_itself_with_a_guess_is_counted_in_the_status_message(self):
        self.sync.book_changes = True
        self.synchronize(self.sale())
        run = self.synchronize(self.sale(oil=4, CheckoutDetails=[self.payment(40.0, "Nonsense", 77)]))
        row = self.sale_row()
        self.assertEqual((row.changed, row.doubt), (False, "payment_guessed"), row.error_message)
        self.assertIn("warning", run.message)

    def test_a_date_that_cannot_be_read_any_more_is_not_said_to_be_the_time_of_import(self):
        self.synchronize(self.sale(OrderDate="2026-09-15T07:30:00Z"))
        self.synchronize(self.sale(OrderDate="yesterday"))
        row = self.sale_row()
        row.action_book_difference()
        self.env.invalidate_all()
        self.assertEqual(fields.Datetime.to_string(row.pos_order_id.date_order), "2026-09-15 07:30:00")
        self.assertNotIn("the time of the import was used", row.warnings or "")

    def test_goods_of_a_reversal_that_are_not_moved_are_told(self):
        self.synchronize(self.sale())
        self.synchronize(self.sale(oil=4))
        row = self.sale_row()
        model = type(self.env["external.order.picking"])
        original = model._get_open_warnings

        def of_returns_only(transfers, orders):
            text = "The transfer could not be done; validate it."
            yield from original(transfers, orders)
            yield from ((order, Warn(text, "transfer_open")) for order in orders if order.amount_total < 0)

        with patch.object(model, "_get_open_warnings", of_returns_only):
            row.action_book_difference()
        self.env.invalidate_all()
        self.assertEqual((row.changed, row.error_message), (False, False))
        self.assertEqual(row.doubt, "transfer_open")

    def test_a_sale_that_is_moved_behind_its_refund_says_so(self):
        refund = self.refund("R1", oil=1, RefundDate="2026-09-16T10:00:00Z")
        self.synchronize(self.sale(OrderDate="2026-09-15T07:30:00Z", Refunds=[refund]))
        self.assertEqual(self.refund_rows().state, "done")
        self.synchronize(self.sale(OrderDate="2026-09-20T07:30:00Z", Refunds=[refund]))
        row = self.sale_row()
        row.action_book_difference()
        self.env.invalidate_all()
        sale, back = row.pos_order_id, self.refund_rows().pos_order_id
        self.assertTrue(back.date_order >= sale.date_order or row.doubt, (back.date_order, sale.date_order))
