from odoo.tools import SQL

from .money_common import MoneyCase

CARD_NUMBER = "4539 1488 0343 6467"


class TestMoneyPayments(MoneyCase):
    """What was paid, what is change, what is still to be paid, and the data of cards."""

    def test_what_is_paid_above_the_total_is_change(self):
        row = self.sell(self.item(), total=92.00, tax=12.00, paid=100.00)
        order = self.assert_booked(row, 92.00, 12.00)
        self.assertRecordValues(
            order.payment_ids.sorted("amount"),
            [
                {"amount": -8.00, "payment_method_id": self.cash.id, "is_change": True, "name": "return"},
                {"amount": 100.00, "payment_method_id": self.cash.id, "is_change": False, "name": False},
            ],
        )
        self.assertEqual((order.amount_paid, order.amount_return), (92.00, 8.00))

    def test_what_a_card_paid_too_much_is_overpaid(self):
        for order_id, payments in (
            ("card", [self.payment(100, "Card", 2)]),
            ("card and cash", [self.payment(93, "Card", 2), self.payment(5)]),
        ):
            with self.subTest(paid=order_id):
                row = self.sell(self.item(), order_id=order_id, total=92.00, tax=12.00, CheckoutDetails=payments)
                self.assert_refused(row, "overpaid", "92.00", "tip")

    def test_change_is_given_as_far_as_cash_was_paid(self):
        payments = [self.payment(50, "Card", 2), self.payment(50)]
        row = self.sell(self.item(), total=92.00, tax=12.00, CheckoutDetails=payments)
        order = self.assert_booked(row, 92.00, 12.00)
        change = order.payment_ids.filtered("is_change")
        self.assertEqual((change.amount, change.payment_method_id), (-8.00, self.cash))

    def test_change_comes_out_of_the_drawer_into_which_the_cash_went(self):
        other = self.create_payment_method("Second Till", "cash")
        self.pos_config.payment_method_ids |= other
        payment = self.payment(100, "Second Till")
        order = self.assert_booked(
            self.sell(self.item(), total=92.00, tax=12.00, CheckoutDetails=[payment]), 92.00, 12.00
        )
        self.assertEqual(order.payment_ids.payment_method_id, other)

    def test_a_comma_that_may_be_a_decimal_comma_gives_no_change(self):
        self.open_shop_in("KWD", 0.3)
        item = self.item(price=1.0)
        payment = self.payment("1,092", "Cash KWD")
        row = self.sell(item, order_id="sale", total=1.0, paid="1,092", percent=0, CheckoutDetails=[payment])
        self.assert_refused(row, "invalid_payload", "comma")
        many = self.item(price=1092.0)
        row = self.sell(many, order_id="proven", total="1,092", paid="1,092", percent=0, CheckoutDetails=[payment])
        self.assertEqual(row.state, "done", row.error_message)
        self.assertEqual((row.pos_order_id.amount_total, row.pos_order_id.amount_return), (1092.0, 0.0))

    def test_a_negative_balance_is_the_change_or_refused(self):
        row = self.sell(self.item(), order_id="change", total=92.00, tax=12.00, paid=100.00, BalanceAmount=-8)
        self.assert_booked(row, 92.00, 12.00)
        row = self.sell(self.item(), order_id="owed", total=92.00, tax=12.00, BalanceAmount=-3)
        self.assert_refused(row, "overpaid", "3.00")

    def test_without_a_cash_method_an_exact_payment_is_taken(self):
        self.pos_config.payment_method_ids = self.card
        row = self.sell(self.item(), total=92.00, tax=12.00, CheckoutDetails=[self.payment(92, "Card", 2)])
        self.assert_booked(row, 92.00, 12.00)

    def test_change_that_the_feed_lists_itself_is_not_given_twice(self):
        payments = [self.payment(100), self.payment(-8)]
        row = self.sell(self.item(), total=92.00, tax=12.00, CheckoutDetails=payments)
        order = self.assert_booked(row, 92.00, 12.00)
        self.assertEqual(sorted(order.payment_ids.mapped("amount")), [-8.0, 100.0])

    def test_an_order_that_is_not_fully_paid_waits(self):
        row = self.sell(self.item(), total=92.00, tax=12.00, paid=50.00, BalanceAmount=42.00)
        self.assert_refused(row, "not_fully_paid", "42.00")
        self.synchronize(self.sold("sale", self.item(), total=92.00, tax=12.00))
        self.assert_booked(row, 92.00, 12.00)

    def test_payments_below_the_total_are_not_fully_paid_without_a_balance_too(self):
        row = self.sell(self.item(), total=92.00, tax=12.00, paid=91.99, BalanceAmount=None)
        self.assert_refused(row, "not_fully_paid", "92.00", "91.99")

    def test_an_order_without_payments_is_not_fully_paid(self):
        row = self.sell(self.item(), total=92.00, tax=12.00, paid=0)
        self.assert_refused(row, "not_fully_paid", "92.00", "0.00")

    def test_a_balance_that_is_still_open_is_not_fully_paid_whatever_was_paid(self):
        row = self.sell(self.item(), total=92.00, tax=12.00, BalanceAmount="10.00")
        self.assert_refused(row, "not_fully_paid", "10.00")

    def test_without_checkout_details_the_orders_own_payment_counts(self):
        for details in (None, []):
            with self.subTest(details=details):
                own = {"CheckoutDetails": details, "PaymentMode": 1}
                row = self.sell(self.item(), order_id=f"own {details}", total=92.00, tax=12.00, **own)
                order = self.assert_booked(row, 92.00, 12.00)
                self.assertRecordValues(order.payment_ids, [{"amount": 92.00, "payment_method_id": self.cash.id}])

    def test_the_orders_own_payment_method_counts_where_its_only_payment_has_none(self):
        for mode, card_type, method in ((2, None, self.card), (None, "Card", self.card), (1, "", self.cash)):
            with self.subTest(mode=mode, card_type=card_type):
                details = [{"AmountPaid": 92.0}, {"AmountPaid": 0}]
                row = self.sell(
                    self.item(),
                    order_id=f"own {mode!r} {card_type!r}",
                    total=92.00,
                    tax=12.00,
                    CheckoutDetails=details,
                    PaymentMode=mode,
                    CardType=card_type,
                )
                order = self.assert_booked(row, 92.00, 12.00)
                self.assertEqual(order.payment_ids.payment_method_id, method)
                self.assertFalse(row.doubt)

    def test_the_orders_own_payment_method_is_not_that_of_a_payment_with_one_or_of_two(self):
        for number, details in enumerate(
            (
                [self.payment(92, "Card", None)],
                [self.payment(92, "", 2)],
                [self.payment(50, "Card", 2), {"AmountPaid": 42}],
            )
        ):
            with self.subTest(details=details):
                row = self.sell(
                    self.item(),
                    order_id=f"own {number}",
                    total=92.00,
                    tax=12.00,
                    CheckoutDetails=details,
                    PaymentMode=1,
                    CardType="Cash",
                )
                order = self.assert_booked(row, 92.00, 12.00)
                self.assertEqual(order.payment_ids.payment_method_id, self.card)

    def test_a_payment_that_is_cash_by_its_mode_gives_change_however_it_is_called(self):
        for name in ("Bar", "Cash on Delivery", "Efectivo", "نقد"):
            with self.subTest(name=name):
                row = self.sell(
                    self.item(),
                    order_id=name,
                    total=92.00,
                    tax=12.00,
                    paid=100,
                    CheckoutDetails=[self.payment(100, name, 1)],
                )
                order = self.assert_booked(row, 92.00, 12.00)
                self.assertEqual(order.amount_return, 8.00)
                self.assertEqual(order.payment_ids.payment_method_id, self.cash)

    def test_a_card_gives_no_change_whatever_its_mode(self):
        for name in ("Visa", "MasterCard Debit", "Gift Card", "mada", "American Express", "Tabby", "Apple Pay"):
            with self.subTest(name=name):
                row = self.sell(
                    self.item(),
                    order_id=name,
                    total=92.00,
                    tax=12.00,
                    paid=100,
                    CheckoutDetails=[self.payment(100, name, 1)],
                )
                self.assert_refused(row, "overpaid", "100.00")

    def test_a_payment_is_split_as_it_was_sent(self):
        payments = [self.payment(50, "Card", 2, ReferenceID="A-1"), self.payment(42)]
        order = self.assert_booked(
            self.sell(self.item(), total=92.00, tax=12.00, CheckoutDetails=payments), 92.00, 12.00
        )
        self.assertRecordValues(
            order.payment_ids.sorted("id"),
            [
                {"amount": 50.00, "payment_method_id": self.card.id, "payment_ref_no": "A-1"},
                {"amount": 42.00, "payment_method_id": self.cash.id, "payment_ref_no": False},
            ],
        )

    def test_parts_of_a_cent_are_neither_lost_nor_paid_twice(self):
        payments = [self.payment("30.666"), self.payment("30.667"), self.payment("30.667")]
        order = self.assert_booked(
            self.sell(self.item(), total=92.00, tax=12.00, CheckoutDetails=payments), 92.00, 12.00
        )
        self.assertEqual(len(order.payment_ids), 3)

    def test_payments_of_zero_are_left_out(self):
        payments = [self.payment(0, "Card", 2), self.payment(92)]
        order = self.assert_booked(
            self.sell(self.item(), total=92.00, tax=12.00, CheckoutDetails=payments), 92.00, 12.00
        )
        self.assertEqual(order.payment_ids.payment_method_id, self.cash)

    def test_details_that_do_not_add_up_to_amount_paid_are_a_warning(self):
        row = self.sell(self.item(), total=92.00, tax=12.00, AmountPaid=90.00)
        self.assert_booked(row, 92.00, 12.00)
        self.assertIn("AmountPaid", row.warnings)

    def test_reference_and_last_four_digits_go_to_the_payment(self):
        payment = self.payment(92, "Card", 2, ReferenceID="AUTH-77", CardNumber=CARD_NUMBER)
        order = self.assert_booked(
            self.sell(self.item(), total=92.00, tax=12.00, CheckoutDetails=[payment]), 92.00, 12.00
        )
        self.assertRecordValues(
            order.payment_ids, [{"payment_ref_no": "AUTH-77", "card_no": "6467", "card_type": "Card"}]
        )

    def test_a_full_card_number_is_nowhere_in_the_database(self):
        number = CARD_NUMBER.replace(" ", "")
        payment = self.payment(92, "Card", 2, CardNumber=CARD_NUMBER)
        self.sell(self.item(), order_id="sold", total=92.00, tax=12.00, CheckoutDetails=[payment])
        failed = self.sell(
            self.item("No Such Product"),
            order_id="failed",
            total=92.00,
            tax=12.00,
            Note=f"paid with {CARD_NUMBER}",
            CheckoutDetails=[payment | {"CardNumber": int(number), "CardType": f"Visa {number}"}],
        )
        self.assertEqual(failed.state, "failed")
        self.env.flush_all()
        self.assertTrue(self._holds("external_order", "6467"), "the search finds nothing at all")
        self.assertTrue(self._holds("pos_payment", "6467"), "the search finds nothing at all")
        pattern = "[ -]?".join(CARD_NUMBER.split())
        self.assertEqual([table for table in self._get_tables() if self._holds(table, pattern)], [])

    def _get_tables(self):
        rows = self.env.execute_query(SQL("SELECT tablename FROM pg_tables WHERE schemaname = current_schema()"))
        return [table for (table,) in rows]

    def _holds(self, table, pattern):
        table = SQL.identifier(table)
        return self.env.execute_query(SQL("SELECT 1 FROM %s AS t WHERE t::text ~ %s LIMIT 1", table, pattern))
