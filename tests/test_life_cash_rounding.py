from .cash_rounding_common import CashRoundingCase


class TestLifeCashRounding(CashRoundingCase):
    """Refunds, cancellations and changes of sales at a Point of Sale that rounds all payments to 0.05.

    Three Oil at 3.34 are 10.02, which the shop rounded to 10.00.
    """

    def assert_back(self, rows, **expected):
        """Check that these rows are booked, with the sums of their totals, payments and lines."""
        self.assertTrue(rows)
        for row in rows:
            self.assertEqual(row.state, "done", row.error_message)
        self.env.invalidate_all()
        booked = rows.pos_order_id
        found = {
            "total": -sum(booked.mapped("amount_total")),
            "paid": -sum(booked.payment_ids.mapped("amount")),
            "lines": -sum(booked.lines.mapped("price_subtotal_incl")),
        }
        self.assertEqual({name: round(amount, 2) for name, amount in found.items()}, expected)
        self.assertEqual(set(booked.mapped("state")), {"paid"})

    # All of the sale

    def test_the_order_again_with_a_refund_status_and_its_rounded_total(self):
        order, _sale = self.import_sale()
        self.synchronize({**order, "OrderStatus": 106})
        total = 10.02 if self.only_cash else 10.00
        self.assert_back(self.refund_rows(), total=total, paid=10.00, lines=10.02)

    def test_a_refund_status_that_only_states_the_rounded_total(self):
        order, _sale = self.import_sale()
        self.synchronize({**order, "OrderStatus": 106, "CheckoutDetails": [], "AmountPaid": None})
        total = 10.02 if self.only_cash else 10.00
        self.assert_back(self.refund_rows(), total=total, paid=10.00, lines=10.02)

    def test_a_refund_of_all_items_that_was_paid_back_rounded(self):
        self.assert_all_items_come_back()

    def test_a_refund_of_all_items_that_states_its_rounded_amount(self):
        self.assert_all_items_come_back(Amount=10.00)

    def assert_all_items_come_back(self, **values):
        items = [{"ItemName": "Oil", "Quantity": 3}]
        order, _sale = self.import_sale()
        refund = {"RefundID": 1, "Items": items, "CheckoutDetails": [self.payment(10.00)], **values}
        self.synchronize({**order, "Refunds": [refund]})
        total = 10.02 if self.only_cash else 10.00
        self.assert_back(self.refund_rows(), total=total, paid=10.00, lines=10.02)

    def test_a_refund_that_only_says_that_all_was_paid_back(self):
        order, sale = self.import_sale()
        refund = {"RefundID": 1, "Amount": 10.00, "CheckoutDetails": [self.payment(10.00)]}
        self.synchronize({**order, "Refunds": [refund]})
        rows = self.refund_rows()
        self.assertEqual(rows.state, "done", rows.error_message)
        self.assertAlmostEqual(sum((sale | rows.pos_order_id).payment_ids.mapped("amount")), 0)

    def test_a_cancelled_sale_is_nothing_in_sum(self):
        order, sale = self.import_sale()
        self.synchronize({**order, "OrderStatus": "Cancelled"})
        row = self.cancellation_row()
        self.assertEqual(row.state, "done", row.error_message)
        both = sale | row.pos_order_id
        for amounts in (both.mapped("amount_total"), both.payment_ids.mapped("amount")):
            self.assertAlmostEqual(sum(amounts), 0)

    # A part of it

    def test_a_rounded_part(self):
        order, _sale = self.import_sale()
        part = self.three(total=3.35, quantity=1, OrderStatus=106, RefundID=1)
        self.synchronize(order, part)
        total = 3.34 if self.only_cash else 3.35
        self.assert_back(self.refund_rows(), total=total, paid=3.35, lines=3.34)

    def test_the_parts_of_a_sale_one_after_the_other(self):
        order, _sale = self.import_sale()
        items = [{"ItemName": "Oil", "Quantity": 1}]
        refunds = [{"RefundID": number, "Items": items, "CheckoutDetails": [self.payment(3.35)]} for number in range(3)]
        self.synchronize({**order, "Refunds": refunds})
        total = 10.02 if self.only_cash else 10.05
        self.assert_back(self.refund_rows(), total=total, paid=10.05, lines=10.02)

    # What no rounding explains

    def test_a_total_that_is_not_the_rounded_one_is_refused(self):
        order, _sale = self.import_sale()
        self.synchronize({**order, "OrderStatus": 106, "GrandTotal": 9.98, "CheckoutDetails": [self.payment(9.98)]})
        row = self.refund_rows()
        self.assertEqual((row.state, row.error_code), ("failed", "amount_mismatch"), row.error_message)

    def test_a_rounded_total_that_was_paid_back_otherwise_is_refused(self):
        order, _sale = self.import_sale()
        card = [self.payment(10.02, "Card", 2)]
        self.synchronize({**order, "OrderStatus": 106, "CheckoutDetails": card})
        row = self.refund_rows()
        self.assertEqual((row.state, row.error_code), ("failed", "amount_mismatch"), row.error_message)

    def test_a_sale_whose_rounding_was_switched_off_is_not_guessed(self):
        order, _sale = self.import_sale()
        self.pos_config.cash_rounding = False
        self.synchronize({**order, "OrderStatus": 106})
        row = self.refund_rows()
        self.assertEqual((row.state, row.error_code), ("failed", "amount_mismatch"), row.error_message)
        self.assertIn("10.02", row.error_message)

    def test_neither_is_its_cancellation(self):
        order, sale = self.import_sale()
        self.pos_config.cash_rounding = False
        self.synchronize({**order, "OrderStatus": "Cancelled"})
        row = self.cancellation_row()
        self.assertEqual((row.state, row.error_code), ("failed", "amount_mismatch"), row.error_message)
        self.assertEqual(self.pos_orders(), sale)

    def test_neither_is_its_change(self):
        _order, sale = self.import_sale()
        self.pos_config.cash_rounding = False
        self.synchronize(self.three(total=13.36, quantity=4))
        row = self.sale_row()
        row.action_book_difference()
        self.assertTrue(row.changed)
        self.assertIn("10.02", row.error_message)
        self.assertEqual(self.pos_orders(), sale)

    # Changes

    def test_a_change_is_booked(self):
        self.import_sale()
        self.synchronize(self.three(total=13.35, quantity=4))
        row = self.sale_row()
        row.action_book_difference()
        self.env.invalidate_all()
        self.assertFalse(row.changed)
        orders = self.pos_orders()
        self.assertEqual(len(orders), 3)
        total = 13.36 if self.only_cash else 13.35
        self.assertAlmostEqual(sum(orders.mapped("amount_total")), total)
        self.assertAlmostEqual(sum(orders.payment_ids.mapped("amount")), 13.35)

    def test_a_change_that_only_leaves_out_what_came_back_is_held_back(self):
        self.sync.book_changes = True
        order, _sale = self.import_sale()
        self.synchronize({**order, "Refunds": [{"RefundID": 1, "Items": [{"ItemName": "Oil", "Quantity": 1}]}]})
        self.assertEqual(self.refund_rows().state, "done", self.refund_rows().error_message)
        self.synchronize(self.three(total=6.70, quantity=2))
        row = self.sale_row()
        self.assertTrue(row.changed)
        self.assertFalse(row.pos_order_id.external_replaced_id)

    # Repetitions

    def test_the_same_refund_without_an_id_is_not_booked_twice(self):
        order, _sale = self.import_sale()
        items = [{"ItemName": "Oil", "Quantity": 1}]
        refund = {"RefundID": 1, "Items": items, "CheckoutDetails": [self.payment(3.35)]}
        self.synchronize({**order, "Refunds": [refund]})
        self.synchronize({**order, "Refunds": [refund]}, self.three(total=3.35, quantity=1, OrderStatus=106))
        rows = self.refund_rows()
        self.assertEqual(sorted(rows.mapped("state")), ["done", "failed"])
        self.assertEqual(rows.filtered(lambda row: row.state == "failed").error_code, "order_in_the_way")


class TestLifeOnlyCashRounding(TestLifeCashRounding):
    """The same where only cash is rounded: the orders keep their exact totals, and their payments are rounded."""

    only_cash = True
