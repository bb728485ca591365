from unittest.mock import patch

from odoo import Command, fields
from odoo.exceptions import ValidationError

from .customer_common import CustomerCase


class TestInvoices(CustomerCase):
    """Odoo's own invoices of imported orders: in the customer's fiscal position, and equal to the order to the cent."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.anna = cls.create_contact(email="anna@example.com")
        cls.five, cls.zero = cls.create_tax(5), cls.create_tax(0)
        cls.reduced = cls.create_position("Reduced", cls.five)
        cls.export = cls.create_position("Export", cls.zero)

    @classmethod
    def create_position(cls, name, tax):
        """Return a fiscal position that replaces the tax of 15 % by ``tax``."""
        position = cls.env["account.fiscal.position"].create({"name": name, "company_id": cls.company.id})
        tax.write({"fiscal_position_ids": [Command.link(position.id)], "original_tax_ids": [Command.link(cls.tax.id)]})
        return position

    def setUp(self):
        super().setUp()
        self.sync.invoice_mode = "customer"

    def for_anna(self, order_id, *items, **values):
        return self.sold(order_id, *items, **{"Customer": {"Email": "anna@example.com"}, **values})

    def invoice(self, order_id):
        """Return the invoice of an imported order; check that it is posted and exactly that order."""
        row = self.inbox(order_id)
        self.assertEqual(row.state, "done", row.error_message)
        order = row.pos_order_id
        invoice = order.account_move
        self.assertEqual((order.state, invoice.state, order.to_invoice), ("done", "posted", True))
        self.assertEqual(invoice.partner_id, order.partner_id)
        self.assertEqual(invoice.currency_id, order.currency_id)
        for amount, other in ((invoice.amount_total, order.amount_paid), (invoice.amount_tax, order.amount_tax)):
            self.assertEqual(order.currency_id.compare_amounts(amount, abs(other)), 0, (amount, other))
        return invoice

    # Which orders

    def test_by_default_nothing_is_invoiced(self):
        self.assertEqual(self.env["external.order.sync"].new({}).invoice_mode, "never")
        self.sync.invoice_mode = "never"
        self.synchronize(self.for_anna(1, self.item(), total=92, tax=12, Invoice=True))
        order = self.inbox(1).pos_order_id
        self.assertEqual((order.state, order.partner_id, order.to_invoice), ("paid", self.anna, False))
        self.assertFalse(self.inbox(1).doubt)

    def test_orders_with_a_customer_are_invoiced(self):
        self.synchronize(self.for_anna(1, self.item(), total=92, tax=12), self.order(2))
        invoice = self.invoice(1)
        self.assertEqual((invoice.amount_total, invoice.amount_tax), (92, 12))
        self.assertEqual(invoice.invoice_date, fields.Date.today())
        self.assertEqual(invoice.payment_state, self.env["account.move"]._get_invoice_in_payment_state())
        self.assertFalse(self.inbox(2).pos_order_id.account_move)
        self.assertFalse(self.inbox(2).doubt)

    def test_only_orders_that_ask_for_it(self):
        self.sync.invoice_mode = "asked"
        self.synchronize(
            self.for_anna(1, self.item(), total=92, tax=12),
            self.for_anna(2, self.item(), total=92, tax=12, Invoice=True),
        )
        self.assertFalse(self.inbox(1).pos_order_id.account_move)
        self.assertTrue(self.invoice(2))

    def test_an_order_that_asks_without_a_customer_is_imported_with_a_warning(self):
        self.synchronize(self.order(1, Invoice=True))
        self.assertEqual((self.inbox(1).state, self.inbox(1).doubt), ("done", "invoice_unclear"))

    def test_the_default_customer_is_only_invoiced_if_the_order_asks(self):
        self.sync.default_customer_id = self.anna
        self.synchronize(self.order(1), self.order(2, Invoice=True))
        self.assertFalse(self.inbox(1).pos_order_id.account_move)
        self.assertEqual(self.invoice(2).partner_id, self.anna)

    def test_the_default_customer_never_gets_the_invoice_of_somebody_else(self):
        self.sync.default_customer_id = self.anna
        unknown = {"Name": "ZZ GmbH", "Email": "zz@zz.example"}
        names = ({"Customer": unknown}, {"partner_id": 999999999}, {"CustomerName": "ZZ GmbH"})
        for number, (mode, named) in enumerate((mode, named) for mode in ("match", "ignore") for named in names):
            with self.subTest(mode=mode, named=named):
                self.sync.customer_mode = mode
                self.synchronize(self.order(number, Invoice=True, **named), self.order(f"not {number}", **named))
                row = self.inbox(number)
                self.assertEqual((row.state, row.pos_order_id.partner_id), ("done", self.anna))
                self.assertFalse(row.pos_order_id.account_move)
                self.assertTrue(row.doubt)
                self.assertIn("asks for an invoice", row.warnings)
                self.assertNotIn("asks for an invoice", self.inbox(f"not {number}").warnings or "")

    def test_a_new_customer_is_invoiced_in_the_same_import(self):
        self.sync.customer_mode = "create"
        self.synchronize(self.order(1, Customer={"ID": 1, "Name": "Carl"}))
        self.assertEqual(self.invoice(1).partner_id.name, "Carl")

    def test_nothing_is_printed_or_sent(self):
        moves = type(self.env["account.move"])
        with patch.object(moves, "_generate_and_send", lambda *args, **kwargs: self.fail("it was sent")):
            self.synchronize(self.for_anna(1, self.item(), total=92, tax=12))
        self.assertFalse(self.invoice(1).invoice_pdf_report_id)

    # Taxes

    def test_the_customers_fiscal_position_decides(self):
        for number, (position, total, tax) in enumerate(((self.reduced, 84, 4), (self.export, 80, 0))):
            with self.subTest(position.name):
                self.anna.property_account_position_id = position
                self.synchronize(self.for_anna(number, self.item(), total=total, tax=tax, percent=None))
                invoice = self.invoice(number)
                self.assertEqual(invoice.fiscal_position_id, position)
                self.assertEqual(self.inbox(number).pos_order_id.fiscal_position_id, position)
                self.assertEqual(invoice.invoice_line_ids.tax_ids, self.five if tax else self.zero)

    def test_a_new_customer_has_the_fiscal_position_of_its_country(self):
        self.sync.customer_mode = "create"
        self.export.write({"auto_apply": True, "country_id": self.env.ref("base.be").id})
        carl = {"ID": 1, "Name": "Carl", "Country": "BE"}
        self.synchronize(self.sold(1, self.item(), total=80, percent=None, Customer=carl))
        self.assertEqual(self.invoice(1).fiscal_position_id, self.export)

    def test_other_taxes_than_the_fiscal_positions_are_reported(self):
        self.anna.property_account_position_id = self.export
        self.synchronize(self.for_anna(1, self.item(), total=92, tax=12))
        self.assertEqual(self.invoice(1).invoice_line_ids.tax_ids, self.tax)
        self.assertEqual(self.inbox(1).doubt, "invoice_unclear")
        self.assertIn("Export", self.inbox(1).warnings)

    def test_an_order_without_invoice_is_read_in_the_fiscal_position_last(self):
        self.sync.invoice_mode = "never"
        self.anna.property_account_position_id = self.reduced
        self.synchronize(
            self.for_anna(1, self.item(), total=92, tax=12, percent=None),
            self.for_anna(2, self.item(), total=84, tax=4, percent=None),
        )
        self.assertFalse(self.inbox(1).pos_order_id.fiscal_position_id)
        self.assertEqual(self.inbox(2).pos_order_id.fiscal_position_id, self.reduced)

    # To the cent

    def test_rounded_amounts_survive(self):
        for number, method in enumerate(("round_per_line", "round_globally")):
            with self.subTest(method):
                self.company.tax_calculation_rounding_method = method
                base = 10 * number
                cents = [self.item(price=0.30) for _line in range(3)]
                self.synchronize(
                    self.for_anna(base + 1, *cents, total=1.05, tax=0.15),
                    self.for_anna(base + 2, *cents, total=1.04, tax=0.14),
                    self.for_anna(base + 3, self.item(price=33.333333, quantity=3), total=115.00, tax=15.00),
                )
                for order_id in (base + 1, base + 2, base + 3):
                    self.assertTrue(self.invoice(order_id))

    def test_discounts_survive_that_an_invoice_would_round(self):
        self.create_product("Untaxed", self.env["account.tax"])
        self.synchronize(
            self.for_anna(1, self.item(price=29.99, quantity=3, DiscountAmount=7.77), total=94.53, tax=12.33),
            self.for_anna(
                2, self.item("Untaxed", price=9999.99, quantity=3, DiscountAmount=7.77), total=29992.20, percent=None
            ),
            self.for_anna(3, self.item("Untaxed", price=9999.99, DiscountAmount=9999.98), total=0.01, percent=None),
            self.for_anna(4, self.item(), self.item(price=20), total=103.50, tax=13.50, AmountDiscount=10),
        )
        for order_id in (1, 2, 3, 4):
            self.assertTrue(self.invoice(order_id))

    def test_prices_with_tax(self):
        self.sync.prices_include_tax = True
        items = self.item(price=9.99, quantity=7), self.item(price=0.01)
        self.synchronize(self.for_anna(1, *items, total=69.94, tax=9.12))
        self.assertTrue(self.invoice(1))

    def test_a_return_becomes_a_credit_note(self):
        self.synchronize(self.for_anna(1, self.item(quantity=-1), total=-92.0, tax=-12.0))
        invoice = self.invoice(1)
        self.assertEqual((invoice.move_type, invoice.amount_total), ("out_refund", 92))

    def test_change_and_several_payments(self):
        self.synchronize(
            self.for_anna(1, self.item(), total=92, tax=12, paid=100),
            self.for_anna(
                2,
                self.item(),
                total=92,
                tax=12,
                CheckoutDetails=[self.payment(42), self.payment(50, "Card", 2)],
            ),
        )
        for order_id in (1, 2):
            self.assertFalse(self.invoice(order_id).amount_residual)

    def test_a_foreign_currency(self):
        self.open_shop_in("CHF", 1.37)
        self.synchronize(
            self.for_anna(1, self.item(price=29.99, quantity=3, DiscountAmount=7.77), total=94.53, tax=12.33)
        )
        invoice = self.invoice(1)
        self.assertEqual(invoice.currency_id.name, "CHF")
        self.close_session(self.inbox(1).session_id)
        self.assertFalse(invoice.amount_residual)

    def test_cash_rounding(self):
        rounding = self.env["account.cash.rounding"].create(
            {
                "name": "0.05",
                "rounding": 0.05,
                "strategy": "add_invoice_line",
                "rounding_method": "HALF-UP",
                "profit_account_id": self.company.default_cash_difference_income_account_id.id,
                "loss_account_id": self.company.default_cash_difference_expense_account_id.id,
            }
        )
        self.pos_config.write({"cash_rounding": True, "rounding_method": rounding.id})
        self.synchronize(
            self.for_anna(1, self.item(price=80.02), total=92.02, tax=12.00, CheckoutDetails=[self.payment(92.00)])
        )
        self.assertEqual(self.invoice(1).amount_total, 92.00)

    def test_an_invoice_that_would_differ_is_refused_and_nothing_is_booked(self):
        orders = type(self.env["pos.order"])
        original = orders._prepare_invoice_lines

        def change_one(order, move_type):
            lines = original(order, move_type)
            lines[0][2].update(price_unit=81.0, extra_tax_data=False)
            return lines

        moves = self.env["account.move"].search_count([])
        stock = self.env["stock.picking"].search_count([])
        with patch.object(orders, "_prepare_invoice_lines", change_one):
            self.synchronize(self.for_anna(1, self.item(), total=92, tax=12), self.order(2))
        self.assert_refused(self.inbox(1), "invoice_mismatch", "93.15", "92.00")
        self.assertEqual(self.env["account.move"].search_count([]), moves)
        self.assertEqual(self.env["stock.picking"].search_count([]), stock + 1)
        self.assertEqual(self.pos_orders(), self.inbox(2).pos_order_id)

    def test_an_invoice_that_odoo_refuses_is_explained_and_nothing_is_booked(self):
        self.anna.property_account_receivable_id.active = False
        self.synchronize(self.for_anna(1, self.item(), total=92, tax=12), self.order(2))
        self.assert_refused(self.inbox(1), "invoice_refused", "Nothing was booked")
        self.assertEqual(self.pos_orders(), self.inbox(2).pos_order_id)

    def test_orders_that_were_refused_for_their_invoice_are_imported_once_there_are_none(self):
        self.anna.property_account_receivable_id.active = False
        self.synchronize(self.for_anna(1, self.item(), total=92, tax=12))
        self.assert_refused(self.inbox(1), "invoice_refused")
        self.sync.invoice_mode = "never"
        self.assertEqual((self.inbox(1).state, self.inbox(1).pos_order_id.account_move.ids), ("done", []))

    # Closing

    def test_a_session_with_invoiced_orders_closes_balanced(self):
        self.anna.property_account_position_id = self.reduced
        cents = [self.item(price=0.30) for _line in range(3)]
        self.synchronize(
            self.for_anna(1, self.item(price=29.99, quantity=3, DiscountAmount=7.77), total=86.31, tax=4.11, percent=5),
            self.for_anna(2, *cents, total=0.96, tax=0.06, percent=5),
            self.for_anna(3, self.item(), total=84, tax=4, percent=5, paid=100),
            self.for_anna(4, self.item(quantity=-1), total=-84.0, tax=-4.0, percent=5),
            self.sold(5, self.item(), total=92, tax=12),
        )
        invoices = [self.invoice(order_id) for order_id in (1, 2, 3, 4)]
        closing = self.close_session(self.inbox(1).session_id)
        self.assertAlmostEqual(sum(closing.line_ids.mapped("balance")), 0)
        taxes = closing.line_ids.filtered("tax_line_id")
        self.assertEqual((taxes.tax_line_id, -sum(taxes.mapped("balance"))), (self.tax, 12))
        for invoice in invoices:
            self.assertFalse(invoice.amount_residual)
            self.assertEqual(sum(invoice.line_ids.mapped("balance")), 0)
        entries = closing.union(*invoices)
        income = entries.line_ids.filtered(lambda line: line.display_type == "product" or line.move_id == closing)
        income = (income - taxes).filtered(lambda line: line.account_id.internal_group == "income")
        self.assertAlmostEqual(-sum(income.mapped("balance")), 82.20 + 0.90 + 80 - 80 + 80)
        unreconciled = closing.line_ids.filtered(lambda line: line.account_id.reconcile and not line.reconciled)
        self.assertFalse(unreconciled.filtered(lambda line: line.account_id.account_type == "asset_receivable"))
        self.assertEqual(set(self.pos_orders().mapped("state")), {"done"})

    def test_the_invoice_has_the_date_of_the_sale_or_the_first_open_one(self):
        importing = type(self.env["external.order.import"])
        original = importing._prepare_pos_order_values
        sold = fields.Datetime.subtract(fields.Datetime.now(), days=3)

        def sold_days_ago(*args):
            return {**original(*args), "date_order": sold}

        with patch.object(importing, "_prepare_pos_order_values", sold_days_ago):
            self.synchronize(self.for_anna(1, self.item(), total=92, tax=12))
            self.company.sale_lock_date = fields.Date.subtract(sold.date(), days=-1)
            self.synchronize(self.for_anna(2, self.item(), total=92, tax=12))
        self.assertEqual((self.invoice(1).invoice_date, self.invoice(1).date), (sold.date(), sold.date()))
        self.assertEqual(self.invoice(2).invoice_date, sold.date())
        self.assertGreater(self.invoice(2).date, self.company.sale_lock_date)
        self.assertFalse(self.invoice(2).amount_residual)

    def test_an_invoice_needs_its_journal(self):
        with self.assertRaisesRegex(ValidationError, "invoice journal"), self.env.cr.savepoint():
            self.pos_config.invoice_journal_id = False
            self.sync.invoice_mode = "asked"
        self.pos_config.invoice_journal_id = False
        self.synchronize(self.for_anna(1, self.item(), total=92, tax=12))
        self.assert_refused(self.inbox(1), "invoice_refused", "no invoice journal")
