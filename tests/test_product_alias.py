from odoo.tests import Form, new_test_user

from .common import ExternalOrderCase


class TestProductAlias(ExternalOrderCase):
    """A user's choice of a product is remembered, and all orders that wait for it are retried."""

    def failed(self, order_id, name="Gadget", item_id=0):
        self.synchronize(self.order(order_id, OrderItems=[self.item(name, ItemID=item_id)]))
        row = self.inbox(order_id)
        self.assertEqual(row.error_code, "product_not_found")
        return row

    def choose(self, row, product):
        """Press Choose Product on a failed order, as a user of the product does, and save the dialog."""
        user = new_test_user(self.env, f"user-{row.id}", groups="external_order_sync.group_user")
        action = row.with_user(user).action_choose_product()
        alias = self.env[action["res_model"]].with_user(user).with_context(**action["context"]).browse(action["res_id"])
        form = Form(alias)
        form.product_id = product
        return form.save().sudo()

    def test_choosing_a_product_imports_every_order_that_waits_for_it(self):
        self.synchronize(
            self.order(1, OrderItems=[self.item("Gadget")]),
            self.order(2, OrderItems=[self.item("GADGET ")]),
            self.order(3, OrderItems=[self.item("Other Thing")]),
        )
        alias = self.choose(self.inbox(1), self.product)
        self.assertEqual((alias.sync_id, alias.item_name, alias.item_id), (self.sync, "Gadget", False))
        self.assertEqual([self.inbox(number).state for number in (1, 2, 3)], ["done", "done", "failed"])
        self.synchronize(self.order(4, OrderItems=[self.item("Gadget")]))
        self.assertEqual(self.inbox(4).state, "done")

    def test_where_the_item_has_an_id_the_id_is_remembered(self):
        row = self.failed(1, item_id=9_000_000_017)
        self.assertEqual(row.missing_item_id, "9000000017")
        alias = self.choose(row, self.product)
        self.assertEqual((alias.item_id, row.state), ("9000000017", "done"))

    def test_an_order_that_still_lacks_another_product_says_so(self):
        self.synchronize(self.order(1, OrderItems=[self.item("Gadget"), self.item("Other Thing", price=0.0)]))
        row = self.inbox(1)
        self.choose(row, self.product)
        self.assertEqual((row.state, row.missing_item_name), ("failed", "Other Thing"))
        self.env["external.product.alias"].create({"item_name": "other thing", "product_id": self.component.id})
        self.assertEqual(row.state, "done")

    def test_an_alias_for_one_synchronization_leaves_the_orders_of_others_alone(self):
        other = self.create_sync(name="Second Store")
        row = self.failed(1)
        other.sync_orders()
        theirs = other.order_ids
        self.choose(row, self.product)
        self.assertEqual((row.state, theirs.state), ("done", "failed"))
        self.env["external.product.alias"].create({"item_name": "gadget", "product_id": self.product.id})
        self.assertEqual(theirs.state, "done")

    def test_an_ambiguous_product_is_chosen_too(self):
        double = self.create_product("Product Name")
        self.synchronize(self.order(1))
        row = self.inbox(1)
        self.assertEqual(row.error_code, "product_ambiguous")
        self.choose(row, double)
        self.assertEqual(row.pos_order_id.lines.product_id, double)

    def test_an_alias_whose_product_is_gone_from_sale_gets_another_one(self):
        alias = self.env["external.product.alias"].create(
            {
                "item_name": "Gadget",
                "product_id": self.component.id,
                "sync_id": self.sync.id,
            }
        )
        self.component.available_in_pos = False
        row = self.failed(1)
        self.assertEqual(self.choose(row, self.product), alias)
        self.assertEqual((alias.product_id, row.state), (self.product, "done"))

    def test_changing_an_alias_tries_again_what_waits_for_its_new_name(self):
        row = self.failed(1)
        alias = self.env["external.product.alias"].create({"item_name": "Gagdet", "product_id": self.product.id})
        self.assertEqual(row.state, "failed")
        alias.item_name = "Gadget"
        self.assertEqual(row.state, "done")

    def test_names_that_an_earlier_release_kept_in_another_form_count(self):
        row = self.failed(1, name="Gadget Box")
        aliases = self.env["external.product.alias"].create(
            [{"item_name": name, "product_id": self.product.id} for name in ("Other Box", "A", "B")]
        )
        aliases.flush_recordset()
        for alias, name, key in zip(
            aliases, ("Gadget  Box", "One &amp; Two", "One & Two"), ("x", "y", "z"), strict=True
        ):
            self.env.cr.execute(
                "UPDATE external_product_alias SET item_name = %s, name_key = %s WHERE id = %s", [name, key, alias.id]
            )
        aliases.invalidate_recordset()
        aliases._renew_name_keys()
        # If two names are now the same, the first alias counts.
        self.assertEqual(sorted(aliases.mapped("name_key"))[:2], ["gadget box", "one & two"])
        self.assertEqual(len(set(aliases.mapped("name_key"))), 3)
        row.action_retry()
        self.assertEqual(row.state, "done")

    def dialog(self, row, *groups):
        """Return the dialog of Choose Product as a user of further groups sees it, not saved."""
        groups = ",".join(["base.group_user", "external_order_sync.group_user", *groups])
        user = new_test_user(self.env, f"dialog-{row.id}-{len(groups)}", groups=groups)
        user.company_ids = user.company_id = self.company
        action = row.with_user(user).action_choose_product()
        return self.env[action["res_model"]].with_user(user).with_context(**action["context"]).new()

    def test_the_dialog_shows_what_the_order_says_about_the_item(self):
        dialog = self.dialog(self.failed(1))
        self.assertTrue(dialog.has_item and dialog.has_item_tax)
        self.assertEqual((dialog.item_price, dialog.item_tax_percent), (80.0, 15.0))
        self.assertEqual(dialog.currency_id, self.pos_config.currency_id)
        dialog.product_id = self.product
        self.assertEqual(dialog.product_price, 80.0)

    def test_it_proposes_a_new_product_to_who_may_create_one(self):
        row = self.failed(1)
        self.assertFalse(self.dialog(row).new_product_context)
        dialog = self.dialog(row, "product.group_product_manager")
        Product = dialog.env["product.product"].with_context(**dialog.new_product_context)
        product = Form(Product, "external_order_sync.product_product_view_form_new").save()
        self.assertEqual((product.name, product.list_price, product.available_in_pos), ("Gadget", 80.0, True))
        self.assertEqual((product.taxes_id.amount, product.taxes_id.type_tax_use), (15, "sale"))
        self.choose(row, product.sudo())
        self.assertEqual(row.state, "done")

    def test_its_price_is_given_as_its_tax_wants_it(self):
        row = self.failed(1)
        self.tax.price_include_override = "tax_included"
        self.company.account_sale_tax_id = self.tax
        context = self.dialog(row, "product.group_product_manager").new_product_context
        self.assertEqual((context["default_list_price"], context["default_taxes_id"]), (92.0, [[6, 0, self.tax.ids]]))
        self.tax.price_include_override = "tax_excluded"
        self.sync.prices_include_tax = True
        row.invalidate_recordset()
        context = self.dialog(row, "product.group_product_manager", "base.group_no_one").new_product_context
        self.assertEqual(context["default_list_price"], 69.57)

    def test_an_untaxed_item_becomes_an_untaxed_product(self):
        self.synchronize(
            self.order(
                1,
                OrderItems=[self.item("Gadget")],
                Tax=0.0,
                TaxPercent=0,
                GrandTotal=80.0,
                AmountPaid=80.0,
                CheckoutDetails=[self.payment(80.0)],
            )
        )
        context = self.dialog(self.inbox(1), "product.group_product_manager").new_product_context
        self.assertEqual(context["default_taxes_id"], [[6, 0, []]])

    def test_the_dialog_reads_only_orders_that_the_user_may_read(self):
        row = self.failed(1)
        other = self.env["res.company"].create({"name": "Other"})
        user = new_test_user(
            self.env,
            "other-company",
            groups="base.group_user,external_order_sync.group_user",
            company_id=other.id,
            company_ids=[(6, 0, other.ids)],
        )
        Alias = self.env["external.product.alias"].with_user(user)
        alias = Alias.with_context(external_order_ids=[row.id, "x"], allowed_company_ids=other.ids).new(
            {"item_name": "Gadget"}
        )
        self.assertFalse(alias.has_item)
