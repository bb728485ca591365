from contextlib import contextmanager

from odoo.fields import Command

from ..models.events.external_event import LOG_DAYS
from ..models.order_import.picking_batch import LockedQuants
from .customer_common import CustomerCase

ORDERS = 60


class TestBatchStatements(CustomerCase):
    """How many SQL statements an import takes: statements for each order make it slow."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        source = cls.pos_config.picking_type_id.default_location_src_id
        for number in range(3):
            product = cls.create_product(f"Counted {number}")
            cls.env["stock.quant"]._update_available_quantity(product, source, 1000)

    def feed_of(self, count, first=1, **values):
        items = [self.item(f"Counted {number}", 80.0 / 4, quantity) for number, quantity in ((0, 1), (1, 2), (2, 1))]
        return [
            self.order(
                first + number,
                OrderItems=items,
                **{name: value(number) if callable(value) else value for name, value in values.items()},
            )
            for number in range(count)
        ]

    @contextmanager
    def counted(self):
        """Yield a list that holds the number of statements after the block."""
        self.env.cr.flush()
        self.env.invalidate_all()
        counts, before = [], self.env.cr.sql_log_count
        yield counts
        self.env.cr.flush()  # writes what a commit would write
        counts.append(self.env.cr.sql_log_count - before)

    def count_import(self, first=1, **values):
        """Return how many statements it takes to import orders that are in the inbox, per order.

        :param values: further fields of the orders; a function gets the order's number
        """
        self.env["external.order"]._receive(self.sync, self.feed_of(ORDERS, first, **values))
        with self.counted() as counts:
            self.env["external.order"]._claim(self.sync, ORDERS)._import()
        self.assertEqual(len(self.pos_orders()), first - 1 + ORDERS)
        return counts[0] / ORDERS

    def test_an_order_with_its_transfer_takes_at_most_15(self):
        self.assertLessEqual(self.count_import(), 15)
        self.assertEqual(set(self.pos_orders().picking_ids.mapped("state")), {"done"})

    def test_an_order_takes_at_most_6_with_stock_at_closing(self):
        self.sync._get_or_create_pos_session().update_stock_at_closing = True
        self.assertLessEqual(self.count_import(), 6)
        self.assertFalse(self.pos_orders().picking_ids)

    def test_a_known_customer_takes_at_most_1_more(self):
        contacts = [self.create_contact(f"Customer {n}", email=f"{n}@example.com") for n in range(ORDERS)]
        without = self.count_import()
        by_address = self.count_import(1 + ORDERS, Customer=lambda n: {"ID": n + 1, "Email": f"{n}@example.com"})
        remembered = self.count_import(1 + 2 * ORDERS, Customer=lambda n: {"ID": n + 1})
        self.assertEqual(self.pos_orders()[ORDERS:].partner_id, self.env["res.partner"].concat(*contacts))
        self.assertLessEqual(by_address, without + 1)
        self.assertLessEqual(remembered, without + 1)

    def test_charges_and_tips_take_at_most_one_more_for_all_of_them(self):
        self.sync._get_or_create_pos_session().update_stock_at_closing = True
        charged = {"GrandTotal": 105.0, "AmountPaid": 105.0, "CheckoutDetails": [self.payment(105.0)]}
        charges = {"ServiceCharges": 8, "DeliveryCharges": 3, "TipAmount": 2}
        self.assertLessEqual(self.count_import(**charged, **charges), 7)
        self.assertEqual(len(self.pos_orders().lines), ORDERS * 6)

    def make_products(self, count, quantity=1000, is_known=True):
        """Create products in stock; those that are known have been sold before."""
        self.env["product.product"].create(
            [
                {
                    "name": f"Many {number}",
                    "type": "consu",
                    "is_storable": True,
                    "available_in_pos": True,
                    "taxes_id": [Command.clear()],
                }
                for number in range(count)
            ]
        )
        places = self.pos_config.picking_type_id.default_location_src_id
        if is_known:
            places |= self.env.ref("stock.stock_location_customers")
        self.env["stock.quant"].sudo().create(
            [
                {"product_id": product.id, "location_id": place.id, "quantity": quantity}
                for product in self.env["product.product"].search([("name", "=like", "Many %")])
                for place in places
            ]
        )

    def put_on_shelves(self, is_tracked=False, is_known=True):
        """Move the stock of the products to shelves, half of it each; if tracked, in lots.

        :param bool is_known: whether goods of each lot have been sold before
        """
        source = self.pos_config.picking_type_id.default_location_src_id
        shelves = self.env["stock.location"].create([{"name": name, "location_id": source.id} for name in "AB"])
        products = self.env["product.product"].search([("name", "=like", "Many %")])
        quants = self.env["stock.quant"].search([("product_id", "in", products.ids)])
        lot_of = {}
        if is_tracked:
            quants.unlink()
            products.tracking = "lot"
            lots = self.env["stock.lot"].create([{"name": f"L{item.id}", "product_id": item.id} for item in products])
            lot_of = {lot.product_id: lot.id for lot in lots}
        else:
            quants.filtered(lambda quant: quant.location_id == source).unlink()
        sold = [self.env.ref("stock.stock_location_customers")] if is_tracked and is_known else []
        places = [*shelves, *sold]
        self.env["stock.quant"].sudo().create(
            [
                {
                    "product_id": product.id,
                    "location_id": place.id,
                    "quantity": 500,
                    "lot_id": lot_of.get(product, False),
                }
                for product in products
                for place in places
            ]
        )

    def count_many(self, orders, lines, products):
        """Return how many statements an order takes in a batch of orders with many lines.

        :param int products: the number of different products of the batch
        """
        amounts = dict.fromkeys(("AmountTotal", "GrandTotal", "AmountPaid"), 2.0 * lines)
        feed = [
            self.order(
                number,
                OrderItems=[self.item(f"Many {(number * lines + place) % products}", 2.0) for place in range(lines)],
                CheckoutDetails=[self.payment(2.0 * lines)],
                Tax=0.0,
                **amounts,
            )
            for number in range(2, orders + 2)
        ]
        self.env["external.order"]._receive(self.sync, self.feed_of(1))
        self.env["external.order"]._claim(self.sync, 1)._import()  # the session, and what is read once a process
        self.env["external.order"]._receive(self.sync, feed)
        with self.counted() as counts:
            self.env["external.order"]._claim(self.sync, orders)._import()
        moves = self.pos_orders()[1:].picking_ids.move_ids
        self.assertEqual((len(moves), set(moves.mapped("state"))), (orders * lines, {"done"}))
        return counts[0] / orders

    def test_three_lines_of_any_products_take_at_most_3(self):
        self.make_products(180)
        self.assertLessEqual(self.count_many(ORDERS, 3, 180), 3)

    def test_goods_on_shelves_take_no_more(self):
        self.make_products(180)
        self.put_on_shelves()
        self.assertLessEqual(self.count_many(ORDERS, 3, 180), 3)

    def test_goods_in_lots_take_no_more(self):
        self.make_products(180)
        self.put_on_shelves(is_tracked=True)
        self.assertLessEqual(self.count_many(ORDERS, 3, 180), 3)

    def test_lots_that_are_sold_for_the_first_time_take_no_more(self):
        self.make_products(180)
        self.put_on_shelves(is_tracked=True, is_known=False)
        self.assertLessEqual(self.count_many(ORDERS, 3, 180), 3)

    def test_60_lines_take_at_most_15(self):
        self.make_products(960)
        self.assertLessEqual(self.count_many(16, 60, 960), 15)  # 960 lines fit into a batch

    def test_500_lines_take_at_most_150(self):
        self.make_products(500)
        self.assertLessEqual(self.count_many(1, 500, 500), 150)

    def test_500_lines_of_what_is_not_in_stock_take_at_most_150(self):
        self.make_products(500, quantity=0)
        self.assertLessEqual(self.count_many(1, 500, 500), 150)

    def test_500_lines_of_what_is_sold_for_the_first_time_take_at_most_150(self):
        self.make_products(500, is_known=False)
        self.assertLessEqual(self.count_many(1, 500, 500), 150)

    def test_three_lines_of_what_was_never_in_stock_nor_sold_take_at_most_3(self):
        self.make_products(180, is_known=False)
        self.env["stock.quant"].search([("product_id.name", "=like", "Many %")]).unlink()
        self.assertLessEqual(self.count_many(ORDERS, 3, 180), 3)

    def test_only_quants_that_the_batch_has_locked_are_not_locked_again(self):
        self.make_products(2, is_known=False)
        ours, other = self.env["stock.quant"].search([("product_id.name", "=like", "Many %")])
        for quants, options, statements in (
            (ours, {"allow_referencing": True, "limit": 1}, 0),
            (ours | other, {"allow_referencing": True, "limit": 1}, 0),
            (ours | other, {"allow_referencing": True}, 1),
            (other | ours, {"allow_referencing": True, "limit": 1}, 1),
            (ours, {}, 1),
        ):
            with self.subTest(quants=quants, options=options):
                with self.counted() as counts:
                    locked = LockedQuants(frozenset(ours.ids)).on(quants).try_lock_for_update(**options)
                self.assertEqual((locked, counts[0]), (quants[: options.get("limit")], statements))

    def test_a_refund_of_three_lines_takes_at_most_10(self):
        sales = self.feed_of(ORDERS)
        self.synchronize(*sales)
        refunds = [{**sale, "OrderStatus": 106} for sale in sales]
        self.env["external.order"]._receive(self.sync, refunds)
        with self.counted() as counts:
            self.env["external.order"]._claim(self.sync, ORDERS)._import()
        self.assertEqual(len(self.pos_orders().filtered("is_refund")), ORDERS)
        self.assertLessEqual(counts[0] / ORDERS, 10)

    def test_a_poll_that_brings_nothing_new_takes_at_most_20_in_all(self):
        self.synchronize(*self.feed_of(ORDERS))
        with self.counted() as counts:
            run = self.sync.sync_orders()
        self.assertEqual((run.status, run.known_count, run.fetched_count), ("no_orders", ORDERS, ORDERS))
        self.assertLessEqual(counts[0], 20)

    def test_events_take_at_most_20_statements_for_a_batch(self):
        without = self.count_import()
        self.env["ir.config_parameter"].set_param(LOG_DAYS, "7")
        events = self.count_import(1 + ORDERS)
        written = self.env["external.event"].search_count([("type", "in", ("order.imported", "picking.done"))])
        self.assertEqual(written, 2 * ORDERS)
        self.assertLessEqual((events - without) * ORDERS, 20)

    def test_events_that_nobody_wants_take_no_statement(self):
        params = self.env["ir.config_parameter"]
        params.set_param(LOG_DAYS, "0")
        noted = self.env["external.event"]
        noted._is_wanted(("order.imported",))
        with self.counted() as counts:
            for _time in range(3):
                noted._is_wanted(("order.imported", "picking.done"))
        self.assertEqual(counts, [0])
        self.count_import()
        self.assertFalse(noted.search([]))
