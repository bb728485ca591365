from odoo.exceptions import UserError
from psycopg2 import errors

from .common import ExternalOrderCase
from .tracked_common import TrackedGoods


class TestTrackedProducts(TrackedGoods, ExternalOrderCase):
    """Products tracked by lot or serial number leave with their lots, or the order is refused before it is booked."""

    def put_three_lots(self):
        for name, quantity, days in (("NEW", 5, 1), ("OLD", 5, 9), ("MID", 5, 5)):
            self.put(self.by_lot, name, quantity, days=days)

    def sale(self, order_id, name, quantity, price=10.0, **values):
        total = round(quantity * price, 2)
        return self.order(
            order_id,
            OrderItems=[self.item(name, price, quantity)],
            CheckoutDetails=[self.payment(total)],
            **{"AmountPaid": total, "AmountTotal": total, "GrandTotal": total, "Tax": 0.0, "TaxPercent": 0.0, **values},
        )

    def sell(self, name, quantity, order_id=1, price=10.0):
        self.synchronize(self.sale(order_id, name, quantity, price))
        return self.inbox(order_id)

    def on_hand(self, product, name, location=None):
        quants = self.env["stock.quant"].search(
            [
                ("product_id", "=", product.id),
                ("lot_id.name", "=", name),
                ("location_id", "child_of", (location or self.stock).id),
            ]
        )
        return sum(quants.mapped("quantity"))

    def lots(self, row):
        """Return the lots of the order's lines, and of its transfer, as pairs of name and quantity."""
        self.assertEqual(row.state, "done", row.error_message)
        lines = row.pos_order_id.lines
        moved = row.pos_order_id.picking_ids.move_line_ids
        return (
            [(tuple(line.pack_lot_ids.mapped("lot_name")), line.qty) for line in lines],
            sorted((line.lot_id.name, line.quantity) for line in moved),
        )

    def assertRefused(self, row, *parts):
        self.assertEqual((row.state, row.error_code), ("failed", "lots_missing"))
        self.assertFalse(row.pos_order_id)
        for part in parts:
            self.assertIn(part, row.error_message)

    # Sales

    def test_an_order_of_which_one_line_lacks_lots_moves_nothing(self):
        self.put(self.by_lot, "A", 5)
        sale = self.sale(1, "Vitamin C 500", 2)
        sale["OrderItems"] = [self.item("Vitamin C 500", 5.0, 2), self.item("Phone", 10.0, 1)]
        self.synchronize(sale, self.sale(2, "Vitamin C 500", 5))
        self.assertRefused(self.inbox(1))
        self.assertEqual(self.lots(self.inbox(2))[1], [("A", 5.0)])
        self.put(self.by_lot, "B", 2)
        self.inbox(1)._import()
        self.assertRefused(self.inbox(1), "Phone")
        self.assertEqual(self.on_hand(self.by_lot, "B"), 2.0)

    def test_the_stock_that_lacks_lots_is_opened_for_its_correction(self):
        row = self.sell("Vitamin C 500", 1)
        self.assertRefused(row)
        problem = self.env["external.order.problem"].search([("reason", "=", "lots_missing")])
        for action in (row.action_update_quantity(), problem.action_update_quantity()):
            self.assertEqual(
                (action["res_model"], action["domain"]), ("stock.quant", [("product_id", "in", self.by_lot.ids)])
            )
            self.assertEqual(action["context"]["default_product_id"], self.by_lot.id)
        self.synchronize(self.order(2, OrderItems=[self.item("No Such Product")]))
        with self.assertRaisesRegex(UserError, "no product with lots"):
            self.inbox(2).action_update_quantity()

    def test_a_sale_and_a_return_of_one_product_in_one_order(self):
        self.put(self.by_lot, "A", 5)
        self.assertEqual(self.lots(self.sell("Vitamin C 500", 3))[1], [("A", 3.0)])
        sale = self.sale(2, "Vitamin C 500", 1)
        sale["OrderItems"] = [self.item("Vitamin C 500", 10.0, 2), self.item("Vitamin C 500", 10.0, -1)]
        self.synchronize(sale)
        self.assertEqual(self.inbox(2).state, "done", self.inbox(2).error_message)
        self.assertEqual(self.on_hand(self.by_lot, "A"), 1.0)

    def test_the_oldest_lot_is_taken_and_the_transfer_is_done(self):
        self.put_three_lots()
        row = self.sell("Vitamin C 500", 2)
        self.assertEqual(self.lots(row), ([(("OLD",), 2.0)], [("OLD", 2.0)]))
        self.assertEqual(row.pos_order_id.picking_ids.mapped("state"), ["done"])
        self.assertEqual(self.on_hand(self.by_lot, "OLD"), 3.0)

    def test_the_removal_strategy_of_the_category_decides(self):
        self.put_three_lots()
        lifo = self.env["product.removal"].search([("method", "=", "lifo")])
        self.by_lot.categ_id = self.env["product.category"].create({"name": "Fresh", "removal_strategy_id": lifo.id})
        self.assertEqual(self.lots(self.sell("Vitamin C 500", 2))[1], [("NEW", 2.0)])

    def test_a_line_that_takes_from_two_lots_becomes_one_for_each_with_the_same_amounts(self):
        self.put_three_lots()
        row = self.sell("Vitamin C 500", 7, price=9.99)
        self.assertEqual(self.lots(row), ([(("OLD",), 5.0), (("MID",), 2.0)], [("MID", 2.0), ("OLD", 5.0)]))
        order = row.pos_order_id
        self.assertEqual((order.amount_total, sum(order.lines.mapped("price_subtotal_incl"))), (69.93, 69.93))

    def test_the_parts_of_a_line_are_rounded_as_the_whole(self):
        self.put(self.by_lot, "A", 0.5, days=2)
        self.put(self.by_lot, "B", 0.5)
        for taxes, rest in ((self.no_tax, {}), (self.tax, {"Tax": 0.15, "TaxPercent": 15.0, "GrandTotal": 1.14})):
            with self.subTest(taxes=taxes.name), self.env.cr.savepoint() as savepoint:
                self.by_lot.taxes_id = taxes
                values = {"CheckoutDetails": [self.payment(rest.get("GrandTotal", 0.99))]} if rest else {}
                sale = {**self.sale(1, "Vitamin C 500", 1, price=0.99, **rest), **values}
                self.synchronize({**sale, "AmountPaid": sale["GrandTotal"]})
                order = self.inbox(1).pos_order_id
                self.assertEqual(len(order.lines), 2, self.inbox(1).error_message)
                self.assertAlmostEqual(sum(order.lines.mapped("price_subtotal")), 0.99)
                self.assertAlmostEqual(sum(order.lines.mapped("price_subtotal_incl")), sale["GrandTotal"])
                self.close_session(order.session_id)
                self.assertAlmostEqual(order.amount_total, sale["GrandTotal"])
                savepoint.rollback()
                self.env.invalidate_all()

    def test_each_part_of_a_split_line_has_the_taxes_of_its_quantity(self):
        self.put(self.by_lot, "FEW", 1, days=9)
        self.put(self.by_lot, "SOME", 2, days=5)
        self.put(self.by_lot, "MANY", 50)
        nineteen = self.create_tax(19)
        included = self.create_tax(19, name="Included", price_include_override="tax_included")
        deposit = self.create_tax(0.25, amount_type="fixed")
        for name, taxes, discount, tax, wanted in (
            ("added", nineteen, 0, 9.50, [11.90, 23.80, 23.80]),
            ("included", included, 0, 9.50, [11.90, 23.80, 23.80]),
            ("discounted", nineteen, 10, 7.60, [9.52, 19.04, 19.04]),
            ("fixed", nineteen | deposit, 0, 10.75, [12.15, 24.30, 24.30]),
            ("returned", nineteen, 0, 9.50, [-11.90, -23.80, -23.80]),
        ):
            with self.subTest(name), self.env.cr.savepoint() as savepoint:
                self.by_lot.taxes_id = taxes
                total = 50 - discount + tax
                sale = self.sale(name, "Vitamin C 500", 5, Tax=tax, TaxPercent=None, GrandTotal=total)
                sale["OrderItems"][0]["DiscountAmount"] = discount
                sale |= {"AmountPaid": total, "CheckoutDetails": [self.payment(total)]}
                self.synchronize(sale)
                if name == "returned":
                    back = self.sale("back", "Vitamin C 500", -5, Tax=-tax, TaxPercent=None, GrandTotal=-total)
                    back |= {"AmountPaid": -total, "CheckoutDetails": [self.payment(-total)]}
                    self.synchronize(back)
                    name = "back"
                self.assert_parts(self.inbox(name), [(-qty if wanted[0] < 0 else qty) for qty in (1, 2, 2)], wanted)
                savepoint.rollback()
                self.env.invalidate_all()

    def test_a_split_line_keeps_what_odoo_rounded_over_the_whole_order(self):
        self.put(self.by_lot, "FEW", 1, days=9)
        self.put(self.by_lot, "MANY", 50)
        self.by_lot.taxes_id = self.create_tax(19)
        self.company.tax_calculation_rounding_method = "round_globally"
        sale = self.sale(1, "Vitamin C 500", 6, price=0.335, Tax=0.38, TaxPercent=None, GrandTotal=2.39)
        sale |= {"AmountPaid": 2.39, "CheckoutDetails": [self.payment(2.39)]}
        sale["OrderItems"] = [self.item("Vitamin C 500", 0.335, 3)] * 2
        self.synchronize(sale)
        row = self.inbox(1)
        self.assertEqual(row.state, "done", row.error_message)
        self.assertEqual(row.pos_order_id.lines.sorted("id").mapped("qty"), [1, 2, 3])
        self.assertAlmostEqual(sum(row.pos_order_id.lines.mapped("price_subtotal_incl")), 2.39)

    def assert_parts(self, row, quantities, amounts):
        """Check the parts of a split line, by lot, as booked and as Odoo computes and invoices them again."""
        self.assertEqual(row.state, "done", row.error_message)
        order = row.pos_order_id
        lines = order.lines.sorted(lambda line: (abs(line.qty), line.id))
        self.assertEqual(lines.mapped("qty"), quantities)
        booked = lines.mapped("price_subtotal_incl")
        self.assertEqual([round(amount, 2) for amount in booked], amounts)
        lines._onchange_amount_line_all()
        self.assertEqual([round(amount, 2) for amount in lines.mapped("price_subtotal_incl")], amounts)
        order._compute_prices()
        self.assertAlmostEqual(order.amount_total, sum(amounts))
        order.partner_id = order.partner_id or self.env["res.partner"].create({"name": "Customer"})
        order.action_pos_order_invoice()
        invoiced = order.account_move.invoice_line_ids.filtered("product_id").sorted(
            lambda line: (line.quantity, line.id)
        )
        self.assertEqual(
            [round(amount, 2) for amount in invoiced.mapped("price_total")], [abs(amount) for amount in amounts]
        )

    def test_serial_numbers_are_on_one_line(self):
        for number in range(4):
            self.put(self.by_serial, f"SN{number}", days=9 - number)
        row = self.sell("Phone", 3)
        self.assertEqual(self.lots(row), ([(("SN0", "SN1", "SN2"), 3.0)], [("SN0", 1.0), ("SN1", 1.0), ("SN2", 1.0)]))

    def test_orders_of_one_batch_take_from_each_other(self):
        self.put(self.by_serial, "SN1", days=2)
        self.put(self.by_serial, "SN2", days=1)
        self.synchronize(*(self.sale(number, "Phone", 1) for number in (1, 2, 3)))
        self.assertEqual([self.lots(self.inbox(number))[1] for number in (1, 2)], [[("SN1", 1.0)], [("SN2", 1.0)]])
        self.assertRefused(self.inbox(3), "Phone", "needs 1", "but only 0")

    def test_too_few_are_refused_before_anything_is_booked(self):
        self.put(self.by_lot, "ONLY", 3)
        self.assertRefused(self.sell("Vitamin C 500", 5), "Vitamin C 500", "needs 5", "but only 3")
        self.assertFalse(self.pos_orders())
        self.assertEqual(self.on_hand(self.by_lot, "ONLY"), 3.0)

    def test_what_is_reserved_is_not_taken(self):
        lot = self.put(self.by_lot, "ONLY", 3)
        self.env["stock.quant"]._update_reserved_quantity(self.by_lot, self.stock, 2, lot_id=lot)
        self.assertRefused(self.sell("Vitamin C 500", 2), "but only 1")

    def test_a_retry_imports_it_when_the_stock_is_there(self):
        row = self.sell("Phone", 1)
        self.put(self.by_serial, "LATE")
        row.action_retry()
        self.assertEqual(self.lots(row)[1], [("LATE", 1.0)])

    def test_half_a_phone_is_refused(self):
        self.put(self.by_serial, "SN1")
        self.put(self.by_serial, "SN2")
        self.assertRefused(self.sell("Phone", 1.5), "sold in whole units")

    def test_a_lot_on_two_shelves_is_taken_from_both(self):
        shelves = self.env["stock.location"].create(
            [{"name": name, "location_id": self.stock.id} for name in ("Shelf 1", "Shelf 2")]
        )
        self.put(self.by_lot, "SPREAD", 3, shelves[0])
        self.put(self.by_lot, "SPREAD", 2, shelves[1])
        row = self.sell("Vitamin C 500", 4)
        self.assertEqual(self.lots(row)[0], [(("SPREAD",), 4.0)])
        left = sorted(self.on_hand(self.by_lot, "SPREAD", shelf) for shelf in shelves)
        self.assertEqual(row.pos_order_id.picking_ids.state, "done")
        self.assertTrue(left in ([0.0, 1.0],), left)

    def test_a_failing_order_leaves_its_lots_to_the_others(self):
        self.put(self.by_serial, "SN1")
        orders = type(self.env["pos.order"])
        original = orders.action_pos_order_paid

        def pay(order):
            if order.lines[0].price_unit == 66.0:
                raise ValueError("not this one")
            return original(order)

        self.patch(orders, "action_pos_order_paid", pay)
        with self.assertLogs("odoo.addons.external_order_sync", "ERROR"):
            self.synchronize(self.sale(1, "Phone", 1, price=66.0), self.sale(2, "Phone", 1))
        self.assertEqual(self.inbox(1).error_code, "odoo_error")
        self.assertEqual(self.lots(self.inbox(2))[1], [("SN1", 1.0)])

    def test_tracked_components_leave_with_their_lots(self):
        self.component.tracking = "lot"
        self.put(self.component, "PART", 4)
        item = self.item(OrderDetailPackages=[{"ItemID": 0, "ItemName": "Component Item", "Price": 2, "Quantity": 3}])
        row = self.import_order(OrderItems=[item])
        self.assertIn(
            ("PART", 3.0), [(line.lot_id.name, line.quantity) for line in row.pos_order_id.picking_ids.move_line_ids]
        )
        self.assertEqual(row.pos_order_id.lines[1].pack_lot_ids.lot_name, "PART")

    def test_components_stay_below_a_parent_that_is_split(self):
        self.put(self.by_lot, "A", 1, days=2)
        self.put(self.by_lot, "B", 1)
        part = {"ItemID": 0, "ItemName": "Component Item", "Price": 2, "Quantity": 3}
        sale = self.sale(1, "Vitamin C 500", 2)
        sale["OrderItems"][0]["OrderDetailPackages"] = [part]
        self.synchronize(sale)
        lines = self.inbox(1).pos_order_id.lines.sorted("id")
        self.assertEqual(lines.product_id, self.by_lot | self.component)
        self.assertEqual(lines[2].combo_parent_id, lines[0])

    def test_an_operation_type_without_lots_names_none(self):
        self.pos_config.picking_type_id.write({"use_create_lots": False, "use_existing_lots": False})
        self.put(self.by_lot, "ANY", 5)
        row = self.sell("Vitamin C 500", 2)
        self.assertEqual(row.state, "done")
        self.assertEqual((row.pos_order_id.picking_ids.state, self.on_hand(self.by_lot, "ANY")), ("done", 3.0))
        self.assertFalse(row.pos_order_id.lines.pack_lot_ids)

    def test_an_operation_type_for_new_or_for_existing_lots_takes_those_in_stock(self):
        for create, existing in ((True, False), (False, True)):
            with self.subTest(create=create), self.env.cr.savepoint() as savepoint:
                self.pos_config.picking_type_id.write({"use_create_lots": create, "use_existing_lots": existing})
                self.put(self.by_lot, "HERE", 5)
                row = self.sell("Vitamin C 500", 2)
                self.assertEqual(self.lots(row), ([(("HERE",), 2.0)], [("HERE", 2.0)]))
                self.assertEqual(self.on_hand(self.by_lot, "HERE"), 3.0)
                savepoint.rollback()
                self.env.invalidate_all()

    # Several workers

    def test_chosen_lots_are_written_so_that_another_worker_starts_over(self):
        lots = self.put(self.by_serial, "SN1", days=2) | self.put(self.by_serial, "SN2", days=1)
        session = self.sync._get_or_create_pos_session()
        session.update_stock_at_closing = True  # where nothing else changes them
        before = self.versions(lots)
        self.sell("Phone", 1)
        after = self.versions(lots)
        self.assertNotEqual(after[lots[0]], before[lots[0]])
        self.assertEqual(after[lots[1]], before[lots[1]])

    def versions(self, lots):
        """Return where the database keeps the quant of each lot: another place after each write."""
        self.env.flush_all()
        quants = self.env["stock.quant"].search([("lot_id", "in", lots.ids), ("location_id", "=", self.stock.id)])
        self.env.cr.execute("SELECT id, ctid::text FROM stock_quant WHERE id IN %s", [quants._ids])
        places = dict(self.env.cr.fetchall())
        return {quant.lot_id: places[quant.id] for quant in quants}

    def test_orders_that_meet_another_worker_wait(self):
        self.put(self.by_serial, "SN1")

        def busy(lots, quants, **options):
            raise errors.SerializationFailure

        self.patch(type(self.env["external.order.lots"]), "_hold", busy)
        row = self.sell("Phone", 1)
        self.assertEqual((row.state, row.error_code), ("pending", "database_busy"))

    # Stock at closing

    def test_stock_at_closing_promises_each_serial_number_once(self):
        self.put(self.by_serial, "SN1", days=2)
        self.put(self.by_serial, "SN2", days=1)
        session = self.sync._get_or_create_pos_session()
        session.update_stock_at_closing = True
        for number in (1, 2, 3):
            self.synchronize(self.sale(number, "Phone", 1))
        names = [self.inbox(number).pos_order_id.lines.pack_lot_ids.lot_name for number in (1, 2)]
        self.assertEqual(names, ["SN1", "SN2"])
        self.assertRefused(self.inbox(3))
        self.close_session(session)
        self.assertEqual(session.picking_ids.mapped("state"), ["done"])
        self.assertEqual([self.on_hand(self.by_serial, name) for name in names], [0.0, 0.0])

    # Returns

    def give_back(self, name, quantity, order_id=9):
        return self.sell(name, -quantity, order_id)

    def test_the_only_lot_that_customers_have_comes_back(self):
        self.put(self.by_lot, "ONLY", 5)
        self.sell("Vitamin C 500", 3)
        row = self.give_back("Vitamin C 500", 2)
        self.assertEqual(self.lots(row), ([(("ONLY",), -2.0)], [("ONLY", 2.0)]))
        self.assertEqual(row.pos_order_id.picking_ids.state, "done")
        self.assertEqual(self.on_hand(self.by_lot, "ONLY"), 4.0)

    def test_which_of_several_comes_back_is_not_guessed(self):
        self.put(self.by_serial, "SN1", days=2)
        self.put(self.by_serial, "SN2", days=1)
        self.sell("Phone", 2)
        self.assertRefused(self.give_back("Phone", 1), "returns 1", "Phone")
        self.assertEqual(self.lots(self.give_back("Phone", 2, 10))[1], [("SN1", 1.0), ("SN2", 1.0)])

    def test_what_was_never_sold_does_not_come_back(self):
        self.put(self.by_serial, "SN1")
        self.assertRefused(self.give_back("Phone", 1))

    def test_what_came_back_is_sold_again_in_the_same_batch(self):
        self.put(self.by_serial, "SN1")
        self.sell("Phone", 1)
        self.synchronize(self.sale(2, "Phone", -1), self.sale(3, "Phone", 1))
        self.assertEqual(self.lots(self.inbox(3))[1], [("SN1", 1.0)])

    def test_one_serial_number_comes_back_once(self):
        self.put(self.by_serial, "SN1")
        self.sell("Phone", 1)
        self.synchronize(self.sale(2, "Phone", -1), self.sale(3, "Phone", -1))
        self.assertEqual(self.inbox(2).state, "done")
        self.assertRefused(self.inbox(3))

    # The preview

    def test_the_preview_shows_what_lacks_lots(self):
        self.put(self.by_serial, "SN1")
        self.feed(self.sale(1, "Phone", 1), self.sale(2, "Phone", 1))
        action = self.sync.action_test_connection()
        lines = self.env[action["res_model"]].browse(action["res_id"]).line_ids
        self.assertEqual(
            [(line.result, line.reason) for line in lines], [("ready", False), ("problem", "lots_missing")]
        )
