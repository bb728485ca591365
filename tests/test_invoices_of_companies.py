from odoo.fields import Command

from .customer_common import CustomerCase


class TestInvoicesOfCompanies(CustomerCase):
    """Two companies share a product and a customer; each invoices by its own journals, taxes and fiscal positions."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.sync.invoice_mode = "customer"
        cls.anna = cls.create_contact(email="anna@example.com")
        cls.first = cls.company
        cls.second = cls.env["res.company"].create({"name": "Second Company", "country_id": cls.company.country_id.id})
        cls.env["account.chart.template"].try_loading("generic_coa", company=cls.second, install_demo=False)
        cls.env.user.company_ids |= cls.second
        first_env = cls.env
        cls.env = cls.env(context={**cls.env.context, "allowed_company_ids": cls.second.ids})
        cls.company = cls.second
        cls.tax_of_second = cls.create_tax(5)
        cls.product.taxes_id = cls.tax | cls.tax_of_second  # and not the default tax of the second
        methods = cls.create_payment_method("Cash", "cash") | cls.create_payment_method("Bank", "bank")
        config = cls.create_pos_config("Second POS", methods)
        cls.sync_of_second = cls.create_sync(
            name="Second Store Orders",
            pos_config_id=config.id,
            invoice_mode="customer",
        )
        cls.company, cls.env = cls.first, first_env

    def import_in_both(self, tax_of_second=4):
        """Import an order of Anna in each company, both by a user of the first; return the two POS orders."""
        orders = []
        for sync, tax in ((self.sync, 12), (self.sync_of_second, tax_of_second)):
            customer = {"Email": "anna@example.com"}
            self.feed(self.sold(1, self.item(), total=80 + tax, tax=tax, TaxPercent=tax / 80 * 100, Customer=customer))
            sync.with_env(self.env).sync_orders()
            row = self.env["external.order"].search([("sync_id", "=", sync.id)]).ensure_one()
            self.assertEqual(row.state, "done", row.error_message)
            orders.append(row.pos_order_id)
        return orders

    def test_each_company_invoices_by_its_own_books(self):
        for order, company, tax in zip(
            self.import_in_both(), (self.first, self.second), (self.tax, self.tax_of_second), strict=True
        ):
            invoice = order.account_move
            self.assertEqual((invoice.state, invoice.company_id, invoice.partner_id), ("posted", company, self.anna))
            self.assertEqual(invoice.journal_id, order.config_id.invoice_journal_id)
            self.assertEqual((invoice.amount_total, invoice.amount_tax), (order.amount_total, order.amount_tax))
            self.assertEqual(invoice.invoice_line_ids.filtered("product_id").tax_ids, tax)
            self.assertTrue(all(company in account.company_ids for account in invoice.line_ids.account_id))
            self.assertEqual(order.payment_ids.payment_method_id.company_id | order.picking_ids.company_id, company)

    def test_a_fiscal_position_of_the_other_company_does_not_count(self):
        exempt = self.env["account.tax"].create(
            {"name": "Exempt", "amount": 0, "type_tax_use": "sale", "company_id": self.second.id}
        )
        position = self.env["account.fiscal.position"].create(
            {"name": "Exempt", "company_id": self.second.id, "tax_ids": [Command.link(exempt.id)]}
        )
        exempt.original_tax_ids = self.tax_of_second
        self.anna.with_company(self.second).property_account_position_id = position
        first, second = self.import_in_both(tax_of_second=0)
        self.assertEqual((first.amount_tax, second.amount_tax), (12, 0))
        self.assertFalse(first.fiscal_position_id)
        self.assertEqual(second.account_move.fiscal_position_id, position)
