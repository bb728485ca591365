from odoo.tools import SQL

from .money import MoneyCase

CARD_NUMBER = "4539 1488 0343 6467"


class TestMoneyPayments(MoneyCase):
    """What was paid, given back, is still open; and what is known of a card."""

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

    def test_change_of_a_card_payment_is_given_in_cash(self):
        row = self.sell(self.item(), total=92.00, tax=12.00, CheckoutDetails=[self.payment(100, "Card", 2)])
        order = self.assert_booked(row, 92.00, 12.00)
        self.assertEqual(order.payment_ids.filtered("is_change").payment_method_id, self.cash)

    def test_change_without_a_cash_method_is_refused(self):
        self.pos_config.payment_method_ids = self.card
        row = self.sell(self.item(), total=92.00, tax=12.00, CheckoutDetails=[self.payment(100, "Card", 2)])
        self.assert_refused(row, "payment_not_found", "no cash method")

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
