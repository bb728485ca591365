from .money_common import MoneyCase


class TestMoneyCurrencies(MoneyCase):
    """Points of Sale in currencies of 0, 2 and 3 decimals, other than the company's."""

    def assert_books(self, order, sales, tax, paid):
        """Check the books, in the company's currency."""
        books = self.close_and_read(order.session_id)
        self.assertAlmostEqual(books["sales"], sales, 2)
        self.assertAlmostEqual(sum(books["tax"].values()), tax, 2)
        self.assertAlmostEqual(sum(books["paid"].values()), paid, 2)

    def test_no_decimals(self):
        self.open_shop_in("JPY", 150.0)
        items = (self.item(price=980, quantity=3), self.item(price=115))
        order = self.assert_booked(self.sell(*items, total=3513, tax=458), 3513, 458)
        self.assert_books(order, 20.37, 3.05, 23.42)

    def test_no_decimals_with_a_tax_that_was_rounded_otherwise(self):
        self.open_shop_in("JPY", 150.0)
        for tax in (19, 20):  # 19.5
            row = self.sell(self.item(price=130), order_id=f"tax {tax}", total=130 + tax, tax=tax)
            self.assert_booked(row, 130 + tax, tax)

    def test_no_decimals_and_more_than_half_a_unit(self):
        self.open_shop_in("JPY", 150.0)
        self.assert_refused(self.sell(self.item(price=115), total=133, tax=18), "amount_mismatch", "133", "132")

    def test_amounts_with_decimals_are_of_another_currency_than_one_without(self):
        self.open_shop_in("JPY", 150.0)
        for number, values in enumerate(
            (
                {"total": 92.5, "tax": 12.5},
                {"total": 92, "tax": 12, "CheckoutDetails": [self.payment(91.6)], "AmountPaid": None},
                {"total": None, "tax": 12, "paid": 92.4},
                {"total": "92.50", "tax": 12, "Currency": None},
            )
        ):
            with self.subTest(values=values):
                row = self.sell(self.item(), order_id=f"decimals {number}", **values)
                self.assert_refused(row, "wrong_currency", "JPY", "decimals")
        row = self.sell(self.item(), total="92.00", tax="12.0", paid="92.0")
        self.assert_booked(row, 92, 12)

    def test_a_price_may_have_more_decimals_than_the_currency(self):
        self.open_shop_in("JPY", 150.0)
        self.assert_booked(self.sell(self.item(price=19.5, quantity=10), total=224, tax=29), 224, 29)

    def test_two_decimals(self):
        self.open_shop_in("EUR", 0.8)
        row = self.sell(self.item(price=33.33, quantity=3), total=114.99, tax=15.00)
        order = self.assert_booked(row, 114.99, 15.00)
        self.assert_books(order, 124.99, 18.75, 143.74)

    def test_three_decimals(self):
        currency = self.open_shop_in("KWD", 0.25)
        self.assertEqual(currency.decimal_places, 3)
        items = (self.item(price=1.235, quantity=2), self.item(price="1.230"))
        order = self.assert_booked(self.sell(*items, total=4.255, tax=0.555), 4.255, 0.555)
        self.assert_books(order, 14.80, 2.22, 17.02)

    def test_three_decimals_with_prices_that_include_tax_and_a_discount(self):
        self.open_shop_in("KWD", 0.25)
        tax = self.create_tax(15, price_include_override="tax_included")
        self.create_product("Included", tax)
        row = self.sell(self.item("Included", price=1.235, quantity=3, DiscountAmount="0.705"), total=3.45, tax=0.45)
        self.assert_booked(row, 3.45, 0.45)

    def test_change_in_another_currency(self):
        self.open_shop_in("KWD", 0.25)
        order = self.assert_booked(self.sell(self.item(price=10), total=11.5, tax=1.5, paid=12.125), 11.5, 1.5)
        self.assertEqual(sorted(order.payment_ids.mapped("amount")), [-0.625, 12.125])

    def test_the_rate_of_the_day_is_kept_on_the_order(self):
        self.open_shop_in("EUR", 0.8)
        order = self.sell(self.item(price=0.30), total=0.34, tax=0.04).pos_order_id
        self.assertAlmostEqual(order.currency_rate, 0.8)
        self.assertAlmostEqual(order.lines.extra_tax_data["rate"], 0.8)

    def test_a_return_in_another_currency(self):
        self.open_shop_in("JPY", 150.0)
        order = self.assert_booked(self.sell(self.item(price=115, quantity=-1), total=-132, tax=-17), -132, -17)
        self.assert_books(order, -0.77, -0.11, -0.88)
