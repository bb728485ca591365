import random
from unittest.mock import patch

from odoo import fields
from odoo.fields import Command
from psycopg2 import errors

from .batch_places import BatchPlacesCase


class TestBatchRareStock(BatchPlacesCase):
    """Orders whose transfers are created together leave the stock as Odoo's own transfers, also in rare setups."""

    def reserve(self, kind, quantity):
        """Reserve a quantity for a delivery, and return its move."""
        product = self.kinds[kind]
        customers = self.env.ref("stock.stock_location_customers")
        way = {"location_id": self.source.id, "location_dest_id": customers.id}
        move = {"product_id": product.id, "product_uom_qty": quantity, **way}
        out_type = self.picking_type.warehouse_id.out_type_id
        delivery = self.env["stock.picking"].create(
            {"picking_type_id": out_type.id, "move_ids": [Command.create(move)], **way}
        )
        delivery.action_confirm()
        delivery.action_assign()
        return delivery.move_ids

    def test_a_reservation_stays_when_an_order_sells_what_an_earlier_one_has_returned(self):
        self.put("missing", 2, self.source)
        move = self.reserve("missing", 2)
        self.assertEqual(move.quantity, 2)
        feed = [self.sale(1, ("missing", -2)), self.sale(2, ("missing", 2))]
        self.assert_same_as_one_by_one(feed)
        self.synchronize(*feed)
        self.assertEqual(move.quantity, 2)

    def test_stock_keeps_its_date_when_goods_come_back_and_are_sold(self):
        self.put("missing", 2, self.source, date="2026-01-01")
        self.synchronize(self.sale(1, ("missing", -1)), self.sale(2, ("missing", 2)))
        quant = self.env["stock.quant"].search(
            [("product_id", "=", self.kinds["missing"].id), ("location_id", "=", self.source.id)]
        )
        self.assertEqual((quant.quantity, quant.in_date), (1, fields.Datetime.to_datetime("2026-01-01")))

    def test_returned_goods_are_put_away_where_there_is_room(self):
        category = self.env["stock.storage.category"].create({"name": "Small"})
        product = self.kinds["missing"]
        self.env["stock.storage.category.capacity"].create(
            {"storage_category_id": category.id, "product_id": product.id, "quantity": 1}
        )
        self.shelves.storage_category_id = category
        self.env["stock.putaway.rule"].create(
            {
                "location_in_id": self.source.id,
                "location_out_id": self.source.id,
                "product_id": product.id,
                "storage_category_id": category.id,
                "sublocation": "closest_location",
            }
        )
        self.assert_same_as_one_by_one([self.sale(number, ("missing", -1)) for number in range(3)])

    def test_each_transfer_has_its_own_valuation_entry(self):
        account = self.env["account.account"].search([("account_type", "=", "expense")], limit=1)
        partner = self.env["res.partner"].create({"name": "Customer"})
        partner.property_stock_customer = self.picking_type.default_location_dest_id.copy(
            {"valuation_account_id": account.id}
        )
        model = type(self.env["external.order.picking"])
        original = model._create_pickings

        def create_pickings(picking, orders):
            orders.partner_id = partner
            return original(picking, orders)

        with patch.object(model, "_create_pickings", create_pickings):
            self.synchronize(*[self.sale(number, ("average real-time", 1)) for number in range(3)])
        moves = self.pos_orders().picking_ids.move_ids
        self.assertEqual(moves.location_dest_id, partner.property_stock_customer)
        self.assertEqual((len(moves), len(moves.account_move_id)), (3, 3))

    def test_goods_below_the_stock_that_are_no_stock(self):
        for usage in ("inventory", "transit", "production"):
            for date in ("2025-01-01", "2026-06-01"):
                with self.subTest(usage=usage, date=date), self.undone():
                    self.shelves[0].usage = usage
                    for kind in ("shelved", "average real-time"):
                        self.put(kind, 5, self.shelves[0], date=date)
                        self.put(kind, 5, self.shelves[1])
                    self.put("dated", 3, self.shelves[0], lot="D1", date=date)
                    self.put("dated", 3, self.shelves[1], lot="D1")
                    feed = [
                        self.sale(n, (kind, 2)) for n, kind in enumerate(["shelved", "average real-time", "dated"] * 2)
                    ]
                    self.assert_same_as_one_by_one(feed)

    def test_orders_start_over_if_another_worker_has_taken_from_their_shelves(self):
        self.put("shelved", 3, self.shelves[0], date="2026-01-01")
        self.put("shelved", 3, self.shelves[1], date="2026-01-02")
        held = []

        def changed(quants):
            held.append(quants.location_id)
            if quants:
                raise errors.SerializationFailure

        self.patch(type(self.env["stock.quant"]), "_hold_chosen", changed)
        self.synchronize(self.sale(1, ("shelved", 2)), self.sale(2, ("plenty", 1)))
        self.assertIn(self.shelves[0], held)
        self.assertNotIn(self.source, held)
        self.assertEqual(self.inbox(1).error_code, "database_busy")
        self.assertFalse(self.inbox(1).pos_order_id)

    def second_quant(self, kind, quantity, place, **values):
        self.env["stock.quant"].create(
            {"product_id": self.kinds[kind].id, "location_id": place.id, "quantity": quantity, **values}
        )

    def test_several_quants_at_a_place_some_over_reserved(self):
        for seed in range(4):
            with self.subTest(seed=seed), self.undone():
                chance = random.Random(seed)
                for kind in ("shelved", "missing", "mostly shelved"):
                    spread = [self.source] if kind == "missing" else [self.source, *self.shelves[:2]]
                    for _each in range(5):
                        self.second_quant(
                            kind,
                            chance.choice([5, 3, 2.5, -1] if seed % 2 else [5, 3, 2.5]),
                            chance.choice(spread),
                            reserved_quantity=chance.choice([0, 0, 1, 4] if seed > 1 else [0]),
                        )
                feed = [
                    self.sale(
                        f"{seed}-{n}",
                        *[
                            (kind, chance.choice([1, 2, 1.5]))
                            for kind in chance.sample(["shelved", "missing", "mostly shelved"], 2)
                        ],
                    )
                    for n in range(12)
                ]
                self.assert_same_as_one_by_one(feed)

    def test_a_lot_at_several_places_on_several_lines(self):
        for seed in range(4):
            with self.subTest(seed=seed), self.undone():
                chance = random.Random(seed)
                for _each in range(6):
                    self.put(
                        "dated",
                        chance.randint(1, 4),
                        chance.choice([self.source, *self.shelves]),
                        lot=chance.choice("XY"),
                    )
                self.put("dated", 4, self.source)
                self.second_quant("dated", 2, self.source)
                feed = [
                    self.sale(f"{seed}-{n}", ("dated", chance.choice([1, 2, 0.5])), ("dated", chance.choice([1, 0.25])))
                    for n in range(6)
                ]
                self.assert_same_as_one_by_one(feed)

    def test_a_stock_that_is_a_view(self):
        view = self.env["stock.location"].create({"name": "View", "usage": "view"})
        self.shelves.location_id = view
        self.picking_type.default_location_src_id = self.source = view
        self.put("shelved", 5, self.shelves[0])
        self.put("dated", 5, self.shelves[0], lot="D")
        feed = [self.sale(n, ("shelved", 2), ("service", 1), ("dated", 1)) for n in range(4)]
        self.assert_same_as_one_by_one(feed)

    def test_nested_and_archived_shelves(self):
        for shelf, parent in zip(self.shelves[1:], self.shelves, strict=False):
            shelf.location_id = parent
        for number, shelf in enumerate(self.shelves):
            self.put("shelved", 3.33, shelf, date=f"2026-01-{20 - number}")
            self.put("dated", 3.33, shelf, lot="D", date=f"2026-01-{20 - number}")
        self.env.flush_all()
        self.env.cr.execute("UPDATE stock_location SET active = false WHERE id = %s", self.shelves[1]._ids)
        self.env.invalidate_all()
        feed = [self.sale(n, ("shelved", 1.11), ("dated", 0.37)) for n in range(10)]
        self.assert_same_as_one_by_one(feed)

    def test_returns_are_pushed_on(self):
        route = self.env["stock.route"].create({"name": "Push", "product_selectable": True})
        self.env["stock.rule"].create(
            {
                "name": "Push",
                "action": "push",
                "location_src_id": self.source.id,
                "location_dest_id": self.shelves[0].id,
                "picking_type_id": self.picking_type.warehouse_id.int_type_id.id,
                "route_id": route.id,
                "auto": "manual",
            }
        )
        for kind in ("missing", "scarce", "shelved"):
            self.kinds[kind].route_ids = route
        self.put("shelved", 3, self.shelves[1])
        feed = [
            self.sale(n, (kind, quantity))
            for n, (kind, quantity) in enumerate(
                [(kind, q) for kind in ("missing", "scarce", "shelved") for q in (-2, 1, -1, 2)]
            )
        ]
        ours, theirs, _together = self.import_together_and_one_by_one(feed)
        differences = [text for text in ours.differences(theirs) if "move_dest_ids" not in text]
        self.assertEqual(differences, [])

    def test_the_stock_is_read_again_after_an_order_with_a_kit(self):
        """As with Manufacturing, whose kits take other products than the order has."""
        for number, shelf in enumerate(self.shelves):
            self.put("shelved", 4, shelf, date=f"2026-01-{number + 1:02}")
        Order, Picking = type(self.env["pos.order"]), type(self.env["external.order.picking"])
        original = Order._create_order_picking

        def create_order_picking(order):
            if self.kinds["service"] in order.lines.product_id:
                self.put("shelved", -1, self.shelves[0])
            return original(order)

        def is_kit(_picking, product):
            return product == self.kinds["service"]

        with (
            patch.object(Order, "_create_order_picking", create_order_picking),
            patch.object(Picking, "_is_kit", is_kit),
        ):
            self.synchronize(
                self.sale(1, ("shelved", 3)), self.sale(2, ("service", 1)), self.sale(3, ("shelved", 3)),
            )  # fmt: skip
        last = self.pos_orders().sorted("id")[2].picking_ids.move_line_ids
        self.assertEqual((last.location_id, last.quantity), (self.shelves[1], 3))

    def test_exchanges_with_shelves_lots_and_a_return_type(self):
        kinds = [
            "shelved",
            "mostly shelved",
            "scarce",
            "missing",
            "average",
            "average real-time",
            "fifo",
            "fifo real-time",
        ]
        for seed, target in enumerate([None, self.shelves[0], self.source]):
            with self.subTest(seed=seed), self.undone():
                self.put_all(random.Random(seed))
                if target:
                    back = self.picking_type.copy({"default_location_dest_id": target.id, "code": "incoming"})
                    self.picking_type.return_picking_type_id = back
                self.assert_same_as_one_by_one(self.random_feed(seed + 50, 30, kinds))

    def test_components_and_lines_of_one_product(self):
        self.put_all(random.Random(3))
        feed = [
            self.sale(
                n, ("shelved", 0.5, ("shelved", 2), ("mostly shelved", 1)), ("shelved", 1), ("mostly shelved", 0.33)
            )
            for n in range(10)
        ]
        self.assert_same_as_one_by_one(feed)
