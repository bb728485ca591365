from odoo import Command

from .refund_common import RefundCase


class TestRefundInvoices(RefundCase):
    """Credit notes of invoiced sales, equal to their refunds to the cent; other currencies; rounded cash."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.anna = cls.env["res.partner"].create({"name": "Anna", "email": "anna@example.com"})
        cls.profit, cls.loss = cls.env["account.account"].create(
            [
                {"name": "Rounding profit", "code": "99.1", "account_type": "income_other"},
                {"name": "Rounding loss", "code": "99.2", "account_type": "expense"},
            ]
        )
        cls.create_product("Untaxed", cls.env["account.tax"])

    def invoiced(self, *items, **values):
        self.sync.invoice_mode = "customer"
        row = self.sell(*items, **{"Customer": {"Email": "anna@example.com"}, **values})
        self.assertEqual(row.state, "done", row.error_message)
        self.assertEqual(row.pos_order_id.account_move.state, "posted")
        return row.pos_order_id

    def assert_noted(self, refund, total, tax):
        """Check the credit note of a refund, and return it."""
        self.assert_money(refund, total, tax)
        note = refund.account_move
        self.assertRecordValues(
            note,
            [
                {
                    "move_type": "out_refund",
                    "state": "posted",
                    "amount_total": total,
                    "amount_tax": tax,
                    "amount_residual": 0,
                    "partner_id": refund.partner_id.id,
                    "reversed_entry_id": refund.refunded_order_id.account_move.id,
                }
            ],
        )
        self.assertEqual(refund.state, "done")
        return note

    def test_a_part_gets_a_credit_note(self):
        sale = self.invoiced(self.item(price=20, quantity=4), total=92, tax=12)
        note = self.assert_noted(self.refund(sale, self.back(quantity=1)), 23, 3)
        line = note.invoice_line_ids
        self.assertEqual((line.quantity, line.price_unit, line.product_id), (1, 20, self.product))
        self.assert_noted(self.refund_rest(sale), 69, 9)
        self.assert_nothing_left(sale)

    def test_parts_of_odd_amounts_are_noted_to_the_cent(self):
        included = self.create_tax(19, price_include_override="tax_included")
        self.create_product("Included", included | self.create_tax(3, price_include_override="tax_included"))
        for number, (name, price, discount, total, tax) in enumerate(
            (
                ("Product Name", 3.33, 0, 11.49, 1.5),
                ("Product Name", 9.99, 3.34, 30.62, 3.99),
                ("Untaxed", 3.333, 0, 10, 0),
                ("Untaxed", 3.333, 1.11, 8.89, 0),
                ("Included", 3.333, 0.33, 11.8, None),
            )
        ):
            with self.subTest(name=name, price=price, discount=discount):
                item = self.item(name, price, 3, DiscountAmount=discount)
                sale = self.invoiced(
                    item, order_id=f"odd {number}", total=total, tax=tax, percent=None, AmountTotal=None
                )
                for _piece in range(3):
                    refund = self.refund(sale, self.back(name, quantity=1))
                    self.assert_noted(refund, -refund.amount_total, -refund.amount_tax)
                self.assert_nothing_left(sale)
                notes = sale._get_all_refunds().account_move
                self.assertAlmostEqual(sum(notes.mapped("amount_total")), total)

    def test_money_without_goods_is_noted(self):
        sale = self.invoiced(self.item(price=20, quantity=4), total=92, tax=12)
        note = self.assert_noted(self.refund(sale, self.back(amount=5)), 5, 0.65)
        self.assertEqual(note.invoice_line_ids.tax_ids, self.tax)

    def test_a_fee_that_was_kept(self):
        sale = self.invoiced(self.item(price=20, quantity=4), total=92, tax=12)
        self.assert_noted(self.refund(sale, self.back(quantity=1, amount=20.01), paid=20.01), 20.01, 2.61)

    def test_the_fiscal_position_of_the_sale(self):
        five = self.create_tax(5)
        position = self.env["account.fiscal.position"].create({"name": "Reduced", "company_id": self.company.id})
        five.write({"fiscal_position_ids": [Command.link(position.id)], "original_tax_ids": self.tax.ids})
        self.anna.property_account_position_id = position
        sale = self.invoiced(self.item(price=3.33, quantity=3), total=10.49, tax=0.5, percent=5)
        self.assertEqual(sale.fiscal_position_id, position)
        note = self.assert_noted(self.refund(sale, self.back(quantity=1)), 3.5, 0.17)
        self.assertEqual(note.invoice_line_ids.tax_ids, five)
        self.refund_rest(sale)
        self.assert_nothing_left(sale)

    def test_a_sale_that_a_person_invoiced_later(self):
        sale = self.sell(self.item(price=20, quantity=4), total=92, tax=12).pos_order_id
        sale.partner_id = self.anna
        self.close_session(sale.session_id)
        sale.action_pos_order_invoice()
        self.assert_noted(self.refund(sale, self.back(quantity=1)), 23, 3)

    def test_the_session_balances_with_invoices_and_credit_notes(self):
        sale = self.invoiced(self.item(price=20, quantity=4), total=92, tax=12)
        self.refund(sale, self.back(quantity=1))
        other = self.sell(self.item(), order_id="other", total=92, tax=12).pos_order_id
        self.refund_rest(other)
        move = self.close_session(sale.session_id)
        self.assertAlmostEqual(sum(move.line_ids.mapped("balance")), 0)

    def test_a_sale_without_an_invoice_gets_no_credit_note(self):
        sale = self.sell(self.item(), total=92, tax=12).pos_order_id
        self.assertFalse(self.refund_rest(sale).account_move)

    def test_the_value_of_goods_that_did_not_come_back_is_not_returned(self):
        category = self.env["product.category"].create({"name": "Real Time", "property_valuation": "real_time"})
        self.product.write({"categ_id": category.id, "standard_price": 7})
        sale = self.invoiced(self.item(price=20, quantity=4), total=92, tax=12)

        def cost(move):
            return {line.account_id: line.balance for line in move.line_ids if line.display_type == "cogs"}

        self.assertEqual(sorted(cost(sale.account_move).values()), [-28, 28])
        refund = self.refund(sale, self.back(quantity=1, restock=False))
        self.assertFalse(cost(refund.account_move))
        refund = self.refund(sale, self.back(quantity=1, restock=False), self.back(quantity=2))
        self.assertEqual(sorted(cost(refund.account_move).values()), [-14, 14])

    # Other currencies

    def test_parts_in_currencies_with_three_and_no_decimals(self):
        for code, rate, price, total, tax in (("KWD", 0.25, 1.235, 4.261, 0.556), ("JPY", 150.0, 115, 397, 52)):
            with self.subTest(currency=code):
                self.open_shop_in(code, rate)
                row = self.sell(self.item(price=price, quantity=3), order_id=code, total=total, tax=tax)
                sale = self.assert_booked(row, total, tax)
                for _piece in range(3):
                    self.refund(sale, self.back(quantity=1))
                self.assert_nothing_left(sale)
                books = self.close_and_read(sale.session_id)
                self.assertAlmostEqual(books["sales"], 0, 1)

    def test_a_credit_note_in_another_currency(self):
        self.open_shop_in("EUR", 0.8)
        sale = self.invoiced(self.item(price=33.33, quantity=3), total=114.99, tax=15)
        note = self.assert_noted(self.refund(sale, self.back(quantity=1)), 38.33, 5)
        self.assertEqual(note.currency_id.name, "EUR")
        self.refund_rest(sale)
        move = self.close_session(sale.session_id)
        self.assertAlmostEqual(sum(move.line_ids.mapped("balance")), 0)

    # Rounded cash

    def round_cash(self, only_cash):
        method = self.env["account.cash.rounding"].create(
            {
                "name": "To 0.05",
                "rounding": 0.05,
                "rounding_method": "HALF-UP",
                "strategy": "add_invoice_line",
                "profit_account_id": self.profit.id,
                "loss_account_id": self.loss.id,
            }
        )
        self.pos_config.write(
            {"cash_rounding": True, "only_round_cash_method": only_cash, "rounding_method": method.id}
        )

    def test_rounded_cash_is_proven_by_what_was_paid_back(self):
        for only_cash in (True, False):
            with self.subTest(only_cash=only_cash):
                self.round_cash(only_cash)
                item = self.item("Untaxed", 10.02, 2)
                row = self.sell(item, order_id=f"cash {only_cash}", total=20.04, paid=20.05, percent=0)
                sale = row.pos_order_id
                self.assertEqual(sale.amount_paid, 20.05)
                # The last one pays back what is left of the payment.
                for stated, paid in ((10, 10), (None, 10.05)):
                    outcome = self.try_refund(sale, self.back("Untaxed", quantity=1), paid=stated)
                    self.assertFalse(outcome.error, outcome.error)
                    self.assert_money(outcome.pos_order, 10.02, 0, cash=paid)
                self.assertFalse(sale.has_refundable_lines)
                self.close_session(sale.session_id)

    def test_the_rest_of_a_sale_paid_in_rounded_cash(self):
        self.round_cash(only_cash=True)
        sale = self.sell(self.item("Untaxed", 10.02), total=10.02, paid=10, percent=0).pos_order_id
        self.assert_money(self.refund_rest(sale), 10.02, 0, cash=10)
        self.assert_nothing_left(sale)
        books = self.close_and_read(sale.session_id)
        self.assertEqual((books["sales"], books["rounding"]), (0, 0))

    def test_a_rounded_part_without_stated_payments(self):
        self.round_cash(only_cash=True)
        sale = self.sell(self.item("Untaxed", 10.02, 2), total=20.04, paid=20.05, percent=0).pos_order_id
        self.assert_money(self.refund(sale, self.back("Untaxed", quantity=1)), 10.02, 0, cash=10)

    def test_a_part_by_card_is_not_rounded(self):
        self.round_cash(only_cash=True)
        sale = self.sell(self.item("Untaxed", 10.02, 2), total=20.04, paid=20.05, percent=0).pos_order_id
        by_card = [self.pay_back(10.02, "Card (test)", 2)]
        self.assert_money(self.refund(sale, self.back("Untaxed", quantity=1), paid=by_card), 10.02, 0, card=10.02)
        outcome = self.try_refund(sale, self.back("Untaxed", quantity=1), paid=[self.pay_back(10, "Card (test)", 2)])
        self.assert_not_booked(outcome, "amount_mismatch", "10.00", "10.02")

    def test_an_invoiced_sale_paid_in_rounded_cash(self):
        self.round_cash(only_cash=True)
        sale = self.invoiced(self.item(price=20.02, quantity=2), total=46.05, tax=6.01)
        self.assertTrue(sale.account_move)
        refund = self.refund(sale, self.back(quantity=1))
        self.assertAlmostEqual(refund.account_move.amount_total, -refund.amount_paid)
        self.refund_rest(sale)
        self.close_session(sale.session_id)

    def test_an_invoiced_sale_with_a_rounded_total(self):
        self.round_cash(only_cash=False)
        sale = self.invoiced(self.item(price=20.03, quantity=2), total=46.05, paid=46.05, tax=6.01, AmountTotal=40.06)
        self.assertAlmostEqual(sale.account_move.amount_total, 46.05)
        for total in (-23.05, -23.00):
            outcome = self.try_refund(sale, self.back(quantity=1))
            self.assertFalse(outcome.error, outcome.error)
            refund = outcome.pos_order
            self.assertEqual((refund.amount_total, refund.amount_paid), (total, total))
            self.assertAlmostEqual(refund.account_move.amount_total, -total)
        self.assertFalse(sale.has_refundable_lines)
        self.close_session(sale.session_id)
