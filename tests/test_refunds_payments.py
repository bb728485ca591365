from odoo.fields import Command

from .refund_common import RefundCase


class TestRefundPayments(RefundCase):
    """How a refund is paid back: as it says, else as the sale was paid."""

    def sold_by(self, *payments, **values):
        paid = sum(payment["AmountPaid"] for payment in payments)
        item = self.item(price=20, quantity=4)
        return self.sell(item, total=92, tax=12, paid=paid, CheckoutDetails=list(payments), **values).pos_order_id

    def by_card(self, amount):
        return self.payment(amount, "Card (test)", 2)

    def test_another_method_than_that_of_the_sale(self):
        sale = self.sold_by(self.by_card(92))
        self.assert_money(self.refund(sale, self.back(quantity=1), paid=23), 23, cash=23)
        self.assert_money(self.refund_rest(sale), 69, card=69)

    def test_several_payments_with_reference_and_card(self):
        sale = self.sold_by(self.by_card(92))
        paid = [self.pay_back(10), self.pay_back(13, "Card (test)", 2, reference="R-1", card_last4="1234")]
        refund = self.refund(sale, self.back(quantity=1), paid=paid)
        self.assert_money(refund, 23, cash=10, card=13)
        payment = refund.payment_ids.filtered(lambda payment: payment.payment_method_id == self.card)
        self.assertEqual((payment.payment_ref_no, payment.card_no, payment.amount), ("R-1", "1234", -13))

    def test_payments_that_differ_from_the_total(self):
        sale = self.sold_by(self.by_card(92))
        outcome = self.try_refund(sale, self.back(quantity=1), paid=20, total=23)
        self.assert_not_booked(outcome, "amount_mismatch", "20.00", "23.00")

    def test_an_unknown_method_can_be_chosen_as_for_a_sale(self):
        self.sync.unknown_payment = "refuse"
        sale = self.sold_by(self.by_card(92))
        outcome = self.try_refund(sale, self.back(quantity=1), paid=[self.pay_back(23, "Voucher", None)])
        self.assert_not_booked(outcome, "payment_not_found", "Voucher")
        self.assertEqual(outcome.error.payment, ("Voucher", None))

    def test_a_guessed_method_is_a_warning(self):
        sale = self.sold_by(self.by_card(92))
        self.refund(sale, self.back(quantity=1), paid=[self.pay_back(23, "Voucher", None)])
        self.assertEqual(self.last_outcome.doubt, "payment_guessed")

    def test_the_only_method_of_the_sale(self):
        sale = self.sold_by(self.by_card(92))
        self.assert_money(self.refund(sale, self.back(quantity=1)), 23, card=23)
        self.assertFalse(self.last_outcome.warnings)

    def test_the_rest_reverses_all_payments(self):
        sale = self.sold_by(self.payment(40), self.by_card(52))
        self.assert_money(self.refund_rest(sale), 92, cash=40, card=52)
        self.assertFalse(self.last_outcome.warnings)
        self.assert_nothing_left(sale)

    def test_a_part_by_the_largest_of_several_methods_is_a_warning(self):
        sale = self.sold_by(self.payment(40), self.by_card(52))
        self.assert_money(self.refund(sale, self.back(quantity=1)), 23, card=23)
        self.assertEqual(self.last_outcome.doubt, "payment_guessed")
        self.assertIn("Card (test)", self.last_outcome.warnings[0])
        self.assert_money(self.refund_rest(sale), 69, cash=40, card=29)
        self.assertFalse(self.last_outcome.warnings)
        self.assert_nothing_left(sale)

    def test_a_part_that_no_single_method_covers(self):
        sale = self.sold_by(self.payment(40), self.by_card(52))
        self.assert_money(self.refund(sale, self.back(quantity=3)), 69, cash=17, card=52)

    def test_a_payment_that_does_not_say_how_is_by_the_method_of_the_sale(self):
        sale = self.sold_by(self.payment(92))
        paid = [self.pay_back(23, "", None, reference="R-1")]
        refund = self.refund(sale, self.back(quantity=1), paid=paid)
        self.assert_money(refund, 23, cash=23)
        self.assertEqual((refund.payment_ids.payment_ref_no, self.last_outcome.warnings), ("R-1", []))
        outcome = self.try_refund(sale, self.back(quantity=1), paid=[self.pay_back(20, "", None)], total=23)
        self.assert_not_booked(outcome, "amount_mismatch", "20.00", "23.00")

    def test_change_was_not_paid(self):
        sale = self.sold_by(self.payment(100))
        self.assertEqual(len(sale.payment_ids), 2)
        self.assert_money(self.refund_rest(sale), 92, cash=92)
        self.assert_nothing_left(sale)

    def test_what_was_paid_back_otherwise_is_not_owed_again(self):
        sale = self.sold_by(self.by_card(92))
        self.refund(sale, self.back(quantity=1), paid=23)
        self.assert_money(self.refund_rest(sale), 69, card=69)

    def test_a_method_that_the_point_of_sale_no_longer_has(self):
        sale = self.sold_by(self.by_card(92))
        session = sale.session_id
        self.close_session(session)
        self.pos_config.payment_method_ids = [Command.unlink(self.card.id)]
        self.assert_not_booked(self.try_refund(sale, is_rest=True), "payment_not_found", "Card (test)", "Test POS")
        self.assert_money(self.refund_rest(sale, paid=92), 92, cash=92)

    def test_a_customers_account(self):
        customer = self.env["res.partner"].create({"name": "Anna", "email": "anna@example.com"})
        on_account = self.env["pos.payment.method"].create({"name": "Credit", "split_transactions": True})
        self.pos_config.payment_method_ids = [Command.link(on_account.id)]
        sale = self.sold_by(self.payment(92, "Credit", 3), Customer={"Email": "anna@example.com"})
        self.assertEqual((sale.partner_id, sale.payment_ids.payment_method_id), (customer, on_account))
        refund = self.refund(sale, self.back(quantity=1))
        self.assertEqual((refund.partner_id, refund.payment_ids.payment_method_id), (customer, on_account))
        refund = self.refund(sale, self.back(quantity=1), paid=[self.pay_back(23, "Credit", 3)])
        self.assertEqual(refund.payment_ids.payment_method_id, on_account)
