import os
import random
from unittest.mock import patch

from odoo.fields import Command

from .batch_places import BatchPlacesCase

# Seeds and orders of the random feeds.
FEEDS = range(int(os.environ.get("EXTERNAL_ORDER_FEEDS") or 2))
ORDERS = 40


class TestBatchPlaces(BatchPlacesCase):
    """Goods on shelves and in lots are taken from where Odoo takes them, also for many orders at once."""

    def test_random_orders_of_goods_on_shelves_and_in_lots(self):
        kinds = ["shelved", "mostly shelved", "dated", "numbered", "plenty", "service"]
        for seed in FEEDS:
            with self.subTest(seed=seed), self.undone():
                chance = random.Random(seed)
                self.put_all(chance)
                feed = [
                    self.sale(f"{seed}-{number}", *[(kind, chance.randint(1, 3)) for kind in chance.sample(kinds, 2)])
                    for number in range(ORDERS)
                ]
                books, together = self.assert_same_as_one_by_one(feed)
                self.assertGreater(len(set(together)), len(books.orders) // 2)

    def test_random_sales_and_returns(self):
        for seed in FEEDS:
            with self.subTest(seed=seed), self.undone():
                self.put_all(random.Random(seed))
                self.assert_same_as_one_by_one(self.random_feed(seed, ORDERS, ["shelved", "mostly shelved", "scarce"]))

    def test_random_refunds(self):
        kinds = ["shelved", "dated", "plenty", "average", "fifo", "average real-time", "service"]
        for seed in FEEDS:
            with self.subTest(seed=seed), self.undone():
                chance = random.Random(seed)
                self.put_all(chance)
                sales = [
                    self.sale(f"{seed}-{number}", *[(kind, chance.randint(1, 2)) for kind in chance.sample(kinds, 2)])
                    for number in range(ORDERS // 2)
                ]
                refunds = [{**sale, "OrderStatus": 106} for sale in chance.sample(sales, ORDERS // 3)]
                books, together = self.assert_same_as_one_by_one(sales, refunds)
                self.assertEqual(len(books.parts["orders"]), len(sales) + len(refunds))
                self.assertGreater(len(set(together) - set(self.uuids(sales))), ORDERS // 6)

    def test_goods_of_an_owner_that_come_back_take_odoos_own_way(self):
        owner = self.env["res.partner"].create({"name": "Owner"})
        self.put("shelved", 9, self.shelves[0], owner_id=owner)
        sales = [self.sale(1, ("shelved", 2)), self.sale(2, ("plenty", 1))]
        refunds = [{**sale, "OrderStatus": 106} for sale in sales]
        books, together = self.assert_same_as_one_by_one(sales, refunds)
        self.assertEqual(len(together), 2)  # the sale and the refund of plenty
        owners = [row["owner_id"] for row in books.parts["move lines"] if row["owner_id"]]
        self.assertEqual(owners, [[("res.partner", "there", owner.id)]] * 2)

    def test_each_removal_strategy_decides_the_shelf(self):
        for number, shelf in enumerate(self.shelves):
            self.put("shelved", 4, shelf, date=f"2026-02-{10 - number:02}")
        feed = [self.sale(number, ("shelved", 3)) for number in range(4)]
        for strategy, first in (("fifo", 2), ("lifo", 0), ("closest", 0), ("least_packages", 2)):
            with self.subTest(strategy=strategy), self.undone():
                removal = self.env["product.removal"].search([("method", "=", strategy)])
                self.source.removal_strategy_id = removal
                books, together = self.assert_same_as_one_by_one(feed)
                self.assertEqual(bool(together), strategy != "closest")
                sources = [row["location_id"] for row in books.parts["move lines"]]
                self.assertEqual(sources[0], [("stock.location", "there", self.shelves[first].id)])

    def test_what_a_register_takes_from_a_shelf_is_the_same(self):
        self.put("shelved", 4, self.shelves[0])
        self.put("shelved", 4, self.shelves[1])
        feed = [self.sale(number, ("shelved", 2), ("plenty", 1)) for number in range(5)]
        with self.together() as together:
            self.assert_same_books(feed)
        self.assertEqual(together, self.uuids(feed))

    def test_packages_and_owners_take_odoos_own_way(self):
        package = self.env["stock.package"].create({"name": "Box"})
        owner = self.env["res.partner"].create({"name": "Owner"})
        for values in ({"package_id": package}, {"owner_id": owner}):
            with self.subTest(values=values), self.undone():
                self.put("shelved", 9, self.shelves[0], **values)
                _books, together = self.assert_same_as_one_by_one([self.sale(1, ("shelved", 2))])
                self.assertFalse(together)

    def test_returned_lots_and_valued_ones_take_odoos_own_way(self):
        self.put("dated", 5, self.source, lot="D")
        feed = [self.sale(1, ("dated", 2)), self.sale(2, ("untaxed", 1)), self.sale(3, ("dated", -1))]
        _books, together = self.assert_same_as_one_by_one(feed)
        self.assertEqual(together, self.uuids(feed[:2]))
        self.kinds["dated"].lot_valuated = True
        _books, together = self.assert_same_as_one_by_one(feed[:2])
        self.assertEqual(together, self.uuids(feed[1:2]))

    def test_a_register_with_new_lots_only_takes_odoos_own_way(self):
        self.put("dated", 5, self.shelves[0], lot="D")
        self.picking_type.write({"use_existing_lots": False, "use_create_lots": True})
        _books, together = self.assert_same_as_one_by_one([self.sale(1, ("dated", 2))])
        self.assertFalse(together)

    def test_an_addon_that_chooses_the_quants_is_asked(self):
        self.put("shelved", 4, self.shelves[0])
        model = type(self.env["stock.quant"])
        original, calls = model._gather, []
        with patch.object(model, "_gather", self.recording(original, calls)), self.together() as together:
            self.synchronize(self.sale(1, ("shelved", 2)), self.sale(2, ("plenty", 2)))
        self.assertEqual((len(together), bool(calls)), (1, True))

    def test_goods_that_others_reserved_on_a_shelf_stay_there(self):
        self.put("shelved", 4, self.shelves[0], date="2026-01-01")
        self.put("shelved", 9, self.shelves[1], date="2026-01-02")
        customers = self.env.ref("stock.stock_location_customers")
        delivery = self.env["stock.picking"].create(
            {
                "picking_type_id": self.picking_type.warehouse_id.out_type_id.id,
                "location_id": self.source.id,
                "location_dest_id": customers.id,
                "move_ids": [
                    Command.create(
                        {
                            "product_id": self.kinds["shelved"].id,
                            "product_uom_qty": 3,
                            "location_id": self.source.id,
                            "location_dest_id": customers.id,
                        }
                    )
                ],
            }
        )
        delivery.action_confirm()
        delivery.action_assign()
        feed = [self.sale(number, ("shelved", 2)) for number in range(4)]
        _books, together = self.assert_same_as_one_by_one(feed)
        self.assertEqual(together, self.uuids(feed))
        self.synchronize(*feed)
        self.assertEqual(delivery.move_ids.quantity, 3)
