from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import new_test_user
from odoo.tools import SQL

from .common import ExternalOrderCase

# What a trial must leave as it is.
TABLES = ("pos_order", "pos_order_line", "pos_payment", "pos_session", "stock_picking", "external_order",
          "external_product_alias", "external_payment_mapping", "external_order_sync", "account_move",
          "product_template")  # fmt: skip


class TestReplay(ExternalOrderCase):
    """What would become of orders under other rules, with nothing booked."""

    def try_change(self, rows, **rules):
        """Try a change, check that it left everything as it was, and return the lines by OrderID."""
        replay = self.env["external.order.replay"].browse(rows.action_replay()["res_id"])
        replay.write(rules)
        before = self.snapshot()
        replay.action_try()
        self.assertEqual(self.snapshot(), before)
        return {line.external_id: line for line in replay.line_ids}

    def snapshot(self):
        self.env.flush_all()
        self.env.invalidate_all()
        rows = []
        for table in TABLES:
            query = "SELECT md5(string_agg(stored::text, ',' ORDER BY id)) FROM %s AS stored"
            rows.append((table, self.env.execute_query(SQL(query, SQL.identifier(table)))))
        sequences = self.pos_config.order_seq_id | self.pos_config.order_backend_seq_id
        return rows, [sequence._get_number_next_actual() for sequence in sequences]

    def test_without_a_change_all_is_the_same(self):
        rows = self.import_order(OrderID=1) | self.import_order(OrderID=2)
        lines = self.try_change(rows)
        self.assertEqual({line.result for line in lines.values()}, {"same"})
        self.assertEqual((lines["1"].was_total, lines["1"].now_total, lines["1"].note), (92, 92, ""))

    def test_another_product(self):
        other = self.create_product("Other Thing", list_price=80)
        line = self.try_change(self.import_order(), item_name="Product Name", product_id=other.id)["639"]
        self.assertEqual((line.result, line.was_total, line.now_total), ("different", 92, 92))
        self.assertIn("Other Thing: — → 1 x", line.note)
        self.assertNotIn("Cash", line.note)

    def test_another_payment_method(self):
        line = self.try_change(self.import_order(), card_type="Cash", payment_method_id=self.card.id)["639"]
        self.assertEqual(line.result, "different")
        self.assertRegex(line.note, r"Cash \(test\): .*92.00.* → —")
        self.assertRegex(line.note, r"Card \(test\): — → .*92.00")

    def test_other_taxes_of_a_product(self):
        gadget = self.create_product("Gadget", taxes=self.create_tax(5))
        taxes = gadget.taxes_id  # in databases with several companies also those of the others
        row = self.import_order(OrderItems=[self.item("Gadget")], TaxPercent=None)
        self.assertEqual((row.state, row.error_code), ("failed", "amount_mismatch"))
        line = self.try_change(row, taxed_product_id=gadget.id, tax_ids=[Command.set(self.tax.ids)])["639"]
        self.assertEqual((line.result, line.now_total, line.now_tax), ("imports", 92, 12), line.note)
        self.assertEqual(gadget.taxes_id, taxes)
        booked = self.import_order(OrderID=640, TaxPercent=None)
        line = self.try_change(booked, taxed_product_id=self.product.id)["640"]
        self.assertEqual((line.result, line.was_tax), ("fails", 12))
        self.assertIn(self.tax, self.product.taxes_id)

    def test_a_setting_with_which_it_would_fail(self):
        line = self.try_change(self.import_order(), prices_include_tax="yes")["639"]
        self.assertEqual((line.result, line.now_total), ("fails", 0))
        self.assertIn("92.00", line.note)

    def test_a_failed_order_that_would_be_imported(self):
        row = self.import_order(OrderItems=[self.item("Unknown Thing")])
        self.assertEqual(self.try_change(row)["639"].result, "same")
        line = self.try_change(row, item_name="Unknown Thing", product_id=self.product.id)["639"]
        self.assertEqual((line.result, line.was_total, line.now_total, line.now_tax), ("imports", 0, 92, 12))
        self.assertEqual((row.state, row.attempts), ("failed", 1))

    def test_a_choice_that_exists_is_replaced_on_trial(self):
        other = self.create_product("Other Thing")
        values = {"sync_id": self.sync.id, "item_name": "product name", "product_id": other.id}
        alias = self.env["external.product.alias"].create(values)
        row = self.import_order()
        line = self.try_change(row, item_name="Product Name", product_id=self.product.id)["639"]
        self.assertEqual(line.result, "different")
        self.assertEqual(alias.exists().product_id, other)

    def test_what_cannot_be_tried_says_so(self):
        row = self.import_order()
        row.payload = False
        line = self.try_change(row)["639"]
        self.assertEqual((line.result, line.now_total), ("skipped", 92))

    def test_orders_of_one_synchronization_only(self):
        other = self.create_sync(name="Other Store")
        self.feed(self.order(2))
        other.sync_orders()
        rows = self.import_order(OrderID=1) | self.env["external.order"].search([("sync_id", "=", other.id)])
        with self.assertRaises(UserError):
            rows.action_replay()

    def test_it_is_for_administrators(self):
        row = self.import_order()
        user = new_test_user(self.env, "replay-user", groups="base.group_user,external_order_sync.group_user")
        manager = new_test_user(self.env, "replay-manager", groups="base.group_user,external_order_sync.group_manager")
        with self.assertRaises(AccessError):
            row.with_user(user).action_replay()
        action = row.with_user(manager).action_replay()
        replay = self.env["external.order.replay"].browse(action["res_id"]).with_user(manager)
        replay.action_try()
        self.assertEqual(replay.line_ids.result, "same")
