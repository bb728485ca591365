import random
from contextlib import closing, contextmanager
from unittest.mock import patch

from odoo.fields import Command

from ..models.order_import.external_order_picking import STEPS
from .batch_books import Books, values_from_register
from .common import ExternalOrderCase


class TestBatchBooks(ExternalOrderCase):
    """Orders that are imported together give the same books as the same orders sent one by one from a register."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.picking_type = cls.pos_config.picking_type_id
        cls.source = cls.picking_type.default_location_src_id
        cls.kinds = cls.create_kinds()

    @classmethod
    def create_kinds(cls):
        """Create a product of each kind that is handled differently in stock; most are in stock."""
        category = {
            (method, valuation): cls.env["product.category"].create(
                {
                    "name": f"{method} {valuation}",
                    "property_cost_method": method,
                    "property_valuation": valuation,
                }
            )
            for method in ("standard", "average", "fifo")
            for valuation in ("periodic", "real_time")
        }
        kinds = {
            "plenty": cls.create_product("Plenty", standard_price=7),
            "untaxed": cls.create_product("Untaxed", taxes=cls.env["account.tax"], standard_price=3),
            "scarce": cls.create_product("Scarce", standard_price=4),
            "missing": cls.create_product("Missing", standard_price=4),
            "average": cls.create_product("Average", categ_id=category["average", "periodic"].id),
            "average real-time": cls.create_product("Average RT", categ_id=category["average", "real_time"].id),
            "fifo": cls.create_product("Fifo", categ_id=category["fifo", "periodic"].id),
            "fifo real-time": cls.create_product("Fifo RT", categ_id=category["fifo", "real_time"].id),
            "not stored": cls.create_product("Not Stored", is_storable=False),
            "service": cls.create_product("Service", type="service", is_storable=False),
        }
        for name, amounts in {
            "plenty": [(1000, 7)], "untaxed": [(1000, 3)], "scarce": [(6, 4)], "average": [(50, 2), (50, 5)],
            "average real-time": [(80, 11)], "fifo": [(5, 2), (5, 3), (90, 4)], "fifo real-time": [(3, 10), (90, 12)],
        }.items():  # fmt: skip
            for quantity, cost in amounts:
                cls.receive(kinds[name], quantity, cost)
        if "mrp.bom" in cls.env:  # if Manufacturing is installed, these tests cover kits as well
            kinds["kit"] = cls.create_product("Kit")
            parts = [
                Command.create({"product_id": kinds[part].id, "product_qty": quantity})
                for part, quantity in {"plenty": 2, "average": 1}.items()
            ]
            template = kinds["kit"].product_tmpl_id
            cls.env["mrp.bom"].create({"product_tmpl_id": template.id, "type": "phantom", "bom_line_ids": parts})
        return kinds

    @classmethod
    def receive(cls, product, quantity, cost, **values):
        """Receive a quantity from a supplier at a cost per unit."""
        move = cls.env["stock.move"].create(
            {
                "product_id": product.id,
                "product_uom_qty": quantity,
                "location_id": cls.env.ref("stock.stock_location_suppliers").id,
                "location_dest_id": cls.source.id,
                "price_unit": cost,
                "value_manual": cost * quantity,
                **values,
            }
        )
        move._action_confirm()
        move.quantity = quantity
        move.picked = True
        move._action_done()
        move.value_manual = cost * quantity

    # Feeds

    def sale(self, number, *items, change=0.0, card=0.0):
        """Return an order of (kind, quantity) or (kind, quantity, components) at 20.00 a piece, paid in cash."""
        net = tax = 0.0
        rows = []
        for kind, quantity, *components in items:
            product = self.kinds[kind]
            net += 20 * quantity
            tax += 3 * quantity if product.taxes_id else 0
            rows.append(
                self.item(
                    product.name,
                    20.0,
                    float(quantity),
                    OrderDetailPackages=[
                        {
                            "ItemName": self.kinds[part].name,
                            "ItemID": 0,
                            "Price": 1.0,
                            "Quantity": float(each * quantity),
                        }
                        for part, each in components
                    ],
                )
            )
        total = net + tax
        payments = [self.payment(total - card + change)] if total - card else []
        payments += [self.payment(card, "Card", 2, ReferenceID="TX-1", CardNumber="4111111111111111")] if card else []
        return self.order(
            number, AmountTotal=net, Tax=tax, GrandTotal=total, AmountPaid=total + change, TaxPercent=15.0,
            OrderItems=rows, CheckoutDetails=payments,
        )  # fmt: skip

    def random_feed(self, seed, count, kinds):
        chance = random.Random(seed)
        feed = []
        for number in range(count):
            sign = -1 if chance.random() < 0.15 else 1
            items = [
                (kind, sign * chance.randint(1, 3), *([("plenty", 2)] if chance.random() < 0.2 else []))
                for kind in chance.sample(kinds, chance.randint(1, 3))
            ]
            if chance.random() < 0.1:  # an exchange
                items = [(items[0][0], -1), (items[0][0], 1), (items[-1][0], 1)]
            change = 8.0 if sign > 0 and chance.random() < 0.2 else 0.0
            feed.append(self.sale(f"{seed}-{number}", *items, change=change))
        return feed

    # Both ways

    def recording(self, original, calls):
        """Return a method that records its arguments in ``calls`` before it calls ``original``."""

        def method(records, *args, **kwargs):
            calls.append(args)
            return original(records, *args, **kwargs)

        return method

    @contextmanager
    def undone(self):
        """Undo the changes of the block, so that both ways start with the same stock."""
        with closing(self.env.cr.savepoint()):
            yield
            self.env.flush_all()
        self.env.invalidate_all()

    def books_of_both_ways(self, feed):
        products = self.product.concat(*self.kinds.values())
        session = self.sync._get_or_create_pos_session()
        with self.undone():
            run = self.synchronize(*feed)
            self.assertEqual((run.status, run.imported_count), ("success", len(feed)), run.message)
            ours = Books(session, products)
        with self.undone():
            for values in values_from_register(self.env, self.sync, feed):
                self.env["pos.order"].sync_from_ui([values])
            # For a return, a register does not send the amount that Odoo computes as returned.
            self.pos_orders()._compute_prices()
            theirs = Books(session, products)
        return ours, theirs

    def assert_same_books(self, feed):
        ours, theirs = self.books_of_both_ways(feed)
        self.assertEqual(len(ours.orders), len(feed))
        differences = list(ours.differences(theirs))
        self.assertFalse(differences, "\n" + "\n".join(differences[:30]))
        return ours

    @contextmanager
    def together(self):
        """Yield a list that collects the OrderIDs whose transfers are created together."""
        made = []
        model = type(self.env["external.order.picking"])
        original = model._create_together

        def create_together(picking, requests):
            made.extend(order.uuid for order, *_request in requests)
            return original(picking, requests)

        with patch.object(model, "_create_together", create_together):
            yield made

    def uuids(self, feed):
        return [self.env["external.order.import"]._get_order_uuid(self.sync, str(order["OrderID"])) for order in feed]

    # Tests

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

    def test_lots_and_kinds_that_need_it_take_odoos_own_way(self):
        self.kinds["plenty"].tracking = "lot"
        lot = self.env["stock.lot"].create({"name": "LOT", "product_id": self.kinds["plenty"].id})
        self.env["stock.quant"]._update_available_quantity(self.kinds["plenty"], self.source, 1, lot_id=lot)
        feed = [self.sale(1, ("plenty", 1)), self.sale(2, ("untaxed", 1)), self.sale(3, ("untaxed", 1), ("service", 1))]
        with self.together() as together:
            run = self.synchronize(*feed)
        self.assertEqual(run.imported_count, 3)
        self.assertEqual(together, self.uuids(feed[1:]))

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
