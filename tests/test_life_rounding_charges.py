from .life_common import LifeCase


class TestLifeRoundingCharges(LifeCase):
    """Parts of a sale whose cash rounding was sent as a charge, at a Point of Sale that does not round.

    Three Oil at 3.34 are 10.02, rounded to 10.00 by a charge of -0.02.
    """

    def import_sale(self):
        order = self.sale(
            OrderItems=[self.item("Oil", 3.34, 3)],
            AmountTotal=10.02,
            Charges=[{"Type": "rounding", "Amount": -0.02}],
            GrandTotal=10.00,
            AmountPaid=10.00,
            CheckoutDetails=[self.payment(10.00)],
        )
        self.synchronize(order)
        return order

    def one(self, number, rounding, paid=None):
        payments = {"CheckoutDetails": [self.payment(paid)]} if paid else {}
        items = [{"ItemName": "Oil", "Quantity": 1}]
        return {"RefundID": number, "Items": items, "Charges": [{"Type": "rounding", "Amount": rounding}], **payments}

    def assert_done(self, left):
        """Check that all is booked without a doubt, and what is left of the sale."""
        self.env.invalidate_all()
        rows = self.rows()
        self.assertEqual(set(rows.mapped("state")), {"done"}, rows.mapped("error_message"))
        self.assertFalse(any(rows.mapped("doubt")), rows.mapped("warnings"))
        orders = self.pos_orders()
        for amounts in (
            orders.mapped("amount_total"),
            orders.payment_ids.mapped("amount"),
            orders.lines.mapped("price_subtotal_incl"),
        ):
            self.assertAlmostEqual(sum(amounts), left)

    def test_a_part_with_its_own_rounding(self):
        order = self.import_sale()
        self.synchronize({**order, "Refunds": [self.one(1, 0.01, 3.35)]})
        self.assert_done(6.65)

    def test_without_payments(self):
        order = self.import_sale()
        self.synchronize({**order, "Refunds": [self.one(1, 0.01)]})
        self.assert_done(6.65)

    def test_as_the_order_again_with_a_refund_status(self):
        order = self.import_sale()
        charges = {"Charges": [{"Type": "rounding", "Amount": 0.01}]}
        totals = {"AmountTotal": 3.34, "GrandTotal": 3.35, "AmountPaid": 3.35, "RefundID": 1}
        part = {"OrderItems": [self.item("Oil", 3.34, 1)], "CheckoutDetails": [self.payment(3.35)], **totals}
        self.synchronize({**order, **part, **charges, "OrderStatus": 106})
        self.assert_done(6.65)

    def test_the_rest_after_two_parts(self):
        order = self.import_sale()
        self.synchronize({**order, "Refunds": [self.one(1, 0.01, 3.35), self.one(2, 0.01, 3.35)]})
        self.synchronize({**order, "OrderStatus": "Cancelled"})
        self.assert_done(0)

    def test_three_parts_are_all(self):
        order = self.import_sale()
        refunds = [self.one(1, 0.01, 3.35), self.one(2, 0.01, 3.35), self.one(3, -0.04, 3.30)]
        self.synchronize({**order, "Refunds": refunds})
        self.assert_done(0)
        self.synchronize({**order, "Refunds": refunds, "OrderStatus": "Cancelled"})
        self.assertEqual(len(self.pos_orders()), 4, "nothing was left")
        self.assert_done(0)

    def test_what_was_paid_back_has_to_agree_with_it(self):
        order = self.import_sale()
        self.synchronize({**order, "Refunds": [self.one(1, 0.01, 3.36)]})
        row = self.refund_rows()
        self.assertEqual((row.state, row.error_code), ("failed", "amount_mismatch"))

    def test_a_large_amount_is_not_a_rounding(self):
        order = self.import_sale()
        self.synchronize({**order, "Refunds": [self.one(1, 2.00, 5.34)]})
        row = self.refund_rows()
        self.assertEqual((row.state, row.error_code), ("failed", "amount_mismatch"))
