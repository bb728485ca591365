from .refund_common import RefundCase


class TestRefundsRounding(RefundCase):
    """Where the sender rounds otherwise than Odoo, a refund of what it sold is its own amount, not Odoo's."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.tax_calculation_rounding_method = "round_globally"
        for name in ("Jacket", "Roll", "Bulb", "Hat"):
            cls.create_product(name)

    def basket(self):
        return (
            self.item("Jacket", 120.0),
            self.item("Roll", 1.25, 2),
            self.item("Bulb", 0.9),
            self.item("Hat", 19.99, 2),
        )

    def amounts(self, order):
        return {line.product_id.name: round(line.price_subtotal_incl, 2) for line in order.lines}

    def test_a_sale_whose_tax_was_rounded_by_line_is_booked_with_the_amounts_of_its_lines(self):
        row = self.sell(*self.basket(), total=187.9, tax=24.52)
        self.assertEqual(row.state, "done", row.error_message)
        sale = row.pos_order_id
        self.assertEqual(self.amounts(sale), {"Jacket": 138.0, "Roll": 2.88, "Bulb": 1.04, "Hat": 45.98})

    def test_a_line_comes_back_for_what_its_sender_sold_it_for(self):
        """Its tax was rounded for the order as a whole: 24.51, of which the jacket has 17.99 in Odoo."""
        sale = self.sell(*self.basket(), total=187.89, tax=24.51).pos_order_id
        self.assertEqual(self.amounts(sale)["Jacket"], 137.99)
        first = self.refund(sale, self.back("Jacket", 1, 138.0), paid=138.0, tax=18.0)
        self.assert_money(first, 138.0, 18.0)
        second = self.refund(sale, self.back("Roll", 2), self.back("Hat", 2, 45.98), paid=48.86)
        self.assert_money(second, 48.86)
        rest = self.refund_rest(sale)
        self.assert_money(rest, 1.03)
        self.assertAlmostEqual(sum(order.amount_tax for order in sale | first | second | rest), 0)

    def test_a_line_without_an_amount_is_what_was_paid_back_for_it(self):
        sale = self.sell(*self.basket(), total=187.89, tax=24.51).pos_order_id
        self.assert_money(self.refund(sale, self.back("Jacket", 1), paid=138.0), 138.0)

    def test_more_than_rounding_is_refused(self):
        sale = self.sell(*self.basket(), total=187.89, tax=24.51).pos_order_id
        for values in ({"paid": 138.02}, {"paid": 138.0, "tax": 18.03}):
            outcome = self.try_refund(sale, self.back("Jacket", 1), **values)
            self.assertEqual(outcome.error.code, "amount_mismatch", values)
        outcome = self.try_refund(sale, self.back("Jacket", 1, 138.02), paid=138.02)
        self.assertEqual(outcome.error.code, "refund_exceeds_order")

    def test_more_than_is_left_of_the_sale_is_refused_by_whatever_rounding(self):
        sale = self.sell(self.item("Jacket", 120.0), total=138.0, tax=18.0).pos_order_id
        outcome = self.try_refund(sale, self.back("Jacket", 1, 138.01), paid=138.01)
        self.assertEqual(outcome.error.code, "refund_exceeds_order")

    def test_an_amount_without_tax_is_not_rounded(self):
        self.create_product("Book", self.env["account.tax"])
        sale = self.sell(self.item("Book", 10.0), self.item("Jacket", 120.0), total=148.0, tax=18.0).pos_order_id
        outcome = self.try_refund(sale, self.back("Book", 1, 10.01), paid=10.01)
        self.assertEqual(outcome.error.code, "refund_exceeds_order")
