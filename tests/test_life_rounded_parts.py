from .cash_rounding_common import CashRoundingCase


class RoundedParts(CashRoundingCase):
    def get_sums(self):
        """Return what the POS orders add up to: their totals, payments and lines."""
        self.env.invalidate_all()
        orders = self.pos_orders()
        amounts = (orders.mapped("amount_total"), orders.payment_ids.mapped("amount"))
        return [round(sum(values), 2) for values in (*amounts, orders.lines.mapped("price_subtotal_incl"))]

    def assert_nothing_is_left(self):
        self.assertEqual(set(self.rows().mapped("state")), {"done"}, self.rows().mapped("error_message"))
        self.assertEqual(self.get_sums(), [0, 0, 0])


class TestLifeRoundedParts(RoundedParts):
    """Parts of a sale of three Oil at 3.34, rounded to 10.00 and paid back in rounded amounts."""

    def test_a_cancellation_pays_back_what_the_rounded_parts_left(self):
        order, _sale = self.import_sale()
        self.synchronize({**order, "Refunds": [self.one(1, 3.35), self.one(2, 3.35)]})
        self.synchronize({**order, "OrderStatus": "Cancelled"})
        self.assert_nothing_is_left()

    def test_the_last_part_pays_back_what_is_left_of_the_payment(self):
        order, _sale = self.import_sale()
        self.synchronize({**order, "Refunds": [self.one(1, 3.35), self.one(2, 3.35), self.one(3, 3.30)]})
        self.assert_nothing_is_left()

    def test_a_part_that_is_not_the_last_is_paid_back_as_rounded(self):
        order, _sale = self.import_sale()
        self.synchronize({**order, "Refunds": [self.one(1, 3.30)]})
        row = self.refund_rows()
        self.assertEqual((row.state, row.error_code), ("failed", "amount_mismatch"))

    def test_the_total_of_a_part_is_as_odoo_computes_it(self):
        filters = [self.item("Oil", 3.34, 1), self.item("Filter", 6.66, 1)]
        order, _sale = self.import_sale(OrderItems=filters, AmountTotal=10.00)
        self.synchronize({**order, "Refunds": [self.one(1, 3.35)]})
        refund = self.refund_rows().pos_order_id
        total = refund.amount_total
        refund._compute_prices()
        self.assertEqual((total, refund.amount_total), (-3.35, -3.35))


class TestLifePartsRoundedToOne(RoundedParts):
    """The same where all payments are rounded to 1.00."""

    step = 1.00

    def test_lines_of_a_refund_that_rounds_to_nothing_are_below_zero(self):
        items = [self.item("Filter", 0.40, 1), self.item("Oil", 10.00, 1)]
        order, _sale = self.import_sale(OrderItems=items, AmountTotal=10.40)
        self.synchronize({**order, "Refunds": [{"RefundID": 1, "Items": [{"ItemName": "Filter", "Quantity": 1}]}]})
        refund = self.refund_rows().pos_order_id
        self.assertEqual((refund.amount_total, refund.amount_paid), (0, 0))
        self.assertAlmostEqual(refund.lines.price_subtotal_incl, -0.40)
        self.env.flush_all()
        report = self.env["report.pos.order"].search([("order_id", "in", self.pos_orders().ids)])
        of_filter = report.filtered(lambda line: line.product_id == self.filter)
        self.assertAlmostEqual(sum(of_filter.mapped("price_total")), 0)

    def test_a_cancellation_pays_back_what_the_rounded_parts_left(self):
        order, _sale = self.import_sale()
        self.synchronize({**order, "Refunds": [self.one(1, 3.00), self.one(2, 3.00)]})
        self.synchronize({**order, "OrderStatus": "Cancelled"})
        self.assert_nothing_is_left()

    def test_the_last_part_pays_back_what_is_left_of_the_payment(self):
        order, _sale = self.import_sale()
        self.synchronize({**order, "Refunds": [self.one(1, 3.00), self.one(2, 3.00), self.one(3, 4.00)]})
        self.assert_nothing_is_left()

    def test_another_payment_of_the_same_total_is_a_change_after_a_small_refund(self):
        order, _sale = self.import_sale()
        money = {"RefundID": 1, "Items": [{"ItemName": "Oil", "Amount": 1.0}], "CheckoutDetails": [self.payment(1.0)]}
        self.synchronize({**order, "Refunds": [money]})
        self.synchronize({**order, "CheckoutDetails": [self.payment(10.0, "Card", 2)]})
        row = self.sale_row()
        row.action_book_difference()
        self.assertFalse(row.changed, row.error_message)


class TestLifePartsOfRoundedCash(RoundedParts):
    """The same where only cash is rounded, to 0.05."""

    only_cash = True

    def test_cash_takes_the_rounding_of_a_part_and_the_card_none(self):
        order, _sale = self.import_sale(
            OrderItems=[self.item("Oil", 10.51, 3)],
            AmountTotal=31.53,
            GrandTotal=31.53,
            CheckoutDetails=[self.payment(20.00, "Card", 2), self.payment(11.55)],
        )
        two = {"RefundID": 1, "Items": [{"ItemName": "Oil", "Quantity": 2}]}
        self.synchronize({**order, "Refunds": [two]})
        refund = self.refund_rows().pos_order_id
        paid = {payment.payment_method_id: round(payment.amount, 2) for payment in refund.payment_ids}
        self.assertEqual(paid, {self.card: -20.00, self.cash: -1.00})

    def test_what_was_paid_in_rounded_cash_may_come_back_by_card(self):
        order, _sale = self.import_sale()
        self.synchronize({**order, "OrderStatus": 106, "CheckoutDetails": [self.payment(10.00, "Card", 2)]})
        self.assert_nothing_is_left()

    def test_a_sale_with_change_and_a_charge_comes_again_as_refunded(self):
        order, _sale = self.import_sale(
            GrandTotal=12.00, DeliveryCharges=2.00, AmountPaid=20.00, CheckoutDetails=[self.payment(20.00)]
        )
        self.synchronize({**order, "OrderStatus": 106})
        self.assert_nothing_is_left()
