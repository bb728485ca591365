from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import new_test_user

from .common import ExternalOrderCase


class TestChoicesOfCompanies(ExternalOrderCase):
    """What one company decides for all its synchronizations changes nothing for another company."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other_company = cls.env["res.company"].create({"name": "Other Company"})
        cls.env.user.company_ids |= cls.other_company
        cls.other_user = new_test_user(
            cls.env,
            "other-manager",
            "base.group_user,external_order_sync.group_manager",
            company_id=cls.other_company.id,
            company_ids=[Command.set(cls.other_company.ids)],
        )

    def choose(self, user, model, **values):
        return self.env[model].with_user(user).with_context(allowed_company_ids=user.company_ids.ids).create(values)

    def test_an_alias_of_another_company_does_not_decide_what_is_sold(self):
        product = self.create_product("Shared", taxes=self.tax.browse())
        alias = self.choose(self.other_user, "external.product.alias", item_name="Product Name", product_id=product.id)
        self.assertEqual(alias.company_id, self.other_company)
        row = self.import_order()
        self.assertEqual((row.state, row.pos_order_id.lines.product_id), ("done", self.product), row.error_message)

    def test_an_alias_of_another_company_retries_no_order_here(self):
        self.synchronize(self.order(1, OrderItems=[self.item("Gadget")]))
        row = self.inbox(1)
        self.choose(self.other_user, "external.product.alias", item_name="Gadget", product_id=self.product.id)
        self.assertEqual((row.state, row.attempts), ("failed", 1))

    def test_nobody_makes_or_changes_a_choice_of_a_company_that_is_not_theirs(self):
        own = self.env["external.product.alias"].create({"item_name": "Gadget", "product_id": self.product.id})
        self.assertEqual(own.company_id, self.company)
        with self.assertRaises(AccessError):
            own.with_user(self.other_user).with_context(allowed_company_ids=self.other_company.ids).item_name = "Other"
        with self.assertRaises(AccessError):
            self.choose(
                self.other_user,
                "external.product.alias",
                item_name="Gizmo",
                product_id=self.product.id,
                company_id=self.company.id,
            )

    def test_two_companies_may_call_different_products_alike(self):
        self.env["external.product.alias"].create({"item_name": "Gadget", "product_id": self.product.id})
        self.choose(self.other_user, "external.product.alias", item_name="Gadget", product_id=self.component.id)
        row = self.import_order(OrderItems=[self.item("Gadget")])
        self.assertEqual(row.pos_order_id.lines.product_id, self.product)

    def test_a_choice_follows_its_synchronization(self):
        alias = self.env["external.product.alias"].create(
            {"item_name": "Gadget", "product_id": self.product.id, "sync_id": self.sync.id}
        )
        mapping = self.env["external.payment.mapping"].create(
            {"card_type": "Voucher", "payment_method_id": self.card.id}
        )
        self.assertEqual((alias.company_id, mapping.company_id), (self.company, self.company))

    def test_a_choice_of_a_former_version_keeps_its_effect_in_every_company(self):
        sync = self.create_sync(name="Other")
        Alias = self.env["external.product.alias"]
        alias = Alias.create({"item_name": "Gadget", "product_id": self.product.id})
        self.env.flush_all()
        # A Point of Sale of the other company would need its chart of accounts.
        self.env.cr.execute(
            "UPDATE external_order_sync SET company_id = %s WHERE id = %s", [self.other_company.id, sync.id]
        )
        self.env.cr.execute("ALTER TABLE external_product_alias ALTER company_id DROP NOT NULL")
        self.env.cr.execute("UPDATE external_product_alias SET company_id = NULL WHERE id = %s", [alias.id])
        self.env.invalidate_all()
        for _time in range(2):  # every further update leaves them alone
            Alias._give_companies()
            aliases = Alias.search([("item_name", "=", "Gadget")])
            companies = self.env["external.order.sync"].with_context(active_test=False).search([]).company_id
            self.assertEqual(aliases.company_id, companies)
            self.assertEqual(len(aliases), len(companies))
            self.assertIn(alias, aliases)
            self.assertEqual(aliases.product_id, self.product)
            self.assertEqual(set(aliases.mapped("name_key")), {"gadget"})
