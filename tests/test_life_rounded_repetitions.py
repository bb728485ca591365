from .cash_rounding_common import CashRoundingCase


class TestLifeRoundedRepetitions(CashRoundingCase):
    """The same refund comes twice, once with its exact and once with its rounded amount, and one without RefundID.

    Three Oil at 3.32 are 9.96, which the shop rounded to 9.95.
    """

    def import_three(self):
        items = [self.item("Oil", 3.32, 3)]
        return self.import_sale(OrderItems=items, AmountTotal=9.96, total=9.95)[0]

    def again(self, order, **item):
        """Return the order again with a refund status and one Oil, without payments."""
        items = [{"ItemName": "Oil", "Quantity": 1, **item}]
        return {"OrderID": order["OrderID"], "OrderStatus": 106, "OrderItems": items}

    def money(self, amount, **values):
        items = [{"ItemName": "Oil", "Amount": amount}]
        return {"Items": items, "CheckoutDetails": [self.payment(round(amount / 0.05) * 0.05)], **values}

    def assert_in_the_way(self, paid):
        """Check that the second refund waits for a person, and what is left of the payments."""
        rows = self.refund_rows().sorted("id")
        self.assertEqual(rows.mapped("state"), ["done", "failed"], rows.mapped("error_message"))
        self.assertEqual(rows[-1].error_code, "order_in_the_way", rows[-1].error_message)
        self.env.invalidate_all()
        self.assertAlmostEqual(sum(self.pos_orders().payment_ids.mapped("amount")), paid)

    def test_money_with_its_exact_and_its_rounded_amount(self):
        order, first = self.import_three(), self.money(0.52, RefundID=1)
        self.synchronize({**order, "Refunds": [first]})
        self.synchronize({**order, "Refunds": [first, self.money(0.50)]})
        self.assert_in_the_way(9.45)

    def test_goods_with_their_rounded_amount(self):
        order = self.import_three()
        self.synchronize({**order, "Refunds": [self.one(1, 3.30)]})
        self.synchronize(self.again(order, Amount=3.30))
        self.assert_in_the_way(6.65)

    def test_goods_with_their_rounded_price(self):
        order = self.import_three()
        self.synchronize({**order, "Refunds": [self.one(1, 3.30)]})
        self.synchronize(self.again(order, Price=3.30))
        self.assert_in_the_way(6.65)

    def test_money_that_differs_by_more_is_another_refund(self):
        order, first = self.import_three(), self.money(0.50, RefundID=1)
        self.synchronize({**order, "Refunds": [first]})
        self.synchronize({**order, "Refunds": [first, self.money(0.60)]})
        self.assertEqual(
            self.refund_rows().mapped("state"), ["done", "done"], self.refund_rows().mapped("error_message")
        )

    def test_two_refund_ids_are_two_refunds(self):
        order = self.import_three()
        refunds = [self.money(0.52, RefundID=1), self.money(0.50, RefundID=2), self.one(3, 3.30), self.one(4, 3.30)]
        self.synchronize({**order, "Refunds": refunds})
        self.assertEqual(set(self.refund_rows().mapped("state")), {"done"}, self.refund_rows().mapped("error_message"))


class TestLifeRepetitionsOfRoundedCash(TestLifeRoundedRepetitions):
    """The same where only cash is rounded."""

    only_cash = True


class TestLifeRepetitionsRoundedToOne(CashRoundingCase):
    step = 1.00

    def test_goods_with_their_rounded_amount(self):
        order, _sale = self.import_sale()
        self.synchronize({**order, "Refunds": [self.one(1, 3.00)]})
        items = [{"ItemName": "Oil", "Quantity": 1, "Amount": 3.00}]
        self.synchronize({"OrderID": order["OrderID"], "OrderStatus": 106, "OrderItems": items})
        rows = self.refund_rows().sorted("id")
        self.assertEqual(rows.mapped("state"), ["done", "failed"], rows.mapped("error_message"))
