from datetime import datetime

from .life_common import LifeCase


class TestLifeDropped(LifeCase):
    """An order whose payload was dropped long after its import, and what comes later: the same as with its payload, or
    refused or shown, never a guess.
    """

    def drop_payloads(self):
        rows = self.env["external.order"].search([("sync_id", "=", self.sync.id), ("state", "=", "done")])
        rows.imported_date = datetime(2020, 1, 1)
        self.env["external.order"]._gc_payloads()

    def each(self):
        """Yield the OrderIDs of two sales, and what drops the payloads of the second, once it is called."""
        yield 7001, lambda: None
        yield 7002, self.drop_payloads

    def refund_of(self, order_id, **values):
        return self.sale(order_id, OrderStatus=106, **values)

    # ---- refunds beside the sale as it was booked ----

    def sell_sizes(self):
        """Return the items of an order with two names for one product, at two prices."""
        self.sync.match_item_id = False
        coffee = self.create_product("Coffee", taxes=self.env["account.tax"], list_price=80)
        for name in ("Coffee small", "Coffee large"):
            self.env["external.product.alias"].create(
                {"sync_id": self.sync.id, "item_name": name, "product_id": coffee.id}
            )
        items = [self.item("Coffee small", 30.0, ItemID=901), self.item("Coffee large", 50.0, ItemID=902)]
        totals = dict.fromkeys(("AmountTotal", "GrandTotal", "AmountPaid"), 80.0)
        return {"OrderItems": items, "CheckoutDetails": [self.payment(80.0)], **totals}

    def test_the_item_that_a_refund_names_comes_back(self):
        content = self.sell_sizes()
        ways = (
            {"ItemName": "Coffee large", "Quantity": 1},
            {"ItemID": 902, "Quantity": 1},
            {"ItemID": 902, "ItemName": "Coffee large", "Quantity": 1},
        )
        for number, item in enumerate(ways):
            for order_id, drop in self.each():
                with self.subTest(item=item, order_id=order_id):
                    order_id += 10 * number
                    self.synchronize(self.sale(order_id, **content))
                    drop()
                    self.synchronize(self.sale(order_id, **content, Refunds=[{"RefundID": "R1", "Items": [item]}]))
                    row = self.refund_rows(order_id)
                    self.assertEqual((row.state, row.doubt), ("done", False), row.error_message or row.warnings)
                    self.assertEqual(row.pos_order_id.amount_total, -50.0)

    def test_the_content_that_refunds_needed_is_dropped_again(self):
        content = self.sell_sizes()
        self.synchronize(self.sale(**content))
        self.drop_payloads()
        refund = {"RefundID": "R1", "Items": [{"ItemName": "Coffee large", "Quantity": 2}]}
        self.synchronize(self.sale(**content, Refunds=[refund]))
        row, back = self.sale_row(), self.refund_rows()
        self.assertEqual((back.state, back.error_code), ("failed", "refund_exceeds_order"))
        self.drop_payloads()
        self.assertTrue(row.payload)
        back.action_ignore()
        self.drop_payloads()
        self.assertFalse(row.payload)

    def test_the_payload_of_an_order_is_kept_while_a_refund_of_it_is_not_booked(self):
        content = self.sell_sizes()
        self.synchronize(self.sale(**content))
        self.sync.auto_create_session = False
        self.close_session(self.pos_orders().session_id)
        back = {"RefundID": "R1", "Items": [{"ItemID": 902, "Quantity": 1}]}
        self.synchronize(self.sale(**content, Refunds=[back]))
        self.drop_payloads()
        self.assertEqual(self.refund_rows().state, "pending")
        self.sync.auto_create_session = True
        self.synchronize()
        self.assertEqual(self.refund_rows().pos_order_id.amount_total, -50.0)

    def test_a_known_order_that_comes_again_is_not_stored_again(self):
        self.synchronize(self.sale(Refunds=[self.refund("R1", oil=1)]))
        self.drop_payloads()
        self.synchronize(self.sale(Refunds=[{**self.refund("R1", oil=1), "Remark": "again"}]))
        self.assertFalse(self.sale_row().payload)

    # ---- an order with a refund status ----

    def test_an_order_with_a_refund_status_that_repeats_its_sale_is_read_with_it(self):
        content = self.sell_sizes()
        for order_id, drop in self.each():
            with self.subTest(order_id=order_id):
                self.synchronize(self.sale(order_id, **content))
                drop()
                self.synchronize(self.refund_of(order_id, **content))
                row = self.refund_rows(order_id)
                self.assertEqual((row.state, row.doubt), ("done", False), row.error_message or row.warnings)
                self.assertEqual(row.pos_order_id.amount_total, -80.0)

    def test_without_the_content_a_refund_that_is_unclear_is_shown_or_refused(self):
        content = self.sell_sizes()
        nothing = {**dict.fromkeys(("AmountTotal", "GrandTotal", "AmountPaid", "Tax")), "CheckoutDetails": []}
        for number, (item, expected) in enumerate(
            (
                ({"ItemName": "Coffee large", "Quantity": 1}, ("done", "amounts_differ", False)),
                ({"ItemName": "Coffee large", "Quantity": 1, "Price": 50.0}, ("done", False, False)),
                ({"ItemID": 902, "Quantity": 1}, ("failed", False, "product_not_found")),
            ),
            7001,
        ):
            with self.subTest(item=item):
                self.synchronize(self.sale(number, **content))
                self.drop_payloads()
                self.synchronize(self.refund_of(number, **{**nothing, "OrderItems": [item]}))
                row = self.refund_rows(number)
                self.assertEqual((row.state, row.doubt, row.error_code), expected, row.error_message)
        self.assertEqual(self.refund_rows(7002).pos_order_id.amount_total, -50.0)

    # ---- figures without items ----

    def test_a_charge_that_was_not_sold_is_refused(self):
        nothing = {
            **dict.fromkeys(("OrderItems", "AmountTotal", "GrandTotal", "AmountPaid", "Tax")),
            "CheckoutDetails": [],
        }
        for number, charge in enumerate(("DeliveryCharges", "Tip", "AmountTotal")):
            for order_id, drop in self.each():
                for listed in (True, False):
                    with self.subTest(charge=charge, order_id=order_id, listed=listed):
                        order_number = order_id + 10 * number + 100 * listed
                        self.synchronize(self.sale(order_number))
                        drop()
                        if listed:
                            again = self.sale(order_number, Refunds=[{"RefundID": "R1", charge: 20.0}])
                        else:
                            again = self.refund_of(order_number, **{**nothing, charge: 20.0})
                        self.synchronize(again)
                        row = self.refund_rows(order_number)
                        self.assertEqual((row.state, row.error_code), ("failed", "amount_mismatch"), row.warnings)

    def test_figures_of_the_sale_do_not_stop_the_refund_of_all_of_it(self):
        nothing = {**dict.fromkeys(("OrderItems", "GrandTotal", "AmountPaid", "Tax")), "CheckoutDetails": []}
        charge = {
            "DeliveryCharges": 5.0,
            "GrandTotal": 55.0,
            "AmountPaid": 55.0,
            "CheckoutDetails": [self.payment(55.0)],
        }
        less = {"GrandTotal": 40.0, "AmountDiscount": 10.0, "AmountPaid": 40.0, "CheckoutDetails": [self.payment(40.0)]}
        for number, (content, figures, total) in enumerate(
            (
                ({}, {"AmountTotal": 50.0}, 50.0),
                (charge, {"AmountTotal": 50.0, "DeliveryCharges": 5.0}, 55.0),
                (charge, {"AmountTotal": None, "DeliveryCharges": 5.0}, 55.0),
                (less, {"AmountTotal": 50.0, "AmountDiscount": 10.0}, 40.0),
                (less, {"AmountTotal": 50.0}, 40.0),
            )
        ):
            for order_id, drop in self.each():
                with self.subTest(figures=figures, order_id=order_id):
                    order_number = order_id + 10 * number
                    self.synchronize(self.sale(order_number, **content))
                    drop()
                    self.synchronize(self.refund_of(order_number, **{**nothing, **figures}))
                    row = self.refund_rows(order_number)
                    self.assertEqual((row.state, row.doubt), ("done", False), row.error_message or row.warnings)
                    self.assertEqual(row.pos_order_id.amount_total, -total)

    def test_a_discount_that_nothing_can_prove_is_shown(self):
        nothing = {
            **dict.fromkeys(("OrderItems", "AmountTotal", "GrandTotal", "AmountPaid", "Tax")),
            "CheckoutDetails": [],
        }
        self.synchronize(self.sale())
        self.drop_payloads()
        self.synchronize(self.refund_of(7001, **nothing, AmountDiscount=10.0))
        row = self.refund_rows()
        self.assertEqual((row.state, row.doubt), ("done", "amounts_differ"), row.error_message)

    def test_goods_that_do_not_go_back_to_stock_stay_out(self):
        bare = {"OrderID": None, "OrderItems": None, "Restock": False}
        nothing = {**dict.fromkeys(("AmountTotal", "GrandTotal", "AmountPaid", "Tax")), "CheckoutDetails": []}
        self.sync.cancelled_statuses = "109"
        for number, status in enumerate((106, 109)):
            for order_id, drop in self.each():
                with self.subTest(status=status, order_id=order_id):
                    order_number = order_id + 10 * number
                    before = self.in_stock()
                    self.synchronize(self.sale(order_number))
                    drop()
                    entry = {**nothing, **bare, "OrderID": order_number, "OrderStatus": status}
                    self.synchronize(entry)
                    rows = self.rows(order_number)
                    self.assertEqual(rows.mapped("state"), ["done", "done"], rows.mapped("error_message"))
                    self.assertEqual((rows[1].pos_order_id.amount_total, self.in_stock() - before), (-50.0, -5.0))

    # ---- changes ----

    def test_an_order_that_comes_back_as_it_was_booked_is_no_change_after_another_content_was_seen(self):
        self.synchronize(self.sale())
        self.synchronize(self.sale(oil=4))
        row = self.sale_row()
        row.action_accept_change()
        self.drop_payloads()
        self.assertFalse(row.payload or row.booked_payload)
        self.sync.book_changes = True
        run = self.synchronize(self.sale(OrderStatus=104))
        self.assertEqual((run.status, row.changed, bool(row.change_text)), ("no_orders", False, False))
        self.assert_booked(50.0, oil=5)
        self.drop_payloads()
        self.sync.book_changes = False
        self.synchronize(self.sale(oil=4))
        self.assertTrue(row.changed)  # what was seen is forgotten once the order was as booked

    def test_the_content_that_was_seen_is_no_change_either(self):
        self.synchronize(self.sale())
        self.synchronize(self.sale(oil=4))
        self.sale_row().action_accept_change()
        self.drop_payloads()
        self.sync.book_changes = True
        run = self.synchronize(self.sale(oil=4, Remark="again"))
        self.assertEqual((run.status, self.sale_row().changed), ("no_orders", False))
        self.drop_payloads()
        self.synchronize(self.sale())
        self.assertFalse(self.sale_row().changed)
        self.assert_booked(50.0, oil=5)

    def test_a_change_of_a_dropped_order_that_is_taken_back_is_none(self):
        self.synchronize(self.sale())
        self.drop_payloads()
        self.synchronize(self.sale(oil=4))
        row = self.sale_row()
        self.assertTrue(row.changed)
        self.synchronize(self.sale())
        self.assertEqual((row.changed, row.changed_date, row.booked_digest), (False, False, False))
        self.synchronize(self.sale(oil=4))
        row.action_accept_change()
        self.drop_payloads()
        self.synchronize(self.sale())
        self.assertFalse(row.changed)
        self.assert_booked(50.0, oil=5)

    def test_a_booked_change_is_what_was_booked(self):
        self.synchronize(self.sale())
        self.drop_payloads()
        self.synchronize(self.sale(oil=4))
        row = self.sale_row()
        row.action_book_difference()
        self.drop_payloads()
        self.synchronize(self.sale(oil=4, Remark="again"))
        self.assertFalse(row.changed)
        self.synchronize(self.sale())
        self.assertTrue(row.changed)

    def test_an_order_that_was_one_of_two_and_comes_alone_as_it_was_booked_is_no_change(self):
        self.synchronize(self.sale())
        self.drop_payloads()
        self.synchronize(self.sale(), self.sale(oil=4))
        row = self.sale_row()
        self.assertEqual((row.changed, row.error_code), (True, "order_id_ambiguous"))
        self.synchronize(self.sale())
        self.assertEqual((row.changed, row.error_code), (False, False))

    def test_an_order_that_is_valid_again_and_cancelled_again_is_no_change(self):
        self.sync.cancelled_statuses = "109"
        for order_id, drop in self.each():
            with self.subTest(order_id=order_id):
                self.synchronize(self.sale(order_id))
                self.synchronize(self.sale(order_id, OrderStatus=109, LastUpdated="2026-11-20T10:00:00Z"))
                drop()
                row = self.sale_row(order_id)
                self.synchronize(self.sale(order_id, LastUpdated="2026-11-21T10:00:00Z"))
                self.assertTrue(row.changed)
                self.assertEqual(row.change_text, "It is not cancelled any more, but its cancellation is booked.")
                self.synchronize(self.sale(order_id, OrderStatus=109, LastUpdated="2026-11-22T10:00:00Z"))
                self.assertFalse(row.changed)

    def test_a_refund_that_comes_back_as_it_was_booked_is_no_change(self):
        def listed(oil, **values):
            return self.sale(Refunds=[self.refund("R1", oil=oil, **values)])

        self.synchronize(listed(1))
        self.synchronize(listed(2))
        row = self.refund_rows()
        self.assertTrue(row.changed)
        row.action_accept_change()
        self.drop_payloads()
        self.synchronize(listed(1))
        self.assertEqual((row.changed, bool(row.change_text)), (False, False))

    def test_a_change_with_the_same_total_does_not_compare_it_with_itself(self):
        self.synchronize(self.sale())
        self.drop_payloads()
        self.synchronize(self.sale(CustomerEmail="erika@example.com"))
        text = self.sale_row().change_text
        self.assertIn("not stored any more; compare with the POS order. The total is still", text)
        self.assertEqual(text.count("50.00"), 1)

    def test_a_tip_on_top_of_the_total_is_no_other_total(self):
        tip = {"Tip": 5.0, "AmountPaid": 55.0, "CheckoutDetails": [self.payment(55.0, "Card", 2)]}
        self.synchronize(self.sale(**tip))
        row = self.sale_row()
        self.assertEqual(row.pos_order_id.amount_total, 55.0)
        self.drop_payloads()
        self.synchronize(self.sale(**tip, CustomerEmail="erika@example.com"))
        self.assertIn("The total is still $\u00a050.00", row.change_text)
