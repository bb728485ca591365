from .money_common import MoneyCase


class TestMoneySessionClosing(MoneyCase):
    """A session of external orders closes without a difference, and its journal entry equals the feed."""

    def assert_journal_entry_equals_the_feed(self, orders, taxes, paid):
        """Synchronize ``orders``, close the session, and compare the books with the sums of the feed.

        :param dict taxes: for each ``account.tax`` what the feed has of it
        :param dict paid: for each payment method what the feed has of it, less change
        """
        run = self.synchronize(*orders)
        self.assertEqual((run.status, run.imported_count), ("success", len(orders)), run.message)
        for order in self.pos_orders():
            self.assert_kept(order)
        books = self.close_and_read(self.pos_orders().session_id)
        total = sum(order["GrandTotal"] for order in orders)
        tax = sum(order["Tax"] for order in orders)
        self.assertAlmostEqual(books["sales"], total - tax, 2)
        self.assertAlmostEqual(sum(books["tax"].values()), tax, 2)
        self.assertAlmostEqual(sum(books["paid"].values()), total, 2)
        self.assertEqual({tax: round(amount, 2) for tax, amount in books["tax"].items()}, taxes)
        self.assertEqual({method: round(amount, 2) for method, amount in books["paid"].items()}, paid)
        self.assertEqual(set(self.pos_orders().mapped("state")), {"done"})

    def test_sales_change_splits_and_returns(self):
        self.assert_journal_entry_equals_the_feed(
            [
                self.sold(1, self.item(), total=92.00, tax=12.00),
                self.sold(2, self.item(price=33.33, quantity=3), total=114.99, tax=15.00, paid=120.00),
                self.sold(
                    3,
                    self.item(price=50),
                    total=57.50,
                    tax=7.50,
                    CheckoutDetails=[self.payment(20, "Card", 2), self.payment(37.50)],
                ),
                self.sold(4, self.item(quantity=-1), total=-92.00, tax=-12.00),
                self.sold(5, self.item(price=0), total=0, tax=0),
            ],
            {self.tax: 22.50},
            {self.cash: 152.49, self.card: 20.00},
        )

    def test_own_taxes_taxes_by_percent_and_no_taxes(self):
        eight = self.create_tax(8)
        included = self.create_tax(5, price_include_override="tax_included")
        self.create_product("Included", included)
        self.assert_journal_entry_equals_the_feed(
            [
                self.sold(1, self.item(), total=92.00, tax=12.00),
                self.sold(2, self.item(), total=86.40, tax=6.40, percent=8),
                self.sold(3, self.item(), total=80.00, tax=0, percent=0),
                self.sold(4, self.item("Included", price=19.99), self.item(), total=112.99, tax=13.00, percent=None),
            ],
            {self.tax: 24.00, eight: 6.40, included: 1.00},
            {self.cash: 371.39},
        )

    def test_rests_of_rounding_under_both_roundings_of_the_company(self):
        for number, method in enumerate(("round_per_line", "round_globally")):
            with self.subTest(method=method):
                self.company.tax_calculation_rounding_method = method
                base = 10 * number
                orders = [
                    self.sold(base + 1, *[self.item(price=0.30) for _line in range(3)], total=1.05, tax=0.15),
                    self.sold(base + 2, *[self.item(price=0.30) for _line in range(3)], total=1.04, tax=0.14),
                    self.sold(base + 3, self.item(price=0.30), total=0.34, tax=0.04),
                    self.sold(base + 4, self.item(price=0.30, quantity=-1), total=-0.35, tax=-0.05),
                ]
                self.synchronize(*orders)
                session = self.inbox(base + 1).session_id
                books = self.close_and_read(session)
                self.assertEqual(books["tax"], {self.tax: 0.28})
                self.assertAlmostEqual(books["sales"], 1.80, 2)
                self.assertEqual(books["paid"], {self.cash: 2.08})

    def test_discounts_of_lines_and_orders(self):
        self.assert_journal_entry_equals_the_feed(
            [
                self.sold(1, self.item(price=29.99, quantity=3, DiscountAmount=7.77), total=94.53, tax=12.33),
                self.sold(2, self.item(price=80), self.item(price=20), total=103.50, tax=13.50, AmountDiscount=10),
                self.sold(3, self.item(DiscountAmount=80), total=0, tax=0),
            ],
            {self.tax: 25.83},
            {self.cash: 198.03},
        )
