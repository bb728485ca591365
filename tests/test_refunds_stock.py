from .refund_common import RefundCase
from .tracked_common import TrackedGoods


class TestRefundedStock(TrackedGoods, RefundCase):
    """What comes back into stock: with its lots and serial numbers, its owner, and at its cost."""

    def sold_of(self, name, quantity, price=10.0, order_id="sale"):
        row = self.sell(self.item(name, price, quantity), order_id=order_id, total=quantity * price, percent=0)
        self.assertEqual(row.state, "done", row.error_message)
        return row.pos_order_id

    def in_stock(self, product):
        """Return the quantity of each lot in stock."""
        quants = self.env["stock.quant"].search(
            [("product_id", "=", product.id), ("location_id", "child_of", self.stock.id)]
        )
        totals = {}
        for quant in quants:
            totals[quant.lot_id.name] = totals.get(quant.lot_id.name, 0) + quant.quantity
        return {name: quantity for name, quantity in totals.items() if quantity}

    def lots(self, order):
        return [(line.qty, line.pack_lot_ids.sorted("id").mapped("lot_name")) for line in order.lines.sorted("id")]

    def test_a_lot_comes_back(self):
        self.put(self.by_lot, "A", 5)
        sale = self.sold_of("Vitamin C 500", 3)
        self.assertEqual(self.in_stock(self.by_lot), {"A": 2})
        refund = self.refund(sale, self.back("Vitamin C 500", quantity=2))
        self.assertEqual(self.lots(refund), [(-2, ["A"])])
        self.assertEqual(refund.picking_ids.move_line_ids.lot_id.name, "A")
        self.assertEqual(self.in_stock(self.by_lot), {"A": 4})
        self.refund_rest(sale)
        self.assertEqual(self.in_stock(self.by_lot), {"A": 5})
        self.assert_nothing_left(sale)

    def test_what_came_from_several_lots_comes_back_in_the_order_in_which_it_left(self):
        self.put(self.by_lot, "OLD", 2, days=9)
        self.put(self.by_lot, "NEW", 5, days=1)
        sale = self.sold_of("Vitamin C 500", 4, price=9.99)
        self.assertEqual(len(sale.lines), 2)
        self.assertEqual(self.lots(self.refund(sale, self.back("Vitamin C 500", quantity=1))), [(-1, ["OLD"])])
        refund = self.refund(sale, self.back("Vitamin C 500", quantity=2))
        self.assertEqual(self.lots(refund), [(-1, ["OLD"]), (-1, ["NEW"])])
        self.refund(sale, self.back("Vitamin C 500", quantity=1))
        self.assertEqual(self.in_stock(self.by_lot), {"OLD": 2, "NEW": 5})
        self.assert_nothing_left(sale)

    def test_the_components_of_an_item_from_several_lots_come_back_in_proportion(self):
        self.put(self.by_lot, "OLD", 2, days=9)
        self.put(self.by_lot, "NEW", 5, days=1)
        part = {"ItemID": 0, "ItemName": "Component Item", "Price": 0, "Quantity": 4}
        item = self.item("Vitamin C 500", 10, 4, OrderDetailPackages=[part])
        sale = self.sell(item, total=40, percent=0).pos_order_id
        before = self.on_hand(self.component)
        for quantity, back in ((1, 1), (2, 3), (1, 4)):
            self.refund(sale, self.back("Vitamin C 500", quantity=quantity))
            self.assertEqual(self.on_hand(self.component), before + back)
        self.assert_nothing_left(sale)

    def test_serial_numbers_come_back_in_the_order_in_which_they_left(self):
        for name in ("S1", "S2", "S3"):
            self.put(self.by_serial, name)
        sale = self.sold_of("Phone", 3)
        sold = self.lots(sale)[0][1]
        self.assertEqual(self.lots(self.refund(sale, self.back("Phone", quantity=1))), [(-1, sold[:1])])
        self.assertEqual(self.in_stock(self.by_serial), {sold[0]: 1})
        refund = self.refund(sale, self.back("Phone", quantity=1, restock=False), self.back("Phone", quantity=1))
        self.assertEqual(self.lots(refund), [(-1, sold[1:2]), (-1, sold[2:])])
        self.assertEqual(self.in_stock(self.by_serial), {sold[0]: 1, sold[2]: 1})
        self.assert_nothing_left(sale)

    def test_a_fraction_of_a_serial_number_does_not_come_back(self):
        for name in ("S1", "S2", "S3"):
            self.put(self.by_serial, name)
        sale = self.sold_of("Phone", 2)
        for restock in (True, False):
            outcome = self.try_refund(sale, self.back("Phone", quantity="1.5", restock=restock))
            self.assert_not_booked(outcome, "lots_missing", "1.5", "whole units")
        part = {"ItemID": 0, "ItemName": "Phone", "Price": 0, "Quantity": 1}
        item = self.item(quantity=2, OrderDetailPackages=[part])
        packed = self.sell(item, order_id=2, total=184, tax=24).pos_order_id
        self.assert_not_booked(self.try_refund(packed, self.back(quantity=1)), "lots_missing", "0.5")
        self.assertEqual(len(self.lots(self.refund_rest(sale))[0][1]), 2)

    def test_a_serial_number_that_came_back_in_the_register_does_not_come_back_again(self):
        for name in ("S1", "S2"):
            self.put(self.by_serial, name)
        sale = self.sold_of("Phone", 2)
        sold = self.lots(sale)[0][1]
        by_hand = sale._refund()
        line = by_hand.lines
        line.pack_lot_ids.filtered(lambda lot: lot.lot_name != sold[0]).unlink()
        line.qty = -1
        line._onchange_amount_line_all()
        by_hand._compute_prices()
        by_hand.add_payment({"pos_order_id": by_hand.id, "amount": -10, "payment_method_id": self.cash.id})
        by_hand.action_pos_order_paid()
        self.assertEqual(self.lots(self.refund_rest(sale)), [(-1, sold[1:])])

    def test_goods_that_are_not_restocked_need_no_lots(self):
        self.put(self.by_lot, "A", 5)
        sale = self.sold_of("Vitamin C 500", 3)
        sale.lines.pack_lot_ids.unlink()
        refund = self.refund(sale, self.back("Vitamin C 500", quantity=1, restock=False))
        self.assertFalse(refund.picking_ids)
        self.assertEqual(self.in_stock(self.by_lot), {"A": 2})

    def test_a_sale_without_lots_returns_the_only_ones_that_are_out(self):
        self.put(self.by_lot, "A", 5)
        sale = self.sold_of("Vitamin C 500", 3)
        sale.lines.pack_lot_ids.unlink()
        self.refund(sale, self.back("Vitamin C 500", quantity=1))
        self.assertEqual(self.in_stock(self.by_lot), {"A": 3})

    def test_goods_of_an_owner_come_back_as_that_owners(self):
        owner = self.env["res.partner"].create({"name": "Owner"})
        self.env["stock.quant"]._update_available_quantity(self.product, self.stock, 3, owner_id=owner)
        sale = self.sell(self.item(price=20, quantity=2), total=46, tax=6).pos_order_id
        self.assertEqual(sale.picking_ids.move_line_ids.owner_id, owner)
        refund = self.refund(sale, self.back(quantity=1))
        self.assertEqual(refund.picking_ids.move_line_ids.owner_id, owner)

    def test_stock_at_closing(self):
        session = self.sync._get_or_create_pos_session()
        session.update_stock_at_closing = True
        self.put(self.by_lot, "A", 5)
        self.put(self.by_serial, "S1")
        items = (self.item("Vitamin C 500", 10, 3), self.item("Phone", 100), self.item(price=20, quantity=2))
        sale = self.sell(*items, total=176, tax=6).pos_order_id
        before = self.on_hand(self.product)
        self.refund(sale, self.back("Vitamin C 500", quantity=1), self.back("Phone", quantity=1))
        self.refund(sale, self.back(quantity=1, restock=False))
        self.refund(sale, self.back(quantity=1))
        self.assertFalse(session.picking_ids)
        self.close_session(session)
        self.assertEqual(self.in_stock(self.by_lot), {"A": 3})
        self.assertEqual(self.in_stock(self.by_serial), {"S1": 1})
        self.assertEqual(self.on_hand(self.product), before - 1)
        self.assertEqual(set(session.picking_ids.mapped("state")), {"done"})

    def test_the_margin_of_what_did_not_come_back(self):
        self.product.standard_price = 12
        sale = self.sell(self.item(price=20, quantity=3), total=69, tax=9).pos_order_id
        refund = self.refund(sale, self.back(quantity=1), self.back(quantity=1, restock=False))
        self.assertEqual(sorted(refund.lines.mapped("total_cost")), [-12, 0])

    def test_another_operation_type_for_returns(self):
        returns = self.pos_config.picking_type_id.copy(
            {
                "name": "Returns",
                "code": "incoming",
                "sequence_code": "RET",
                "default_location_src_id": self.env.ref("stock.stock_location_customers").id,
                "default_location_dest_id": self.stock.id,
            }
        )
        self.pos_config.picking_type_id.return_picking_type_id = returns
        self.addCleanup(setattr, self.pos_config.picking_type_id, "return_picking_type_id", False)
        sale = self.sell(self.item(), total=92, tax=12).pos_order_id
        self.assertEqual(self.refund_rest(sale).picking_ids.picking_type_id, returns)
