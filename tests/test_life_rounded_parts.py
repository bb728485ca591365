from .cash_rounding_common import CashRoundingCase


class RoundedParts(CashRoundingCase):
    def by_card(self, number, paid):
        """Return a refund of one Oil that was paid back by card, an entry of Refunds."""
        return {**self.one(number), "CheckoutDetails": [self.payment(paid, "Card", 2)]}

    def sell(self, name, price, quantity, total):
        """Import an order of one product, and return it."""
        items = [self.item(name, price, quantity)]
        order, _sale = self.import_sale(OrderItems=items, AmountTotal=round(price * quantity, 2), total=total)
        return order

    def get_sums(self):
        """Return what the POS orders add up to: their totals, payments and lines."""
        self.env.invalidate_all()
        orders = self.pos_orders()
        amounts = (orders.mapped("amount_total"), orders.payment_ids.mapped("amount"))
        return [round(sum(values), 2) for values in (*amounts, orders.lines.mapped("price_subtotal_incl"))]

    def assert_nothing_is_left(self):
        self.assertEqual(set(self.rows().mapped("state")), {"done"}, self.rows().mapped("error_message"))
        self.assertEqual(self.get_sums(), [0, 0, 0])

    def assert_all_is_paid_back(self, last):
        """Check that payments and lines are 0 in sum, that the last refund totals what was paid back because its exact
        total would not be fully paid in Odoo, and that the sessions can be closed.
        """
        self.assertEqual(set(self.rows().mapped("state")), {"done"}, self.rows().mapped("error_message"))
        self.assertEqual(self.get_sums()[1:], [0, 0])
        row = self.rows().sorted("id")[-1]
        self.assertAlmostEqual(row.pos_order_id.amount_total, -last)
        self.assertAlmostEqual(row.pos_order_id.amount_paid, -last)
        for session in self.pos_orders().session_id:
            entry = self.close_session(session)
            self.assertAlmostEqual(sum(entry.line_ids.mapped("balance")), 0)
            rounding = entry.line_ids.filtered(lambda line: line.account_id.code in ("99.1", "99.2"))
            self.assertAlmostEqual(sum(rounding.mapped("balance")), 0)


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

    def test_a_part_by_another_method_and_then_all_that_is_left_in_sum(self):
        order, _sale = self.import_sale()
        self.synchronize({**order, "Refunds": [self.by_card(1, 3.35)]})
        self.synchronize({**order, "OrderStatus": "Cancelled"})
        self.assert_nothing_is_left()
        self.assertEqual(self.cancellation_row().doubt, "payment_guessed")

    def test_a_last_part_without_payments_after_parts_by_another_method(self):
        order, _sale = self.import_sale()
        self.synchronize({**order, "Refunds": [self.by_card(1, 3.35), self.by_card(2, 3.35), self.one(3)]})
        self.assert_nothing_is_left()

    def test_a_part_a_change_of_the_payment_and_a_cancellation(self):
        self.sync.book_changes = True
        order, _sale = self.import_sale()
        part = {"Refunds": [self.one(1, 3.35)]}
        self.synchronize({**order, **part})
        card = {"CheckoutDetails": [self.payment(10.00, "Card", 2)]}
        self.synchronize({**order, **part, **card})
        self.synchronize({**order, **part, **card, "OrderStatus": "Cancelled"})
        self.assert_nothing_is_left()

    def test_a_total_that_was_sent_exact_and_paid_rounded(self):
        order, _sale = self.import_sale(GrandTotal=10.02)
        self.synchronize({**order, "Refunds": [self.one(1, 3.35), self.one(2, 3.35)]})
        self.synchronize({**order, "OrderStatus": "Cancelled"})
        self.assert_all_is_paid_back(last=3.30)

    def test_small_parts_pay_back_nothing_once_the_payment_is_used_up(self):
        order = self.sell("Oil", 0.03, 8, 0.25)
        self.synchronize({**order, "Refunds": [self.one(number) for number in range(1, 9)]})
        self.assert_nothing_is_left()
        paid = [round(-row.pos_order_id.amount_paid, 2) + 0 for row in self.refund_rows().sorted("id")]
        self.assertEqual(paid, [0.05] * 5 + [0] * 3)

    def test_parts_are_paid_back_at_most_one_step_above_the_payment(self):
        order = self.sell("Oil", 0.03, 8, 0.25)
        self.synchronize({**order, "Refunds": [self.one(number, 0.05) for number in range(1, 9)]})
        rows = self.refund_rows()
        self.assertEqual(rows.mapped("state"), ["done"] * 6 + ["failed"] * 2)
        self.assertEqual(set(rows[6:].mapped("error_code")), {"refund_exceeds_order"}, rows[6].error_message)

    def test_a_cancellation_pays_back_nothing_if_more_than_the_payment_was_paid_back(self):
        order = self.sell("Oil", 0.03, 8, 0.25)
        self.synchronize({**order, "Refunds": [self.one(number, 0.05) for number in range(1, 7)]})
        self.synchronize({**order, "OrderStatus": "Cancelled"})
        row = self.cancellation_row()
        self.assertEqual((row.state, row.pos_order_id.amount_paid), ("done", 0), row.error_message)
        self.assertEqual(self.get_sums()[2], 0)


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

    def test_two_parts_by_another_method_and_then_all_that_is_left_in_sum(self):
        order, _sale = self.import_sale()
        self.synchronize({**order, "Refunds": [self.by_card(1, 3.00), self.by_card(2, 3.00)]})
        self.synchronize({**order, "OrderStatus": "Cancelled"})
        self.assert_nothing_is_left()

    def test_parts_are_paid_back_at_most_one_step_above_the_payment(self):
        order = self.sell("Oil", 0.50, 8, 4.00)
        self.synchronize({**order, "Refunds": [self.one(number, 1.00) for number in range(1, 9)]})
        self.assert_one_step_more_than_was_paid()

    def test_money_is_paid_back_at_most_one_step_above_the_payment(self):
        order = self.sell("Oil", 10.00, 1, 10.00)
        item = {"ItemName": "Oil", "Amount": 0.50}
        refunds = [
            {"RefundID": number, "Items": [item], "CheckoutDetails": [self.payment(1.00)]} for number in range(1, 13)
        ]
        self.synchronize({**order, "Refunds": refunds})
        self.assert_one_step_more_than_was_paid()

    def assert_one_step_more_than_was_paid(self):
        self.assertEqual(self.get_sums()[1], -1)
        refused = self.refund_rows().filtered(lambda row: row.state != "done")
        self.assertEqual(set(refused.mapped("error_code")), {"refund_exceeds_order"}, refused[0].error_message)
        self.assertIn("only $\N{NO-BREAK SPACE}0.00 is left", refused[0].error_message)

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

    def test_the_last_part_pays_back_what_is_left_of_the_payment(self):
        order, _sale = self.import_sale()
        self.synchronize({**order, "Refunds": [self.one(1, 3.35), self.one(2, 3.35), self.one(3, 3.30)]})
        self.assert_all_is_paid_back(last=3.30)

    def test_parts_without_payments_pay_back_what_is_left_in_the_end(self):
        order, _sale = self.import_sale()
        self.synchronize({**order, "Refunds": [self.one(1), self.one(2), self.one(3)]})
        self.assert_all_is_paid_back(last=3.30)

    def test_a_cancellation_pays_back_what_the_rounded_parts_left(self):
        order, _sale = self.import_sale()
        self.synchronize({**order, "Refunds": [self.one(1, 3.35), self.one(2, 3.35)]})
        self.synchronize({**order, "OrderStatus": "Cancelled"})
        self.assert_all_is_paid_back(last=3.30)

    def test_parts_by_card_then_a_cancellation_in_cash(self):
        order, _sale = self.import_sale()
        self.synchronize({**order, "Refunds": [self.by_card(1, 3.34), self.by_card(2, 3.34)]})
        self.synchronize({**order, "OrderStatus": "Cancelled"})
        self.assertEqual(self.get_sums(), [0, 0, 0])

    def test_a_last_part_by_card(self):
        order, _sale = self.import_sale()
        self.synchronize({**order, "Refunds": [self.one(1, 3.35), self.one(2, 3.35), self.by_card(3, 3.30)]})
        self.assert_all_is_paid_back(last=3.30)

    def test_parts_that_round_to_nothing_and_then_a_cancellation(self):
        items = [self.item("Oil", 0.02, 10), self.item("Filter", 5.00, 1)]
        order, _sale = self.import_sale(OrderItems=items, AmountTotal=5.20, total=5.20)
        self.synchronize({**order, "Refunds": [self.one(number, 0.0) for number in range(1, 11)]})
        self.synchronize({**order, "OrderStatus": "Cancelled"})
        self.assert_all_is_paid_back(last=5.20)

    def test_small_parts_pay_back_nothing_once_the_payment_is_used_up(self):
        order = self.sell("Oil", 0.03, 8, 0.25)
        self.synchronize({**order, "Refunds": [self.one(number) for number in range(1, 9)]})
        self.assertEqual(set(self.rows().mapped("state")), {"done"}, self.rows().mapped("error_message"))
        self.assertEqual(self.get_sums()[1:], [0, 0])

    def test_the_last_of_an_invoiced_sale_has_a_credit_note_of_what_was_paid_back(self):
        self.env["res.partner"].create({"name": "Anna", "email": "anna@example.com"})
        self.sync.invoice_mode = "customer"
        order, _sale = self.import_sale(Customer={"Email": "anna@example.com"})
        self.synchronize({**order, "Refunds": [self.one(1, 3.35), self.one(2, 3.35)]})
        self.synchronize({**order, "OrderStatus": "Cancelled"})
        self.assert_all_is_paid_back(last=3.30)
        moves = self.pos_orders().account_move
        self.assertEqual(len(moves), 4)
        self.assertAlmostEqual(sum(moves.mapped("amount_total_signed")), 0)
