from .cash_rounding_common import CashRoundingCase


class TestLifeRoundedShares(CashRoundingCase):
    """Parts of four pieces at 3.01 with 15 % tax, 13.85: the shop has 6.92 for two of them, and Odoo 6.93."""

    def import_four(self):
        items = [self.item("Product Name", 3.01, 4)]
        return self.import_sale(OrderItems=items, AmountTotal=12.04, Tax=1.81, TaxPercent=15, total=13.85)[0]

    def two(self, paid, **values):
        items = [{"ItemName": "Product Name", "Quantity": 2}]
        return {"RefundID": 1, "Items": items, "CheckoutDetails": [self.payment(paid)], **values}

    def assert_back(self, paid, lines):
        self.assertEqual(self.refund_rows().state, "done", self.refund_rows().error_message)
        refund = self.refund_rows().pos_order_id
        self.assertAlmostEqual(-sum(refund.payment_ids.mapped("amount")), paid)
        self.assertAlmostEqual(-sum(refund.lines.mapped("price_subtotal_incl")), lines)

    def test_a_part_whose_cent_decides_the_rounding(self):
        order = self.import_four()
        self.synchronize({**order, "Refunds": [self.two(6.90)]})
        self.assert_back(6.90, 6.92)

    def test_with_its_tax(self):
        order = self.import_four()
        self.synchronize({**order, "Refunds": [self.two(6.90, Tax=0.90)]})
        self.assert_back(6.90, 6.92)

    def test_as_the_order_again_with_a_refund_status(self):
        order = self.import_four()
        totals = {"AmountTotal": 6.02, "Tax": 0.90, "GrandTotal": 6.90, "AmountPaid": 6.90}
        items = [self.item("Product Name", 3.01, 2)]
        part = {"OrderStatus": 106, "OrderItems": items, "CheckoutDetails": [self.payment(6.90)], **totals}
        self.synchronize({**order, **part})
        self.assert_back(6.90, 6.92)

    def test_all_is_paid_back_in_two_such_parts(self):
        order = self.import_four()
        first = self.two(6.90)
        self.synchronize({**order, "Refunds": [first]})
        self.synchronize({**order, "Refunds": [first], "OrderStatus": "Cancelled"})
        self.assertEqual(set(self.rows().mapped("state")), {"done"}, self.rows().mapped("error_message"))
        self.env.invalidate_all()
        self.assertAlmostEqual(sum(self.pos_orders().payment_ids.mapped("amount")), 0)
        self.assertAlmostEqual(sum(self.pos_orders().lines.mapped("price_subtotal_incl")), 0)

    def test_an_amount_that_neither_explains_is_refused(self):
        order = self.import_four()
        self.synchronize({**order, "Refunds": [self.two(6.85)]})
        row = self.refund_rows()
        self.assertEqual((row.state, row.error_code), ("failed", "amount_mismatch"))


class TestLifeSharesOfRoundedCash(TestLifeRoundedShares):
    """The same where only cash is rounded."""

    only_cash = True

    def test_a_card_is_not_rounded(self):
        order = self.import_four()
        self.synchronize({**order, "Refunds": [self.two(0, CheckoutDetails=[self.payment(6.90, "Card", 2)])]})
        row = self.refund_rows()
        self.assertEqual((row.state, row.error_code), ("failed", "amount_mismatch"))


class TestLifeStatedRounding(CashRoundingCase):
    def test_a_part_may_state_the_cash_rounding_as_a_charge(self):
        order, _sale = self.import_sale(Charges=[{"Type": "rounding", "Amount": -0.02}])
        part = {**self.one(1, 3.35), "Charges": [{"Type": "rounding", "Amount": 0.01}]}
        self.synchronize({**order, "Refunds": [part]})
        row = self.refund_rows()
        self.assertEqual(row.state, "done", row.error_message)
        self.assertFalse(row.doubt, row.warnings)
