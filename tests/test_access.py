from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import Form, new_test_user

from .common import API_KEY, ExternalOrderCase

GROUP = "external_order_sync.group_"


class TestAccess(ExternalOrderCase):
    """Users synchronize and fix orders, managers configure, and only system administrators see the key."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.user = new_test_user(cls.env, "sync-user", groups=f"base.group_user,{GROUP}user")
        cls.manager = new_test_user(cls.env, "sync-manager", groups=f"base.group_user,{GROUP}manager")
        cls.cashier = new_test_user(cls.env, "sync-cashier", groups="point_of_sale.group_pos_user")
        cls.employee = new_test_user(cls.env, "sync-employee", groups="base.group_user")

    def failed_order(self, order_id=639):
        self.synchronize(self.order(order_id, OrderItems=[self.item("No Such Product")]))
        return self.inbox(order_id)

    # ---- the key -----------------------------------------------------------------------------------------------------

    def test_only_system_administrators_read_the_key(self):
        for user in (self.user, self.manager):
            sync = self.sync.with_user(user)
            with self.subTest(user=user.login):
                with self.assertRaises(AccessError):
                    sync.read(["external_api_key"])
                with self.assertRaises(AccessError):
                    sync.search([("external_api_key", "=like", "t%")])
                self.assertNotIn("external_api_key", sync.fields_get())
                self.assertNotIn(API_KEY, str(sync.read()))
        administrator = new_test_user(self.env, "administrator", groups=f"base.group_system,{GROUP}manager")
        self.assertEqual(self.sync.with_user(administrator).external_api_key, API_KEY)

    def test_the_key_is_not_exported(self):
        allowed = new_test_user(self.env, "exporter", groups=f"base.group_allow_export,{GROUP}manager")
        sync = self.sync.with_user(allowed)
        self.assertEqual(sync.export_data(["name"])["datas"], [["Main Store Orders"]])
        with self.assertRaises(AccessError):
            sync.export_data(["name", "external_api_key"])

    def test_the_key_is_in_no_message_about_its_change(self):
        self.sync.write({"external_api_key": "fresh-secret", "name": "Renamed"})
        self.env.flush_all()
        self.assertNotIn("fresh-secret", " ".join(str(body) for body in self.sync.message_ids.mapped("body")))
        values = self.sync.message_ids.sudo().tracking_value_ids
        self.assertNotIn("external_api_key", values.field_id.mapped("name"))

    # ---- users -------------------------------------------------------------------------------------------------------

    def test_a_user_starts_a_sync_and_sees_what_happened(self):
        self.feed(self.order())
        action = self.sync.with_user(self.user).action_sync_now()
        self.assertEqual(action["params"]["message"], "1 order imported.")
        row = self.inbox(639).with_user(self.user)
        self.assertEqual((row.state, row.pos_order_id.state), ("done", "paid"))
        self.assertEqual(self.sync.with_user(self.user).last_sync_status, "success")
        self.assertTrue(self.sync.run_ids.with_user(self.user).message)

    def test_a_user_retries_and_ignores_but_writes_nothing_directly(self):
        row = self.failed_order().with_user(self.user)
        for operation in ("write", "create", "unlink"):
            self.assertFalse(row.has_access(operation))
            self.assertFalse(self.sync.with_user(self.user).has_access(operation))
        with self.assertRaises(AccessError):
            row.write({"state": "done"})
        row.action_retry()
        self.assertEqual((row.state, row.attempts), ("failed", 1))
        row.action_ignore()
        self.assertEqual(row.state, "ignored")
        self.create_product("No Such Product", list_price=80)
        row.action_retry()
        self.assertEqual(row.state, "done")

    def test_a_user_chooses_products_but_does_not_forget_them(self):
        alias = (
            self.env["external.product.alias"]
            .with_user(self.user)
            .create(
                {
                    "item_name": "Gadget",
                    "product_id": self.product.id,
                    "sync_id": self.sync.id,
                }
            )
        )
        with self.assertRaises(AccessError):
            alias.unlink()
        self.assertTrue(alias.with_user(self.manager).has_access("unlink"))

    def unknown_payment(self):
        """Return the inbox row of an order that waits for the method of its payment, Voucher / 9."""
        self.sync.unknown_payment = "refuse"
        self.synchronize(self.order(CheckoutDetails=[self.payment(92.0, "Voucher", 9)]))
        return self.inbox(639).with_user(self.user)

    def test_a_user_chooses_the_method_of_a_payment_that_an_order_waits_for(self):
        row = self.unknown_payment()
        action = row.action_choose_payment()
        view, _kind = action["views"][0]
        Mapping = self.env["external.payment.mapping"].with_user(self.user).with_context(**action["context"])
        dialog = Form(Mapping, view=view)
        dialog.payment_method_id = self.card.with_user(self.user)
        mapping = dialog.save()
        self.assertEqual(mapping.with_context(**action["context"]).action_remember()["params"]["type"], "success")
        self.assertEqual(row.pos_order_id.payment_ids.payment_method_id, self.card)
        for operation in ("write", "unlink"):
            self.assertFalse(mapping.has_access(operation))
            self.assertTrue(mapping.with_user(self.manager).has_access(operation))

    def test_a_user_decides_about_no_other_payment(self):
        row = self.unknown_payment()
        waited_for = {
            "sync_id": self.sync.id,
            "card_type": "Voucher",
            "payment_mode": "9",
            "payment_method_id": self.card.id,
        }
        others = {
            "all synchronizations": {"sync_id": False},
            "any CardType": {"card_type": False},
            "any PaymentMode": {"payment_mode": False},
            "another CardType": {"card_type": "Visa"},
            "an order of another synchronization": {"sync_id": self.create_sync(name="Other").id},
            "one Point of Sale": {"pos_config_id": self.pos_config.id},
        }
        Mapping = self.env["external.payment.mapping"].with_user(self.user)
        for what, values in others.items():
            with self.subTest(what), self.assertRaises(AccessError) as refused:  # undoes what was created
                Mapping.create({**waited_for, **values})
            self.assertIn("Ask an administrator", str(refused.exception))
        row.action_ignore()
        with self.assertRaises(AccessError):
            Mapping.create(waited_for)
        row.action_retry()
        self.assertTrue(Mapping.create(waited_for))
        self.assertEqual(row.state, "done")

    def test_a_user_is_referred_to_an_administrator_where_a_mapping_counts_no_more(self):
        gone = self.create_payment_method("Gone", "bank")
        values = {"sync_id": self.sync.id, "card_type": "voucher", "payment_mode": "9", "payment_method_id": gone.id}
        mapping = self.env["external.payment.mapping"].create(values)
        row = self.unknown_payment()
        with self.assertRaisesRegex(UserError, "Ask an administrator"):
            row.action_choose_payment()
        self.assertEqual(row.with_user(self.manager).action_choose_payment()["res_id"], mapping.id)
        run = self.sync.run_ids[:1]
        first = [run.with_user(user)._get_next_steps()[0]["name"] for user in (self.user, self.manager)]
        self.assertEqual(first, ["Show Failed Orders", "Choose Payment Method: Voucher / 9"])

    def test_a_user_has_a_button_for_a_payment_that_waits_only(self):
        self.unknown_payment()
        problems = self.env["external.order.problem"].with_user(self.user)
        arch = problems.get_view(view_type="kanban")["arch"]
        self.assertIn("action_choose_payment", arch)
        self.assertTrue(problems.search([]).can_choose_payment)
        self.inbox(639).action_ignore()
        self.sync.unknown_payment = "first"
        self.synchronize(self.order(640, CheckoutDetails=[self.payment(92.0, "Voucher", 9)]))
        self.assertEqual(problems.search([]).reason, "payment_guessed")
        self.assertFalse(problems.search([]).can_choose_payment)
        self.assertTrue(problems.with_user(self.manager).search([]).can_choose_payment)

    def test_a_user_does_not_set_up(self):
        with self.assertRaises(AccessError):
            self.sync.with_user(self.user).write({"sync_interval": 1})
        with self.assertRaises(AccessError):
            self.sync.with_user(self.user).action_test_connection()

    def test_a_manager_sets_up_and_tests_the_connection(self):
        sync = self.sync.with_user(self.manager)
        sync.write({"sync_interval": 5, "close_daily": True})
        self.feed(self.order())
        self.assertEqual(sync.action_test_connection()["res_model"], "external.order.preview")
        self.assertTrue(
            self.env["external.order.sync"]
            .with_user(self.manager)
            .create(
                {
                    "name": "New",
                    "external_api_url": "https://example.com/api/orders",
                    "pos_config_id": self.pos_config.id,
                }
            )
        )

    def test_a_retry_from_another_company_books_in_the_synchronizations_own(self):
        company = self.env["res.company"].create({"name": "Other Company"})
        self.user.company_ids |= company
        row = self.failed_order()
        self.create_product("No Such Product", list_price=80)
        row.with_user(self.user).with_context(allowed_company_ids=[company.id, self.company.id]).action_retry()
        self.assertEqual((row.state, row.pos_order_id.company_id), ("done", self.company))
        self.assertEqual(row.pos_order_id.amount_tax, 12.0)

    # ---- others ------------------------------------------------------------------------------------------------------

    def test_nobody_else_gets_in(self):
        row = self.failed_order()
        for user in (self.cashier, self.employee):
            with self.subTest(user=user.login):
                for action in ("action_retry", "action_ignore", "action_accept_change"):
                    with self.assertRaises(AccessError):
                        getattr(row.with_user(user), action)()
                with self.assertRaises(AccessError):
                    self.sync.with_user(user).action_sync_now()
                with self.assertRaises(AccessError):
                    self.sync.with_user(user).read(["name"])
        self.assertEqual((row.state, row.attempts), ("failed", 1))

    def test_a_synchronization_of_another_company_is_out_of_sight(self):
        company = self.env["res.company"].create({"name": "Other Company"})
        stranger = new_test_user(
            self.env,
            "stranger",
            groups=f"base.group_user,{GROUP}manager",
            company_id=company.id,
            company_ids=[Command.set(company.ids)],
        )
        row = self.failed_order()
        mine = self.env["external.product.alias"].create(
            {
                "item_name": "Gadget",
                "product_id": self.product.id,
                "sync_id": self.sync.id,
            }
        )
        # For all synchronizations of the company, that is.
        for_all = self.env["external.product.alias"].create({"item_name": "Gizmo", "product_id": self.product.id})

        def seen(records):
            return records.with_user(stranger).with_context(allowed_company_ids=company.ids)

        for records in (self.sync, row, self.sync.run_ids, mine, for_all):
            with self.subTest(records=records):
                self.assertFalse(seen(records).search([("id", "in", records.ids)]))
        with self.assertRaises(AccessError):
            seen(row).action_retry()
        with self.assertRaises(AccessError):
            seen(self.sync).action_sync_now()
