from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from .common import ExternalOrderCase


@tagged("post_install", "-at_install")
class TestSecurityCompanies(ExternalOrderCase):
    """No user can affect a company without access to it by handing a record over to it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.theirs = cls.env["res.company"].create({"name": "Their Company"})
        groups = "external_order_sync.group_manager,stock.group_stock_manager,point_of_sale.group_pos_manager"
        cls.outsider = new_test_user(cls.env, "outsider", groups=groups, company_id=cls.theirs.id)
        cls.both = new_test_user(cls.env, "of-both", groups=groups, company_id=cls.company.id)
        cls.both.company_ids |= cls.theirs
        their_env = cls.env(user=cls.outsider, context={"allowed_company_ids": cls.theirs.ids})
        method = {"name": "Their Money", "company_id": cls.theirs.id, "split_transactions": True}
        cls.their_method = cls.env["pos.payment.method"].create(method)
        warehouse = cls.env["stock.warehouse"].search([("company_id", "=", cls.theirs.id)], limit=1)
        cls.their_pos = (
            cls.env["pos.config"]
            .with_company(cls.theirs)
            .create(
                {
                    "name": "Their POS",
                    "company_id": cls.theirs.id,
                    "picking_type_id": warehouse.pos_type_id.id,
                    "payment_method_ids": [Command.set(cls.their_method.ids)],
                    "journal_id": cls.env["account.journal"]
                    .create({"name": "Theirs", "code": "THR", "type": "general", "company_id": cls.theirs.id})
                    .id,
                    "invoice_journal_id": cls.env["account.journal"]
                    .create({"name": "Their Sales", "code": "THS", "type": "sale", "company_id": cls.theirs.id})
                    .id,
                }
            )
        )
        cls.their_sync = their_env["external.order.sync"].create(
            {
                "name": "Theirs",
                "external_api_url": "https://theirs.example/orders",
                "pos_config_id": cls.their_pos.id,
                "active": False,
            }
        )
        cls.their_env = their_env

    def test_a_synchronization_is_not_moved_into_the_register_of_another_company(self):
        for values in ({"pos_config_id": self.pos_config.id}, {"company_id": self.company.id}):
            with self.subTest(values), self.assertRaises(UserError), self.env.cr.savepoint():
                self.their_sync.write(values)

    def test_the_company_of_a_synchronization_is_that_of_its_register(self):
        allowed = [self.company.id, self.theirs.id]
        sync = self.sync.with_user(self.both).with_context(allowed_company_ids=allowed)
        with self.assertRaisesRegex(ValidationError, "belongs to the company of its Point of Sale"):
            sync.company_id = self.theirs

    def test_messages_of_an_order_are_for_those_who_may_read_the_order(self):
        order = self.their_env["external.order"].sudo().create({"sync_id": self.their_sync.id, "external_id": "1"})
        order._note("What happened to it")
        message = order.message_ids[:1]
        self.assertIn("What happened", message.body)
        groups = "base.group_user,external_order_sync.group_manager"
        ours = new_test_user(self.env, "ours", groups=groups, company_id=self.company.id)
        for user in (ours, new_test_user(self.env, "visitor", groups="base.group_portal")):
            self.env.flush_all()
            self.env.invalidate_all()
            messages = self.env["mail.message"].with_user(user)
            self.assertFalse(messages.search([("id", "=", message.id)]))
            with self.assertRaises(AccessError):
                messages.browse(message.id).read(["body"])

    def test_choices_and_sources_are_not_handed_to_another_company(self):
        product = self.env["product.product"].create({"name": "Shared", "available_in_pos": True})
        records = [
            self.their_env["external.product.alias"].create({"item_name": "Gadget", "product_id": product.id}),
            self.their_env["external.payment.mapping"].create(
                {"card_type": "Visa", "payment_method_id": self.their_method.id}
            ),
            self.their_env["external.customer"].create(
                {"external_id": "17", "partner_id": self.outsider.partner_id.id}
            ),
            self.their_env["odoo.sync.source"].create(
                {"name": "R", "code": "their_r", "url": "https://r.example", "database": "d", "login": "l",
                 "company_id": self.theirs.id}
            ),
        ]  # fmt: skip
        for record in records:
            with self.subTest(record._name), self.assertRaises(AccessError), self.env.cr.savepoint():
                record.write({"company_id": self.company.id})

    def test_the_product_of_charges_stays_with_its_synchronization(self):
        product = self.env.ref("external_order_sync.product_charge_service")
        choice = self.their_env["external.charge.product"].create(
            {"sync_id": self.their_sync.id, "type": "service", "product_id": product.id}
        )
        self.assertEqual(choice.company_id, self.theirs)
        with self.assertRaises(UserError), self.env.cr.savepoint():
            choice.write({"sync_id": self.sync.id})
        with self.assertRaises(UserError), self.env.cr.savepoint():
            self.their_env["external.charge.product"].create(
                {"sync_id": self.sync.id, "type": "service", "product_id": product.id}
            )

    def test_a_preview_is_for_whom_it_was_made(self):
        preview = self.env["external.order.preview"].with_user(self.both).create({"sync_id": self.sync.id})
        self.assertFalse(self.their_env["external.order.preview"].search([("id", "=", preview.id)]))

    def test_only_the_system_says_which_sessions_are_its_own(self):
        self.import_order()
        session = self.env["pos.session"].search([("config_id", "=", self.pos_config.id)], limit=1)
        for values in ({"external_order_sync_id": self.sync.id}, {"external_closing_starts": 0}):
            with self.subTest(values), self.assertRaises(AccessError):
                session.with_user(self.both).write(values)

    def test_periods_are_dates_that_exist(self):
        periods = (("payload_retention_days", 10**7), ("payload_retention_days", -1), ("overlap_minutes", 2 * 10**9))
        for name, value in periods:
            with self.subTest(name, value=value), self.assertRaises(ValidationError):
                self.sync[name] = value
