from .money_common import MoneyCase


class TestMoneyCashRounding(MoneyCase):
    """Points of Sale that round payments, in cash only or always, in the same way as their shop or not."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.create_product("Untaxed", cls.env["account.tax"])
        cls.profit, cls.loss = cls.env["account.account"].create(
            [
                {"name": "Rounding profit", "code": "99.1", "account_type": "income_other"},
                {"name": "Rounding loss", "code": "99.2", "account_type": "expense"},
            ]
        )

    def round_with(self, method="HALF-UP", rounding=0.05, only_cash=True):
        self.pos_config.write(
            {
                "cash_rounding": True,
                "only_round_cash_method": only_cash,
                "rounding_method": self.env["account.cash.rounding"]
                .create(
                    {
                        "name": f"To {rounding} {method}",
                        "rounding": rounding,
                        "rounding_method": method,
                        "strategy": "add_invoice_line",
                        "profit_account_id": self.profit.id,
                        "loss_account_id": self.loss.id,
                    }
                )
                .id,
            }
        )

    def pay(self, price, *payments, order_id="rounded", **values):
        values = {"total": price, "tax": 0, "percent": 0, **values}
        return self.sell(self.item("Untaxed", price=price), order_id=order_id, CheckoutDetails=list(payments), **values)

    def assert_paid(self, row, total, paid):
        order = self.assert_booked(row, total, 0.00)
        self.assertAlmostEqual(order.amount_paid, paid)
        self.assertEqual(order.state, "paid")
        return order

    def assert_rounding(self, order, sales, profit):
        books = self.close_and_read(order.session_id)
        self.assertEqual((books["sales"], books["rounding"]), (sales, profit))

    # Cash only

    def test_the_shop_was_paid_the_rounded_cash_amount(self):
        for method, price, paid in (
            ("HALF-UP", 10.02, 10.00),
            ("HALF-UP", 10.03, 10.05),
            ("UP", 10.01, 10.05),
            ("DOWN", 10.04, 10.00),
        ):
            with self.subTest(method=method, price=price):
                self.round_with(method)
                row = self.pay(price, self.payment(paid), order_id=f"{method} {price}")
                self.assert_paid(row, price, paid)

    def test_the_rounded_part_is_a_loss_in_the_books(self):
        self.round_with()
        self.assert_rounding(self.assert_paid(self.pay(10.02, self.payment(10.00)), 10.02, 10.00), 10.02, -0.02)

    def test_the_rounded_part_is_a_profit_in_the_books(self):
        self.round_with()
        self.assert_rounding(self.assert_paid(self.pay(10.03, self.payment(10.05)), 10.03, 10.05), 10.03, 0.02)

    def test_a_shop_that_does_not_round_was_paid_the_exact_amount(self):
        self.round_with()
        self.assert_rounding(self.assert_paid(self.pay(10.02, self.payment(10.02)), 10.02, 10.02), 10.02, 0.0)

    def test_change_is_reckoned_from_the_rounded_amount(self):
        self.round_with()
        order = self.assert_paid(self.pay(10.02, self.payment(20.00)), 10.02, 10.00)
        self.assertEqual(sorted(order.payment_ids.mapped("amount")), [-10.00, 20.00])

    def test_more_than_the_total_but_less_than_the_rounded_amount_gives_exact_change(self):
        self.round_with("UP")
        order = self.assert_paid(self.pay(10.01, self.payment(10.03)), 10.01, 10.01)
        self.assertEqual(sorted(order.payment_ids.mapped("amount")), [-0.02, 10.03])

    def test_card_payments_are_not_rounded(self):
        self.round_with()
        self.assert_paid(self.pay(10.02, self.payment(10.02, "Card", 2)), 10.02, 10.02)
        row = self.pay(10.02, self.payment(10.00, "Card", 2), order_id="short")
        self.assert_refused(row, "not_fully_paid", "10.02")

    def test_of_a_split_payment_the_cash_part_is_rounded(self):
        self.round_with()
        row = self.pay(10.02, self.payment(5.01, "Card", 2), self.payment(5.00))
        self.assert_rounding(self.assert_paid(row, 10.02, 10.01), 10.02, -0.01)

    def test_change_of_a_split_payment_is_reckoned_from_its_rounded_cash_part(self):
        self.round_with()
        row = self.pay(10.03, self.payment(5.01, "Card", 2), self.payment(10.00))
        order = self.assert_paid(row, 10.03, 10.01)
        self.assertAlmostEqual(order.payment_ids.filtered("is_change").amount, -5.00)

    def test_less_than_the_rounded_amount_is_not_fully_paid(self):
        self.round_with()
        self.assert_refused(self.pay(10.02, self.payment(9.95)), "not_fully_paid", "10.02", "9.95")

    def test_a_return_is_paid_back_rounded(self):
        self.round_with()
        row = self.sell(self.item("Untaxed", price=10.02, quantity=-1), total=-10.02, tax=0, percent=0, paid=-10.00)
        self.assert_rounding(self.assert_paid(row, -10.02, -10.00), -10.02, 0.02)

    def test_a_grand_total_that_was_rounded_for_cash(self):
        self.round_with()
        for number, (total, paid, payments) in enumerate(
            (
                (92.05, 92.05, [self.payment(92.05)]),
                (92.05, 92.05, [self.payment(100.00)]),
                (92.04, 92.04, [self.payment(50.04, "Card", 2), self.payment(42.00)]),
            )
        ):
            with self.subTest(total=total, payments=len(payments)):
                row = self.pay(92.03, *payments, order_id=f"rounded {number}", total=total, AmountTotal=92.03)
                self.assert_paid(row, 92.03, paid)
        row = self.sell(
            self.item("Untaxed", price=92.03, quantity=-1), total=-92.05, tax=0, percent=0, AmountTotal=-92.03
        )
        self.assert_rounding(self.assert_paid(row, -92.03, -92.05), 92.03 * 2, 0.03)

    def test_a_grand_total_that_no_cash_explains_is_a_mismatch(self):
        self.round_with()
        for name, total, payment in (
            ("by card", 92.05, self.payment(92.05, "Card", 2)),
            ("not rounded so", 92.10, self.payment(92.10)),
            ("not paid", 92.05, self.payment(92.03)),
        ):
            with self.subTest(name):
                row = self.pay(92.03, payment, order_id=name, total=total, AmountTotal=92.03)
                self.assert_refused(row, "amount_mismatch", f"{total:.2f}")

    # All payment methods

    def test_grand_total_is_the_rounded_total(self):
        for method, price, total in (
            ("HALF-UP", 10.02, 10.00),
            ("HALF-UP", 10.03, 10.05),
            ("UP", 10.01, 10.05),
            ("DOWN", 10.04, 10.00),
        ):
            with self.subTest(method=method, price=price):
                self.round_with(method, only_cash=False)
                payment = self.payment(total, "Card", 2)
                row = self.pay(price, payment, order_id=f"all {method} {price}", total=total, AmountTotal=price)
                self.assertEqual(row.state, "done", row.error_message)
                self.assert_amounts(row.pos_order_id, total, 0.00)
                self.assert_kept(row.pos_order_id)

    def test_a_rounded_grand_total_is_a_loss_in_the_books(self):
        self.round_with(only_cash=False)
        row = self.pay(10.02, self.payment(10.00, "Card", 2), total=10.00)
        self.assert_rounding(row.pos_order_id, 10.02, -0.02)

    def test_a_shop_that_does_not_round_at_a_point_of_sale_that_does(self):
        """GrandTotal decides: the order totals what the customer paid, and nothing is rounded in the books."""
        self.round_with(only_cash=False)
        order = self.pay(10.02, self.payment(10.02, "Card", 2)).pos_order_id
        self.assert_amounts(order, 10.02, 0.00)
        self.assert_rounding(order, 10.02, 0.0)

    def test_a_grand_total_that_no_rounding_explains_is_a_mismatch(self):
        self.round_with(only_cash=False)
        row = self.pay(10.02, self.payment(10.05, "Card", 2), total=10.05)
        self.assert_refused(row, "amount_mismatch", "10.05", "10.02")

    def test_taxes_are_not_rounded_with_the_total(self):
        self.round_with(only_cash=False)
        row = self.sell(self.item(price=10.02), total=11.50, tax=1.50, CheckoutDetails=[self.payment(11.50, "Card", 2)])
        order = row.pos_order_id
        self.assert_amounts(order, 11.50, 1.50)
        self.assert_kept(order)
