from .money import MoneyCase


class TestMoneyDiscounts(MoneyCase):
    """DiscountAmount belongs to its line; AmountDiscount is read in the way that gives GrandTotal."""

    def test_a_discount_amount_belongs_to_its_line(self):
        items = (self.item(price=80, DiscountAmount=20), self.item(price=40))
        order = self.assert_booked(self.sell(*items, total=115.00, tax=15.00), 115.00, 15.00)
        self.assertEqual(order.lines.sorted("id").mapped("discount"), [25.0, 0.0])
        self.assertEqual(order.lines.sorted("id").mapped("price_subtotal"), [60.0, 40.0])

    def test_a_discount_that_is_no_round_percentage_is_kept_to_the_cent(self):
        items = (self.item(price=29.99, quantity=3, DiscountAmount=7.77), self.item(price=9.99, DiscountAmount=3.33))
        self.assert_booked(self.sell(*items, total=102.18, tax=13.33), 102.18, 13.33)

    def test_a_line_may_be_free_by_its_discount(self):
        items = (self.item(price=80, DiscountAmount=80), self.item(price=40))
        order = self.assert_booked(self.sell(*items, total=46.00, tax=6.00), 46.00, 6.00)
        self.assertEqual(order.lines.sorted("id").mapped("discount"), [100.0, 0.0])

    def test_an_order_that_is_free_by_its_discounts_needs_no_payment(self):
        row = self.sell(self.item(DiscountAmount=80), total=0, tax=0)
        self.assertFalse(self.assert_booked(row, 0.00, 0.00).payment_ids)

    def test_an_amount_discount_on_top_of_the_lines_is_spread_in_proportion(self):
        items = (self.item(price=80), self.item(price=20))
        row = self.sell(*items, total=103.50, tax=13.50, AmountDiscount=10)
        order = self.assert_booked(row, 103.50, 13.50)
        self.assertEqual(order.lines.sorted("id").mapped("price_subtotal"), [72.0, 18.0])

    def test_an_amount_discount_that_repeats_the_lines_is_not_taken_twice(self):
        items = (self.item(price=80, DiscountAmount=10), self.item(price=20))
        self.assert_booked(self.sell(*items, total=103.50, tax=13.50, AmountDiscount=10), 103.50, 13.50)

    def test_an_amount_discount_that_contains_the_lines_discounts(self):
        items = (self.item(price=80, DiscountAmount=10), self.item(price=20))
        self.assert_booked(self.sell(*items, total=97.75, tax=12.75, AmountDiscount=15), 97.75, 12.75)

    def test_an_amount_discount_besides_the_lines_discounts(self):
        items = (self.item(price=80, DiscountAmount=10), self.item(price=20))
        self.assert_booked(self.sell(*items, total=86.25, tax=11.25, AmountDiscount=15), 86.25, 11.25)

    def test_an_amount_discount_is_spread_to_the_cent(self):
        items = [self.item(price=33.33) for _line in range(3)]
        self.assert_booked(self.sell(*items, total=103.49, tax=13.50, AmountDiscount=10), 103.49, 13.50)

    def test_an_amount_discount_that_gives_no_reading_is_a_mismatch(self):
        row = self.sell(self.item(), total=92.00 - 5, tax=12.00, AmountDiscount=10)
        self.assert_refused(row, "amount_mismatch", "87.00")

    def test_an_amount_discount_with_taxes_that_prices_include(self):
        tax = self.create_tax(15, price_include_override="tax_included")
        self.create_product("Included", tax)
        items = (self.item("Included", price=80), self.item("Included", price=20))
        self.assert_booked(self.sell(*items, total=103.50, tax=13.50, AmountDiscount=10), 103.50, 13.50)

    def test_the_sign_of_a_discount_does_not_count(self):
        row = self.sell(self.item(DiscountAmount=-20), total=69.00, tax=9.00, AmountDiscount=-20)
        self.assert_booked(row, 69.00, 9.00)

    def test_a_discount_above_the_line_is_refused(self):
        row = self.sell(self.item(DiscountAmount=81), total=1, tax=0)
        self.assert_refused(row, "invalid_payload", "DiscountAmount")
