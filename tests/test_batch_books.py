from unittest.mock import patch

from odoo.fields import Command

from ..models.order_import.external_order_picking import STEPS
from .batch_books import BatchBooksCase


class TestBatchBooks(BatchBooksCase):
    """Orders that are imported together give the same books as the same orders sent one by one from a register."""

    def test_simple_sales(self):
        feed = [self.sale(number, ("plenty", 2), ("untaxed", 1)) for number in range(10)]
        with self.together() as together:
            books = self.assert_same_books(feed)
        self.assertEqual(together, self.uuids(feed))
        self.assertEqual(len(books.parts["pickings"]), 10)

    def test_components_change_cards_returns_and_exchanges(self):
        self.assert_same_books(
            [
                self.sale(1, ("plenty", 2, ("untaxed", 3), ("not stored", 1))),
                self.sale(2, ("plenty", 1), change=27.0),
                self.sale(3, ("plenty", 1), ("service", 1), card=20.0),
                self.sale(4, ("service", 1)),
                self.sale(5, ("plenty", -1)),
                self.sale(6, ("plenty", -1), ("plenty", 1)),
                self.sale(7, ("plenty", 1), ("plenty", 2), ("not stored", 4)),
            ]
        )

    def test_what_is_scarce_or_missing(self):
        self.assert_same_books(
            [
                self.sale(1, ("scarce", 4)),
                self.sale(2, ("plenty", 1)),
                self.sale(3, ("scarce", 4)),  # of which only 2 are there
                self.sale(4, ("scarce", 1), ("missing", 2)),
                self.sale(5, ("missing", -3)),
                self.sale(6, ("missing", 5)),
            ]
        )

    def test_costs_of_average_and_first_in_first_out(self):
        kinds = ["average", "average real-time", "fifo", "fifo real-time", "plenty"]
        for seed in (1, 2):
            with self.subTest(seed=seed):
                self.assert_same_books(self.random_feed(seed, 30, kinds))

    def test_a_mixed_feed(self):
        feed = self.random_feed(3, 60, list(self.kinds))
        with self.together() as together:
            self.assert_same_books(feed)
        self.assertGreater(len(set(together)), 20)

    def test_stock_at_closing(self):
        session = self.sync._get_or_create_pos_session()
        session.update_stock_at_closing = True
        books = self.assert_same_books([self.sale(number, ("plenty", 2), ("average", 1)) for number in range(5)])
        self.assertFalse(books.parts["pickings"])

    def test_stock_on_a_shelf_is_taken_from_the_shelf(self):
        shelf = self.env["stock.location"].create({"name": "Shelf", "location_id": self.source.id})
        self.env["stock.quant"]._update_available_quantity(self.kinds["missing"], shelf, 4)
        books = self.assert_same_books([self.sale(number, ("missing", 3)) for number in range(3)])
        sources = [row["location_id"] for row in books.parts["move lines"]]
        self.assertIn([("stock.location", "there", shelf.id)], sources)

    def test_reserved_goods_that_left_are_no_longer_reserved(self):
        order = self.env["stock.picking"].create(
            {
                "picking_type_id": self.picking_type.warehouse_id.out_type_id.id,
                "location_id": self.source.id,
                "location_dest_id": self.env.ref("stock.stock_location_customers").id,
                "move_ids": [
                    Command.create(
                        {
                            "product_id": self.kinds["scarce"].id,
                            "product_uom_qty": 6,
                            "location_id": self.source.id,
                            "location_dest_id": self.env.ref("stock.stock_location_customers").id,
                        }
                    )
                ],
            }
        )
        order.action_confirm()
        order.action_assign()
        self.assertEqual(order.move_ids.quantity, 6)
        feed = [self.sale(number, ("scarce", 2)) for number in range(2)]
        self.assert_same_books(feed)
        self.synchronize(*feed)
        self.assertEqual(order.move_ids.quantity, 2)

    def test_a_reordering_rule_sees_what_was_sold(self):
        rule = self.env["stock.warehouse.orderpoint"].create(
            {
                "product_id": self.kinds["plenty"].id,
                "warehouse_id": self.picking_type.warehouse_id.id,
                "location_id": self.source.id,
                "product_min_qty": 995,
                "product_max_qty": 1000,
            }
        )
        self.assertEqual(rule.qty_to_order, 0)
        self.env.flush_all()
        self.synchronize(*[self.sale(number, ("plenty", 2), ("untaxed", 1)) for number in range(5)])
        self.assertEqual((rule.qty_forecast, rule.qty_to_order), (990, 10))
        rules = self.env["stock.warehouse.orderpoint"]
        self.assertEqual(rules.search([("qty_to_order", ">", 0), ("id", "=", rule.id)]), rule)

    def test_a_putaway_rule_for_returns_is_followed(self):
        shelf = self.env["stock.location"].create({"name": "Returns", "location_id": self.source.id})
        self.env["stock.putaway.rule"].create(
            {
                "product_id": self.kinds["plenty"].id,
                "location_in_id": self.source.id,
                "location_out_id": shelf.id,
            }
        )
        books = self.assert_same_books([self.sale(1, ("plenty", -2)), self.sale(2, ("untaxed", -2))])
        targets = [row["location_dest_id"] for row in books.parts["move lines"]]
        self.assertIn([("stock.location", "there", shelf.id)], targets)

    def test_a_step_that_another_addon_extends_is_taken_for_each_order(self):
        feed = [self.sale(number, ("missing", 1)) for number in range(3)]
        for model, step in STEPS:
            with self.subTest(step=step), self.undone():
                calls = []
                original = getattr(type(self.env[model]), step)

                extension = self.recording(original, calls)
                with patch.object(type(self.env[model]), step, extension), self.together() as together:
                    self.synchronize(*feed)
                self.assertFalse(together)
                self.assertEqual(len(calls), 3)

    def test_hooks_for_the_values_of_transfers_and_moves_are_called(self):
        model = type(self.env["stock.picking"])
        prepare_picking, prepare_move = model._prepare_picking_vals, model._prepare_stock_move_vals

        def picking_values(record, *args):
            return {**prepare_picking(record, *args), "note": "<p>a note</p>"}

        def move_values(record, *args):
            return {**prepare_move(record, *args), "origin": f"for {record.id}"}

        with (
            patch.object(model, "_prepare_picking_vals", picking_values),
            patch.object(model, "_prepare_stock_move_vals", move_values),
        ):
            self.synchronize(self.sale(1, ("plenty", 1)), self.sale(2, ("plenty", -1)))
        pickings = self.pos_orders().picking_ids
        self.assertEqual(len(pickings), 2)
        for picking in pickings:
            self.assertEqual(picking.note, "<p>a note</p>")
            self.assertEqual(picking.move_ids.origin, f"for {picking.id}")
