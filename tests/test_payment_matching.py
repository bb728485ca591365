from collections import namedtuple

from odoo.exceptions import UserError, ValidationError
from odoo.tools import mute_logger
from psycopg2 import IntegrityError

from ..exceptions import ExternalOrderError
from .common import ExternalOrderCase

Payment = namedtuple("Payment", "card_type payment_mode")


class TestPaymentMatching(ExternalOrderCase):
    """Which payment method of the Point of Sale an external payment gets."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.visa = cls.create_payment_method("Visa Debit", "bank")
        cls.account = cls.env["pos.payment.method"].create(
            {
                "name": "Customer Account",
                "company_id": cls.company.id,
                "split_transactions": True,
            }
        )
        cls.pos_config.payment_method_ids |= cls.visa | cls.account
        cls.elsewhere = cls.create_payment_method("Elsewhere", "bank")

    def match(self, card_type="", mode=None):
        """Return the method, and the warning, of one payment."""
        payment = Payment(card_type, mode)
        match = self.env["external.payment.matching"]._match_payment_methods(self.sync, [payment])[payment]
        if isinstance(match, ExternalOrderError):
            raise match
        return match

    def map(self, method, **values):
        return self.env["external.payment.mapping"].create(
            {"sync_id": self.sync.id, "payment_method_id": method.id, **values}
        )

    def assert_matches(self, method, card_type="", mode=None):
        self.assertEqual(self.match(card_type, mode), (method, ""))

    # Mappings

    def test_a_mapping_goes_first(self):
        self.map(self.visa, card_type="Cash")
        self.assert_matches(self.visa, "Cash", 1)

    def test_a_mapping_of_a_payment_mode(self):
        self.map(self.visa, payment_mode="7")
        self.assert_matches(self.visa, "Voucher", 7)
        self.assertNotEqual(self.match("Voucher", 8)[1], "")

    def test_a_mapping_is_named_after_what_it_maps(self):
        self.assertEqual(self.map(self.visa, card_type="Gift").display_name, "Gift")
        self.assertEqual(self.map(self.visa, card_type="Gift", payment_mode="2").display_name, "Gift / 2")

    def test_a_mapping_ignores_case_and_blanks(self):
        self.map(self.visa, card_type=" VOUCHER ")
        self.assert_matches(self.visa, "Voucher")

    def test_a_mapping_of_both_goes_before_one_of_either(self):
        self.map(self.cash, card_type="Voucher")
        self.map(self.card, payment_mode="7")
        self.map(self.visa, card_type="Voucher", payment_mode="7")
        self.assert_matches(self.visa, "Voucher", 7)
        self.assert_matches(self.cash, "Voucher", 8)
        self.assert_matches(self.card, "Other", 7)

    def test_a_mapping_of_the_synchronization_goes_before_one_for_all(self):
        self.map(self.card, card_type="Voucher", sync_id=False)
        self.assert_matches(self.card, "Voucher")
        self.map(self.visa, card_type="Voucher")
        self.assert_matches(self.visa, "Voucher")

    def test_a_mapping_of_another_synchronization_does_not_count(self):
        self.map(self.visa, card_type="Card", sync_id=self.create_sync().id)
        self.assert_matches(self.card, "Card")

    def test_a_mapping_to_a_method_of_another_point_of_sale_does_not_count(self):
        self.map(self.elsewhere, card_type="Card", sync_id=False)
        self.assert_matches(self.card, "Card")

    def test_a_mapping_of_the_mode_none_is_not_that_of_an_absent_mode(self):
        self.map(self.visa, payment_mode="None")
        self.assert_matches(self.card, "Card (test)")

    def test_a_mapping_needs_a_mode_or_a_type(self):
        for nothing in ({}, {"payment_mode": "", "card_type": ""}):
            with (
                self.subTest(nothing),
                mute_logger("odoo.sql_db"),
                self.assertRaises(IntegrityError),
                self.env.cr.savepoint(),
            ):
                self.map(self.visa, **nothing)

    # CardType

    def test_a_card_type_equals_the_name_of_a_method(self):
        self.assert_matches(self.visa, "visa debit")

    def test_a_card_type_equals_the_name_of_a_journal(self):
        self.visa.journal_id.name = "Terminal 7"
        self.assert_matches(self.visa, "TERMINAL 7")

    def test_an_equal_name_goes_before_one_that_contains_it(self):
        self.card.sequence = 100
        self.card.name = "Debit"
        self.assert_matches(self.card, "debit")

    def test_a_card_type_is_contained_in_a_name(self):
        self.assert_matches(self.visa, "Visa")

    def test_cash_also_means_a_cash_method(self):
        self.cash.name, self.cash.journal_id.name = "Bargeld", "Kasse"
        self.assert_matches(self.cash, "Cash")

    def test_a_card_type_goes_before_the_payment_mode(self):
        self.assert_matches(self.visa, "Visa", 1)

    # PaymentMode, and unknown payments

    def test_payment_mode_1_is_cash(self):
        self.assert_matches(self.cash, "", 1)

    def test_on_account_is_not_paid_by_card(self):
        self.card.name = self.card.journal_id.name = "Credit Card"
        self.sync.unknown_payment = "refuse"
        for card_type, mode in (("", 3), ("Credit", None), ("credit", 3)):
            with self.subTest(card_type=card_type, mode=mode):
                self.assert_refused("payment_not_found", card_type, mode)
        self.assert_matches(self.card, "Credit Card", 3)
        [credit] = self.add_methods("Store Credit")
        self.assert_matches(credit, "", 3)
        self.assert_matches(credit, "Credit")

    def test_a_part_of_a_name_is_whole_words(self):
        self.sync.unknown_payment = "refuse"
        for part in ("Vis", "Debi", "isa Deb"):
            with self.subTest(part=part):
                self.assert_refused("payment_not_found", part)
        self.assert_matches(self.visa, "Debit")

    # A CardType that matches nothing, with a PaymentMode

    def test_a_payment_mode_beside_an_unheard_of_card_type_is_a_guess(self):
        for card_type in ("Mastercard", "Gift Card", "Unheard of"):
            with self.subTest(card_type=card_type):
                method, warning = self.match(card_type, 1)
                self.assertEqual(method, self.cash)
                for part in (card_type, "1", method.name, "mapping"):
                    self.assertIn(part, warning)

    def test_a_card_type_that_says_what_the_payment_mode_means_is_no_guess(self):
        payment = Payment("credit", 3)
        for unknown in ("first", "refuse"):
            self.sync.unknown_payment = unknown
            found = self.env["external.payment.matching"]._match_payment_methods(self.sync, [payment], True)[payment]
            self.assertEqual(found, (self.account, ""))
        self.account.name = "Credit"
        self.assertIn("requires a customer", self.assert_refused("payment_not_found", "Credit", 3))

    def test_such_a_guess_is_refused_where_unknown_payments_are(self):
        self.sync.unknown_payment = "refuse"
        message = self.assert_refused("payment_not_found", "Mastercard", 1)
        self.assertIn("Choose Payment Method", message)
        self.assert_matches(self.cash, "", 1)
        self.assert_matches(self.cash, "Cash", 1)

    def test_such_a_guess_gives_no_change(self):
        row = self.import_order(AmountPaid=100.0, CheckoutDetails=[self.payment(100.0, "Mastercard", 1)])
        self.assertEqual((row.state, row.error_code), ("failed", "overpaid"))

    def test_such_a_guess_leaves_the_change_to_the_cash_beside_it(self):
        payments = [self.payment(90.0, "Mastercard", 1), self.payment(10.0, "Cash", 1)]
        row = self.import_order(AmountPaid=100.0, CheckoutDetails=payments)
        self.assertEqual((row.state, row.doubt), ("done", "payment_guessed"))
        self.assertEqual(row.pos_order_id.amount_return, 8.0)

    def test_a_card_type_that_names_a_method_which_cannot_take_it_is_refused(self):
        for name, reason in (("customer account", "customer"), ("Elsewhere", "Test POS")):
            for mode in (None, 1, 2, 9):
                with self.subTest(name=name, mode=mode):
                    message = self.assert_refused("payment_not_found", name, mode)
                    self.assertIn(reason, message)

    def assert_refused(self, code, card_type="", mode=None):
        with self.assertRaises(UserError) as caught:
            self.match(card_type, mode)
        self.assertEqual((caught.exception.code, caught.exception.payment), (code, (card_type, mode)))
        return str(caught.exception)

    def add_methods(self, *names):
        """Add bank methods with these names to the Point of Sale, and return them."""
        methods = [self.create_payment_method(name, "bank") for name in names]
        for method in methods:
            self.pos_config.payment_method_ids |= method
        return methods

    def test_two_methods_that_match_alike_are_ambiguous(self):
        self.add_methods("Gift Card", "Bank Card")
        for card_type, mode in (("Card", None), ("CARD", 2), ("", 2), ("Unheard of", 2)):
            with self.subTest(card_type=card_type, mode=mode):
                message = self.assert_refused("payment_ambiguous", card_type, mode)
                for part in ("Gift Card", "Bank Card", "Test POS", "Choose Payment Method"):
                    self.assertIn(part, message)
        [plain] = self.add_methods("CARD")
        self.assert_matches(plain, "Card", 2)

    def test_two_journals_of_one_name_are_ambiguous(self):
        first, second = self.add_methods("One", "Two")
        first.journal_id.name = second.journal_id.name = "Terminal"
        self.assert_refused("payment_ambiguous", "terminal")

    def test_the_cash_method_that_says_so_is_taken_of_several(self):
        self.pos_config.payment_method_ids |= self.create_payment_method("Till", "cash")
        self.assert_matches(self.cash, "Cash", 1)
        self.assert_matches(self.cash, "", 1)
        self.cash.name, self.cash.journal_id.name = "Drawer", "Drawer"
        self.assert_refused("payment_ambiguous", "Cash")
        self.assert_refused("payment_ambiguous", "", 1)

    def test_what_the_payment_modes_mean(self):
        self.card.name, self.card.journal_id.name = "Gift Voucher", "Gift Voucher"
        methods = self.add_methods("My Card", "Credit Note", "TABBY", "Tamara", "STC Pay", "Bank  transfer")
        for mode, method in zip((2, 3, 5, 6, 7, 8), methods, strict=True):
            with self.subTest(mode=mode):
                self.assert_matches(method, "", mode)
                self.assertEqual(self.match("Unheard of", mode)[0], method)
        for mode in (0, 4, 9):
            self.assertTrue(self.match("", mode)[1])

    def test_names_are_compared_in_any_language_and_spelling(self):
        self.env["res.lang"]._activate_lang("de_DE")
        self.visa.with_context(lang="de_DE").name = "Geb\u00fchr & Stra\u00dfe"
        self.assert_matches(self.visa, "GEBU\u0308HR &amp; STRASSE")

    # Unknown payments

    def test_the_first_method_is_taken_with_a_warning(self):
        self.visa.sequence = -1
        method, warning = self.match("Unheard of", 9)
        self.assertEqual(method, self.visa)
        for part in ("Unheard of", "9", "Visa Debit", "mapping"):
            self.assertIn(part, warning)

    def test_a_cash_method_is_the_first_one_only_for_cash_or_without_another(self):
        self.cash.sequence = -1
        self.assertNotEqual(self.match("Unheard of", 9)[0], self.cash)
        self.pos_config.payment_method_ids = self.card | self.visa
        self.card.sequence = -1
        method, warning = self.match("Cash", 1)
        self.assertEqual((method, bool(warning)), (self.card, True))
        self.pos_config.payment_method_ids = self.cash
        method, warning = self.match("Unheard of", 9)
        self.assertEqual((method, bool(warning)), (self.cash, True))

    def test_the_method_for_unknown_payments_is_taken_with_a_warning(self):
        self.sync.write({"unknown_payment": "method", "unknown_payment_method_id": self.visa.id})
        method, warning = self.match("Unheard of", 9)
        self.assertEqual((method, bool(warning)), (self.visa, True))
        self.assert_matches(self.card, "Card (test)")
        self.pos_config.payment_method_ids -= self.visa
        message = self.assert_refused("payment_not_found", "Unheard of", 9)
        self.assertIn("The Method for Unknown Payments is not in this Point of Sale", message)

    def test_the_method_for_unknown_payments_can_take_them(self):
        for method in (self.env["pos.payment.method"], self.account, self.elsewhere):
            with self.subTest(method=method.name), self.assertRaises(ValidationError):
                self.sync.write({"unknown_payment": "method", "unknown_payment_method_id": method.id})

    def test_unknown_payments_are_refused_where_they_are_to_be(self):
        self.sync.unknown_payment = "refuse"
        self.assertIn("Choose Payment Method", self.assert_refused("payment_not_found", "Unheard of", 9))
        self.assertIn("neither", self.assert_refused("payment_not_found"))
        self.assert_matches(self.cash, "Cash", 1)
        row = self.import_order(CheckoutDetails=[self.payment(92.0, "Unheard of", 9)])
        self.assertEqual((row.error_code, row.missing_card_type), ("payment_not_found", "Unheard of"))
        self.assertEqual((row.missing_payment_mode, row.pos_order_id.id), ("9", False))

    def test_the_warning_is_on_the_imported_order(self):
        row = self.import_order(CheckoutDetails=[self.payment(92.0, "Unheard of", 9)])
        self.assertEqual(row.state, "done")
        self.assertIn("Unheard of", row.warnings)

    def test_a_method_that_needs_a_customer_is_never_taken(self):
        self.account.sequence = -10
        self.assertNotEqual(self.match("Unheard of")[0], self.account)
        self.map(self.account, card_type="Card")
        self.assert_matches(self.card, "Card")

    def test_without_a_method_that_can_take_it_the_order_waits(self):
        self.pos_config.payment_method_ids = self.account
        with self.assertRaises(UserError) as caught:
            self.match("Card", 2)
        self.assertEqual(caught.exception.code, "payment_not_found")
        row = self.import_order()
        self.assertEqual((row.state, row.error_code), ("failed", "payment_not_found"))
        self.assertIn("Test POS", row.error_message)

    def test_a_batch_asks_the_database_once(self):
        payments = [Payment(f"Type {number}", number) for number in range(50)]
        self.match("Unheard of")
        with self.assertQueryCount(2):
            self.env["external.payment.matching"]._match_payment_methods(self.sync, payments)
