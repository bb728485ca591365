from .life_common import LifeCase


class TestLifeRefunds(LifeCase):
    """What came back of an imported order is booked once, whatever way and sequence it arrives in."""

    # ---- an order that comes again with a refund status ----

    def test_an_order_that_was_refunded_later_is_one_refund_of_its_sale(self):
        self.synchronize(self.sale(oil=10))
        run = self.synchronize(self.refunded(oil=10))
        row = self.refund_rows()
        self.assertEqual(
            (row.state, row.refund_id, row.origin_id), ("done", "refund", self.sale_row()), row.error_message
        )
        self.assertEqual(row.pos_order_id.refunded_order_id, self.sale_row().pos_order_id)
        self.assertEqual(row.pos_order_id.lines.refunded_orderline_id, self.sale_row().pos_order_id.lines)
        self.assertEqual((row.total, row.pos_order_id.external_order_id), (-100.0, row))
        self.assertFalse(self.sale_row().changed)
        self.assert_booked(0.0, oil=0)
        self.assertEqual((run.status, run.refunded_count, run.imported_count), ("success", 1, 0))
        self.assertIn("1 refund booked.", run.message)

    def test_a_refund_that_comes_again_is_known(self):
        self.synchronize(self.sale())
        self.synchronize(self.refunded())
        for entry in (self.refunded(), self.refunded(Remark="late"), self.sale(), self.refunded()):
            run = self.synchronize(entry)
            self.assertEqual((run.status, run.known_count, run.new_count, run.changed_count), ("no_orders", 1, 0, 0))
        self.assertEqual(len(self.rows()), 2)
        self.assert_booked(0.0, oil=0)

    def test_fewer_goods_are_a_part_of_the_sale(self):
        self.synchronize(self.sale())
        self.synchronize(self.refunded(oil=2))
        self.assertEqual(self.refund_rows().pos_order_id.lines.qty, -2)
        self.assert_booked(30.0, oil=3)

    def test_without_items_all_that_is_left_is_refunded(self):
        self.synchronize(self.sale(Refunds=[self.refund(oil=2)]))
        self.synchronize(
            self.refunded(OrderItems=[], CheckoutDetails=[], AmountPaid=None, AmountTotal=None, GrandTotal=None)
        )
        self.assert_booked(0.0, oil=0)

    def test_less_that_was_paid_back_than_it_cost_is_proven_by_the_prices_of_the_refund(self):
        for order_id, oil, filters in ((7001, 5, 0), (7002, 2, 0), (7003, 5, 2)):
            with self.subTest(order_id=order_id):
                self.synchronize(self.sale(order_id, filters=2))
                kept = [self.item("Oil", 9.0, -oil), *([self.item("Filter", 4.0, -filters)] if filters else [])]
                total = -9.0 * oil - 4.0 * filters
                amounts = {"GrandTotal": total, "AmountTotal": total, "AmountPaid": total}
                self.synchronize(self.refunded(order_id, oil, filters, paid=-total, OrderItems=kept, **amounts))
                row = self.refund_rows(order_id)
                self.assertEqual((row.state, row.total), ("done", total), row.error_message)
                self.assertEqual(sum(row.pos_order_id.lines.mapped("qty")), -oil - filters)

    def test_less_that_was_paid_back_without_a_reason_is_refused(self):
        self.synchronize(self.sale())
        self.synchronize(self.refunded(paid=45, GrandTotal=-45.0, AmountTotal=-45.0))
        self.assertEqual(self.refund_rows().error_code, "amount_mismatch")
        self.synchronize(self.sale(7002))
        self.synchronize(self.refunded(7002, paid=44, GrandTotal=-44.0, OrderItems=[self.item("Oil", 9.0, -5)]))
        self.assertEqual(self.refund_rows(7002).error_code, "amount_mismatch")

    def test_another_refund_status_may_be_set_or_none(self):
        self.sync.refund_statuses = " Returned , 7"
        self.synchronize(self.sale())
        self.synchronize(self.refunded(OrderStatus="RETURNED"))
        self.assert_booked(0.0, oil=0)
        self.sync.refund_statuses = False
        run = self.synchronize(self.sale(7002, OrderStatus=106))
        self.assertEqual((run.imported_count, self.sale_row(7002).state), (1, "done"))

    def test_a_refund_status_needs_not_be_accepted(self):
        self.sync.accepted_statuses = "103"
        self.synchronize(self.sale())
        self.synchronize(self.refunded())
        self.assert_booked(0.0, oil=0)

    def test_a_new_status_alone_is_noted_and_not_flagged(self):
        self.synchronize(self.sale(LastUpdated="2026-11-20T10:00:00Z"))
        run = self.synchronize(self.sale(OrderStatus=104, LastUpdated="2026-11-20T10:40:00Z"))
        row = self.sale_row()
        self.assertEqual((row.changed, row.order_status, run.changed_count, run.status), (False, "104", 0, "no_orders"))

    # ---- refunds that the order lists ----

    def test_each_refund_of_the_list_is_booked_once_while_the_list_grows(self):
        refunds = [self.refund("R1", oil=1), self.refund("R2", oil=1), self.refund("R3", oil=3)]
        self.synchronize(self.sale())
        for count in (1, 2, 2, 3):
            run = self.synchronize(self.sale(Refunds=refunds[:count]))
            self.assertEqual(len(self.refund_rows()), count)
            self.assertEqual(set(self.rows().mapped("state")), {"done"}, self.rows().mapped("error_message"))
            self.assertFalse(self.sale_row().changed)
        self.assert_booked(0.0, oil=0)
        self.assertEqual(run.refunded_count, 1)

    def test_a_sale_that_arrives_with_refunds_is_imported_with_them_in_one_run(self):
        run = self.synchronize(self.sale(Refunds=[self.refund("R1", oil=2), self.refund("R2", oil=1)]))
        self.assertEqual((run.imported_count, run.refunded_count, run.status), (1, 2, "success"))
        self.assert_booked(20.0, oil=2)

    def test_an_unchanged_order_with_refunds_is_known_as_a_whole(self):
        order = self.sale(Refunds=[self.refund("R1", oil=2)])
        self.synchronize(order)
        run = self.synchronize(order)
        self.assertEqual((run.status, run.known_count, run.new_count), ("no_orders", 1, 0))
        # With card data removed, its text cannot be compared.
        self.sale_row().source_digest = False
        run = self.synchronize(order)
        self.assertEqual((run.status, run.known_count, run.new_count), ("no_orders", 1, 0))

    def test_the_list_counts_where_the_order_has_a_refund_status_too(self):
        self.synchronize(self.sale())
        self.synchronize(self.sale(OrderStatus=106, Refunds=[self.refund("R1", oil=2)]))
        self.assertEqual(self.refund_rows().refund_id, "R1")
        self.assert_booked(30.0, oil=3)

    def test_an_order_with_a_list_and_a_refund_status_is_the_sale_if_it_is_new(self):
        self.sync.accepted_statuses = "103"
        self.synchronize(self.sale(OrderStatus=106, Refunds=[self.refund("R1", oil=2)]))
        self.assert_booked(30.0, oil=3)

    def test_a_refund_without_an_id_is_the_refund_of_its_order(self):
        refund = self.refund(oil=2)
        del refund["RefundID"]
        self.synchronize(self.sale(Refunds=[refund]))
        self.synchronize(self.sale(Refunds=[refund]))
        self.assertEqual(self.refund_rows().refund_id, "refund")
        self.assert_booked(30.0, oil=3)

    def test_refunds_of_other_methods_and_without_goods(self):
        by_card = self.refund("R1", oil=1, CheckoutDetails=[self.payment(10.0, "Card", 2)])
        no_goods = self.refund("R2", oil=1, Restock=False)
        self.synchronize(self.sale(Refunds=[by_card, no_goods]))
        self.assertEqual(set(self.rows().mapped("state")), {"done"}, self.rows().mapped("error_message"))
        self.assertEqual(self.refund_rows()[0].payment_method_id, self.card)
        self.assert_booked(30.0, oil=4)

    def test_a_refund_is_shown_as_it_is_read(self):
        self.synchronize(self.sale(Refunds=[self.refund("R1", oil=2, Restock=False, Reason="broken")]))
        row = self.refund_rows()
        for text in ("Oil", "Not returned to stock", "Paid back:", "Cash", "broken"):
            self.assertIn(text, row.refund_html)
        self.assertFalse(self.sale_row().refund_html)
        self.assertEqual((row.display_name, self.sale_row().life_count), ("7001 · Refund R1", 1))
        self.synchronize(self.sale(7002, Refunds=["nonsense"]))
        self.assertIn("Refunds[0] must be an object.", self.refund_rows(7002).refund_html)

    def test_goods_stay_away_where_the_setting_says_so(self):
        self.sync.refund_restock = False
        self.synchronize(self.sale(Refunds=[self.refund("R1", oil=1), self.refund("R2", oil=1, Restock=True)]))
        self.assert_booked(30.0, oil=4)

    # ---- what is refused ----

    def test_more_than_was_sold_is_refused(self):
        self.synchronize(self.sale(Refunds=[self.refund("R1", oil=4), self.refund("R2", oil=2)]))
        first, second = self.refund_rows()
        self.assertEqual((first.state, second.state, second.error_code), ("done", "failed", "refund_exceeds_order"))
        self.assert_booked(10.0, oil=1)

    def test_what_says_that_nothing_came_back_is_not_taken_for_all(self):
        nothing = [{"ItemName": "Oil", "Quantity": 0}]
        goods = [{"ItemName": "Oil", "Quantity": 2}]
        unpaid = {"CheckoutDetails": [], "AmountPaid": None, "AmountTotal": None, "GrandTotal": None}
        cases = [
            (self.sale(7001, Refunds=[{"RefundID": 1, "Items": nothing}]), "invalid_payload"),
            (self.sale(7002, Refunds=[{"RefundID": 1, "Amount": 0}]), "amount_mismatch"),
            (self.sale(7003, Refunds=[{"RefundID": 1, "CheckoutDetails": [self.payment(0)]}]), "amount_mismatch"),
            (self.sale(7004, Refunds=[{"RefundID": 1, "Items": goods, "Amount": 0}]), "amount_mismatch"),
            (self.sale(7005, OrderStatus=106, OrderItems=[self.item("Oil", 10.0, 0)], **unpaid), "invalid_payload"),
        ]
        self.synchronize(*(self.sale(order["OrderID"]) for order, _code in cases))
        self.synchronize(*(order for order, _code in cases))
        for order, code in cases:
            with self.subTest(order=order["OrderID"]):
                row = self.refund_rows(order["OrderID"])
                self.assertEqual((row.state, row.error_code), ("failed", code), row.error_message)
        self.assert_booked(250.0, oil=25)

    def test_a_refund_in_another_currency_is_refused_until_it_comes_in_the_right_one(self):
        ours, theirs = self.pos_config.currency_id.name, "XAF"
        for order_id, come_again in (
            (7001, lambda currency: self.refunded(7001, oil=2, Currency=currency)),
            (7002, lambda currency: self.sale(7002, Refunds=[self.refund(oil=2, Currency=currency)])),
        ):
            with self.subTest(order_id=order_id):
                self.synchronize(self.sale(order_id))
                self.synchronize(come_again(theirs))
                row = self.refund_rows(order_id)
                self.assertEqual((row.state, row.error_code), ("failed", "wrong_currency"), row.error_message)
                self.synchronize(come_again(ours))
                self.assertEqual((row.state, row.total), ("done", -20.0), row.error_message)

    def test_money_that_was_paid_back_for_nothing_leaves_the_goods_away(self):
        nothing = [{"ItemName": "Oil", "Quantity": 0}]
        self.synchronize(self.sale(Refunds=[{"RefundID": 1, "Items": nothing, "CheckoutDetails": [self.payment(7)]}]))
        self.assertEqual(self.refund_rows().state, "done", self.refund_rows().error_message)
        self.assert_booked(43.0, oil=5)

    def test_money_without_goods_stays_so_if_the_refund_says_where_goods_go(self):
        nothing = [{"ItemName": "Oil", "Quantity": 0}]
        for number, (restock, paid) in enumerate(((True, 5.0), (False, 5.0), (True, 50.0)), 7001):
            with self.subTest(restock=restock, paid=paid):
                payments = [self.payment(paid)]
                refund = {"RefundID": "R1", "Items": nothing, "Restock": restock, "CheckoutDetails": payments}
                self.synchronize(self.sale(number, Refunds=[refund]))
                row = self.refund_rows(number)
                self.assertEqual((row.state, row.pos_order_id.amount_total), ("done", -paid), row.error_message)
        self.assert_booked(90.0, oil=15)

    def test_the_message_of_the_run_names_the_order_and_the_refund(self):
        run = self.synchronize(self.sale(Refunds=[self.refund("R-7", oil=9)]))
        self.assertEqual((run.status, run.failed_count), ("error", 1))
        self.assertIn("7001 · Refund R-7", run.message)

    def test_two_refunds_with_one_id_are_named_and_not_booked_until_one_is_left(self):
        both = [self.refund("R1", oil=1), self.refund("R1", oil=2)]
        run = self.synchronize(self.sale(Refunds=both))
        row = self.refund_rows()
        self.assertEqual((row.state, row.error_code, run.status), ("failed", "order_id_ambiguous", "error"))
        self.assertIn("2 different refunds of the order 7001", row.error_message)
        self.assert_booked(50.0, oil=5)
        self.synchronize(self.sale(Refunds=both[1:]))
        self.assertEqual((row.state, row.error_code), ("done", False))
        self.assert_booked(30.0, oil=3)

    def test_a_refund_that_comes_again_in_the_other_form_is_not_booked_twice(self):
        listed = self.sale(OrderStatus=106, Refunds=[self.refund("R1", oil=2)])
        for order_id, entries in ((7001, [self.refunded(oil=2), listed]), (7002, [listed, self.refunded(oil=2)])):
            with self.subTest(order_id=order_id):
                for entry in (self.sale(), *entries):
                    self.synchronize({**entry, "OrderID": order_id})
                first, second = self.refund_rows(order_id)
                self.assertEqual((first.state, second.state, second.error_code), ("done", "failed", "order_in_the_way"))
                self.assertIn(first.pos_order_id.name, second.error_message)
        self.assert_booked(60.0, oil=6)
        self.synchronize(self.sale(Refunds=[self.refund("R2", oil=1)]))
        self.assert_booked(50.0, oil=5)

    def test_a_booked_refund_that_comes_with_other_amounts_is_flagged(self):
        self.synchronize(self.sale(Refunds=[self.refund("R1", oil=1)]))
        run = self.synchronize(self.sale(Refunds=[self.refund("R1", oil=2)]))
        row = self.refund_rows()
        self.assertEqual((row.state, row.changed, run.changed_count, run.status), ("done", True, 1, "error"))
        self.assertFalse(row.can_book_change)
        self.assertEqual(row.change_text, "Paid back: $\xa010.00, now $\xa020.00")
        self.assertIn("then press Change Seen.", run.message)
        self.assertNotIn("Book the Difference", run.message)
        self.assert_booked(40.0, oil=4)
        row.action_accept_change()
        self.assertEqual(self.synchronize(self.sale(Refunds=[self.refund("R1", oil=2)])).status, "no_orders")

    def test_a_booked_refund_that_comes_with_other_quantities_is_not_said_to_be_of_the_same_amount(self):
        for number, (now, text) in enumerate((({"Quantity": 2}, "not stated"), ({"Amount": 20}, "$\xa020.00")), 7001):
            with self.subTest(now=now):
                self.synchronize(self.sale(number, Refunds=[self.refund("R1", oil=1, CheckoutDetails=[])]))
                changed = self.refund("R1", Items=[{"ItemName": "Oil", **now}], CheckoutDetails=[])
                self.synchronize(self.sale(number, Refunds=[changed]))
                self.assertEqual(self.refund_rows(number).change_text, f"Paid back: $\xa010.00, now {text}")

    def test_a_failed_refund_that_comes_with_other_amounts_is_tried_again(self):
        self.synchronize(self.sale(Refunds=[self.refund("R1", oil=9)]))
        self.synchronize(self.sale(Refunds=[self.refund("R1", oil=2)]))
        self.assertEqual(self.refund_rows().state, "done")
        self.assert_booked(30.0, oil=3)

    def test_a_list_that_cannot_be_read_fails_and_the_sale_goes_in(self):
        for number, refunds in enumerate(("all", [None], {"RefundID": 1}), 7001):
            with self.subTest(refunds=refunds):
                self.synchronize(self.sale(number, Refunds=refunds))
                self.assertEqual(self.sale_row(number).state, "done")
                row = self.refund_rows(number)
                self.assertEqual((row.state, row.error_code), ("failed", "invalid_payload"))
                self.assertIn("Refunds", row.error_message)

    def test_card_numbers_in_refunds_are_not_kept(self):
        number = "4111111111111111"
        payment = self.payment(10.0, "Card", 2, CardNumber=number)
        self.synchronize(
            self.sale(Refunds=[self.refund("R1", oil=1, CheckoutDetails=[payment], Reason=f"card {number}")])
        )
        row = self.refund_rows()
        self.assertEqual(row.state, "done", row.error_message)
        self.assertFalse([row for row in self.rows() if number in row.payload])
        self.assertEqual(row.pos_order_id.payment_ids.card_no, "1111")
        run = self.synchronize(
            self.sale(Refunds=[self.refund("R1", oil=1, CheckoutDetails=[payment], Reason=f"card {number}")])
        )
        self.assertEqual((run.known_count, run.new_count, run.changed_count), (1, 0, 0))

    # ---- choosing ----

    def test_the_product_of_a_refund_is_chosen_once(self):
        self.synchronize(
            self.sale(
                Refunds=[
                    self.refund(
                        "R1", Items=[{"ItemName": "Engine Oil", "Quantity": 1}], CheckoutDetails=[self.payment(10.0)]
                    )
                ]
            )
        )
        row = self.refund_rows()
        self.assertEqual(
            (row.state, row.error_code, row.missing_item_name), ("failed", "product_not_found", "Engine Oil")
        )
        action = row.action_choose_product()
        alias = self.env[action["res_model"]].with_context(**action["context"]).create({"product_id": self.oil.id})
        self.assertIn("1 refund booked.", alias.action_remember()["params"]["message"])
        self.assertEqual(row.state, "done")
        self.assert_booked(40.0, oil=4)

    def test_the_payment_method_of_a_refund_is_chosen_once(self):
        self.sync.unknown_payment = "refuse"
        back = [self.payment(10.0, "Store Credit", 77)]
        self.synchronize(self.sale(Refunds=[self.refund("R1", oil=1, CheckoutDetails=back)]))
        row = self.refund_rows()
        self.assertEqual((row.state, row.error_code), ("failed", "payment_not_found"), row.error_message)
        action = row.action_choose_payment()
        mapping = (
            self.env[action["res_model"]].with_context(**action["context"]).create({"payment_method_id": self.card.id})
        )
        self.assertIn("1 refund booked.", mapping.action_remember()["params"]["message"])
        self.assertEqual(row.payment_method_id, self.card)

    def test_the_example_of_the_guide(self):
        self.create_product("Mug")
        order = self.order(
            7103,
            OrderItems=[self.item("Mug", 20.0, 5)],
            CheckoutDetails=[self.payment(115.0, "Card", 2)],
            **{"AmountTotal": 100.0, "Tax": 15.0, "GrandTotal": 115.0, "AmountPaid": 115.0},
        )
        back = {"RefundID": "R-1", "RefundDate": "2026-11-20T10:00:00Z", "Reason": "broken"}
        items = [{"ItemName": "Mug", "Quantity": 2, "Restock": False}]
        payments = [{"AmountPaid": 46.00, "CardType": "Card", "PaymentMode": 2}]
        self.synchronize({**order, "Refunds": [{**back, "Items": items, "CheckoutDetails": payments}]})
        refund = self.refund_rows(7103)
        self.assertEqual((refund.state, refund.total), ("done", -46.0), refund.error_message)
        self.assertEqual(refund.pos_order_id.amount_tax, -6.0)

    # ---- cases that were seen ----

    def seen(self, sign, status, **values):
        """Return an order of one piece of Oil at 100.00, as a shop sent it."""
        amount = sign * 100.0
        return {
            "OrderID": 7001,
            "OrderStatus": status,
            "OrderItems": [{"ItemID": 0, "ItemName": "Oil", "Price": 100.0, "Quantity": sign, "DiscountAmount": 0}],
            "CheckoutDetails": [{"AmountPaid": amount, "CardType": "Cash", "PaymentMode": 1}],
            "AmountPaid": amount,
            "GrandTotal": amount,
            "AmountTotal": amount,
            "Tax": 0,
            **values,
        }

    def test_refunded_later(self):
        self.synchronize(self.seen(1, 103))
        self.assert_booked(100.0, oil=1)
        run = self.synchronize(self.seen(-1, 106))
        self.assertEqual((run.status, self.refund_rows().state, self.sale_row().changed), ("success", "done", False))
        self.assert_booked(0.0, oil=0)

    def test_only_the_status_moved(self):
        self.synchronize(self.seen(1, 103, LastUpdated="2026-11-20T10:00:00Z"))
        run = self.synchronize(self.seen(1, 104, LastUpdated="2026-11-20T10:40:00Z"))
        self.assertEqual((run.status, run.changed_count), ("no_orders", 0))
        self.assertEqual((self.sale_row().changed, self.sale_row().order_status), (False, "104"))
