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
