from unittest.mock import patch

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
        for name in ("Product Name", "Product  Name "):
            line = self.try_change(row, item_name=name, product_id=self.product.id)["639"]
            self.assertEqual(line.result, "different")
        self.assertEqual(alias.exists().product_id, other)
        self.env["external.product.alias"].create({"sync_id": self.sync.id, "item_id": "7", "product_id": other.id})
        self.assertEqual(self.try_change(row, item_id="007", product_id=self.product.id)["639"].result, "same")

    def test_a_payment_choice_that_exists_is_replaced_on_trial(self):
        values = {"sync_id": self.sync.id, "card_type": "CASH", "payment_method_id": self.card.id}
        mapping = self.env["external.payment.mapping"].create(values)
        row = self.import_order()
        self.assertEqual(row.pos_order_id.payment_ids.payment_method_id, self.card)
        line = self.try_change(row, card_type="Cash", payment_method_id=self.cash.id)["639"]
        self.assertEqual(line.result, "different")
        self.assertEqual(mapping.exists().payment_method_id, self.card)

    def test_what_it_shows_is_what_then_happens(self):
        self.sync.unknown_payment = "refuse"
        gadget = self.create_product("Gadget", taxes=self.create_tax(5))
        strange = {"CheckoutDetails": [self.payment(92, "Strange", 0)], "PaymentMode": None}
        rows = self.import_order(OrderID="item", OrderItems=[self.item("Unknown Thing")])
        rows |= self.import_order(OrderID="payment", **strange)
        rows |= self.import_order(OrderID="tax", OrderItems=[self.item("Gadget")], TaxPercent=None)
        rows |= self.import_order(OrderID="price", OrderItems=[self.item(price=92)], AmountTotal=None)
        self.assertEqual(set(rows.mapped("state")), {"failed"})
        rules = {
            "item": {"item_name": "Unknown Thing", "product_id": self.product.id},
            "payment": {"card_type": "Strange", "payment_method_id": self.card.id},
            "tax": {"taxed_product_id": gadget.id, "tax_ids": [Command.set(self.tax.ids)]},
            "price": {"prices_include_tax": "yes"},
        }
        promised = {}
        for row in rows:
            line = self.try_change(row, **rules[row.external_id])[row.external_id]
            self.assertEqual(line.result, "imports", line.note)
            promised[row] = (line.now_total, line.now_tax)
        of_sync = {"sync_id": self.sync.id}
        self.env["external.product.alias"].create({**of_sync, **rules["item"]})
        self.env["external.payment.mapping"].create({**of_sync, **rules["payment"]})
        gadget.taxes_id = self.tax
        for row in rows:
            self.sync.prices_include_tax = row.external_id == "price"
            row.action_retry()
            self.assertEqual((row.state, row.pos_order_id.amount_total, row.pos_order_id.amount_tax),
                             ("done", *promised[row]))  # fmt: skip
            # Product, quantity and payment, too.
            self.assertEqual(self.try_change(row)[row.external_id].result, "same")

    def test_a_trial_that_fails_in_the_middle_changes_nothing(self):
        rows = self.import_order(OrderID=1) | self.import_order(OrderID=2)
        replay = self.env["external.order.replay"].browse(rows.action_replay()["res_id"])
        replay.write({"taxed_product_id": self.product.id, "prices_include_tax": "yes"})
        before = self.snapshot()
        compare, calls, refusal = type(replay)._compare, [], "The trial fails."

        def fail(self, *arguments):
            calls.append(arguments)
            if len(calls) == 2:
                raise UserError(refusal)
            return compare(self, *arguments)

        with patch.object(type(replay), "_compare", fail), self.assertRaises(UserError):
            replay.action_try()
        self.assertEqual((self.snapshot(), replay.is_tried), (before, False))
        self.assertFalse(self.sync.prices_include_tax)

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
