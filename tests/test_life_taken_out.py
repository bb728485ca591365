from .taken_out_common import TakenOutCase


class TestLifeTakenOut(TakenOutCase):
    """A refund that may be what a booked change already took out is not booked by itself: it would count twice."""

    # ---- the same goods and money ----

    def test_a_listed_refund_of_what_was_taken_out_is_refused(self):
        for number, refund in enumerate(
            (
                self.refund("R1", oil=2),
                self.refund("R1", oil=2, CheckoutDetails=[]),
                self.refund("R1", oil=2, CheckoutDetails=[], Amount=20.0),
                self.refund("R1", oil=2, Items=[{"SKU": "OIL-1", "Quantity": 1}, {"ItemName": "Oil", "Quantity": 1}]),
                self.some(2, None, Amount=20.0),
                self.some(2, None, Price=10.0),
                self.refund(None, oil=2),
            )
        ):
            with self.subTest(number=number):
                self.start(5, 3)
                self.assert_refused(self.list(refund))
                self.assertEqual(self.run.status, "error")
                self.assertIn("already took out", self.run.message)
                self.assert_net(30.0, 3)

    def test_an_order_with_a_refund_status_is_refused(self):
        for now, values in (
            (3, {}),
            (3, {"RefundID": "R1"}),
            (3, {"CheckoutDetails": [], "AmountTotal": None, "GrandTotal": None, "AmountPaid": None}),
            (2, {}),  # also what is left
        ):
            with self.subTest(now=now, values=values):
                self.start(now + 2, now)
                self.synchronize(self.refunded(self.order_id, oil=2, **values))
                self.assert_refused(self.refund_rows(self.order_id))
                self.assert_net(now * 10.0, now)

    def test_a_change_that_a_person_booked_counts_as_well(self):
        self.sync.book_changes = False
        self.start(5)
        self.synchronize(self.sale(self.order_id, oil=3))
        self.sale_row(self.order_id).action_book_difference()
        self.now = {"oil": 3}
        self.assert_refused(self.list(self.refund("R1", oil=2)))
        self.assert_net(30.0, 3)

    def test_a_pushed_refund_is_refused(self):
        self.start(5, 3)
        entry = self.sale(self.order_id, oil=3, Refunds=[self.refund("R1", oil=2)])
        self.env["external.order"]._receive(self.sync, [entry])
        self.row("R1")._import()
        self.assert_refused(self.row("R1"))
        self.assert_net(30.0, 3)

    def test_the_date_of_the_refund_does_not_matter(self):
        for date in ("2026-01-01", "2099-01-01T00:00:00Z", None):
            with self.subTest(date=date):
                self.start(5, 3)
                self.assert_refused(self.list(self.refund("R1", oil=2, RefundDate=date)))

    def test_it_stays_refused_when_it_comes_or_is_tried_again(self):
        self.start(5, 3)
        row = self.list(self.refund("R1", oil=2))
        row.action_retry()
        self.assert_refused(row)
        self.list(self.refund("R1", oil=2, Reason="broken"))
        self.assert_refused(row)
        row.action_ignore()
        self.list(self.refund("R1", oil=2, Reason="broken"))
        self.assertEqual(row.state, "ignored")
        self.assert_net(30.0, 3)

    def test_it_is_recognized_after_the_inbox_was_lost(self):
        self.start(5, 3)
        self.rows(self.order_id).unlink()
        self.synchronize(self.sale(self.order_id, oil=3))
        self.assert_refused(self.list(self.refund("R1", oil=2)))

    # ---- others ----

    def test_other_goods_or_other_money_are_another_refund(self):
        for number, (refund, left) in enumerate(
            (
                (self.refund("R1", oil=3), (8.0, 0, 2)),
                (self.refund("R1", filters=1), (34.0, 3, 1)),
                (self.refund("R1", oil=2, filters=1), (14.0, 1, 1)),
                (self.some(2, 15.0, Amount=15.0), (23.0, 1, 2)),
                (self.some(2, 19.99, Amount=19.99), (18.01, 1, 2)),
                (self.refund("R1", Items=[{"ItemName": "Oil", "Amount": 5}], CheckoutDetails=[]), (33.0, 3, 2)),
                (self.refund("R1", Items=[], CheckoutDetails=[]), (38.0, 3, 2)),
            )
        ):
            with self.subTest(number=number):
                self.start({"oil": 5, "filters": 2}, {"oil": 3, "filters": 2})
                if number == 6:  # all that is left
                    del refund["Items"]
                    left = (0.0, 0, 0)
                self.assert_booked_too(self.list(refund))
                self.assert_net(*left)

    def test_goods_at_the_price_of_a_line_that_is_still_there_are_another_refund(self):
        both = [self.item("Oil", 20.0, 1), self.item("Oil", 10.0, 1)]
        for paid, is_same in ((10.0, True), (20.0, False), (None, True)):
            with self.subTest(paid=paid):
                self.start(self.costing(30.0, OrderItems=both), self.costing(20.0, OrderItems=both[:1]))
                row = self.list(self.some(1, paid))
                self.assert_refused(row) if is_same else self.assert_booked_too(row)

    def test_a_change_that_takes_nothing_out_is_another_one(self):
        for version in ({"oil": 6}, {"oil": 5, "filters": 1}, {"oil": 5, "CustomerName": "Ann"}, self.at(11.0, 5)):
            with self.subTest(version=version):
                self.start(5, version)
                self.assert_booked_too(self.list(self.some(1, None)))

    # ---- known before ----

    def test_a_refund_that_was_known_before_the_change_is_booked_as_ever(self):
        self.sync.book_changes = False
        self.start(5)
        # It fails: there is no Filter in the order. Then the order has some, and less Oil.
        row = self.list(self.refund("R1", oil=1, filters=1))
        self.assertEqual(row.state, "failed")
        self.now = {"oil": 4, "filters": 2}
        self.list(self.refund("R1", oil=1, filters=1))
        self.sale_row(self.order_id).action_book_difference()
        self.synchronize()
        self.assert_booked_too(row)
        self.assert_net(34.0, 3, 1)

    def test_a_refund_in_the_same_answer_as_the_change_is_booked_as_ever(self):
        self.start({"oil": 5, "filters": 2})
        row = self.list(self.refund("R1", oil=1), oil=3, filters=2)
        self.assert_no_change()
        self.assert_booked_too(row)
        self.assert_net(28.0, 2, 2)

    def test_a_booked_refund_stays_booked(self):
        self.start(5)
        self.list(self.refund("R1", oil=2))
        self.now = {"oil": 4}
        self.assert_booked_too(self.list(self.refund("R1", oil=2)))
        self.assert_no_change()
        self.assert_refused(self.list(self.refund("R1", oil=2), self.refund("R2", oil=1)))
        self.assert_booked_too(self.row("R1"))
        self.assert_net(20.0, 2)

    def test_a_refund_with_other_content_than_the_change_knew_is_compared(self):
        self.start(5)
        self.list(self.refund("R1", filters=1))  # there is none
        self.now = {"oil": 3}
        self.list(self.refund("R1", filters=1))
        self.assert_no_change()
        self.assert_refused(self.list(self.refund("R1", oil=2)))
        self.assert_net(30.0, 3)

    # ---- after the first was ignored ----

    def test_a_second_equal_refund_is_another_one_if_both_have_an_id(self):
        self.start(6, 4)
        first = self.refund("R1", oil=2)
        row = self.list(first)
        second = self.list(first, self.refund("R2", oil=2))
        self.assert_refused(second)  # nobody has said which one it is
        row.action_ignore()
        second.action_retry()
        self.assert_booked_too(second)
        self.assert_net(20.0, 2)

    def test_a_second_equal_refund_without_an_id_may_be_the_same(self):
        for keys in (("R1", None), (None, "R2")):
            with self.subTest(keys=keys):
                self.start(6, 4)
                first, second = (self.refund(key, oil=2) for key in keys)
                self.list(first).action_ignore()
                self.assert_refused(self.list(first, second))
                self.assert_net(40.0, 4)

    def test_an_ignored_refund_that_was_made_in_the_register_leaves_the_change_open(self):
        self.start(6, 4)
        row = self.list(self.refund("R1", oil=2))
        self.refund_in_register(self.sale_row(self.order_id).pos_order_id, 2)
        row.action_ignore()
        self.assert_refused(self.list(self.refund("R1", oil=2), self.refund("R2", oil=2)))
        self.assert_net(20.0, 2)

    def test_an_ignored_refund_of_something_else_leaves_the_change_open(self):
        self.start(6, 4)
        first = self.refund("R1", oil=20)
        row = self.list(first)
        self.assertEqual(row.error_code, "refund_exceeds_order")
        row.action_ignore()
        self.assert_refused(self.list(first, self.refund("R2", oil=2)))

    def refund_in_register(self, sale, quantity):
        refund = sale._refund()
        refund.lines.qty = -quantity
        refund.lines._onchange_amount_line_all()
        refund._compute_prices()
        method = sale.payment_ids.payment_method_id[:1]
        refund.add_payment({"pos_order_id": refund.id, "amount": -10.0 * quantity, "payment_method_id": method.id})
        refund.action_pos_order_paid()
        refund._create_order_picking()

    # ---- parts and chains ----

    def test_all_that_was_taken_out_of_one_product_may_be_the_same_too(self):
        self.start({"oil": 5, "filters": 2}, {"oil": 3, "filters": 1})
        oil, filters = self.refund("R1", oil=2), self.refund("R2", filters=1)
        self.assert_refused(self.list(oil))
        self.assert_refused(self.list(oil, filters))
        self.refund_rows(self.order_id).action_ignore()
        self.assert_booked_too(self.list(oil, filters, self.refund("R3", filters=1)))
        self.assert_net(30.0, 3)

    def test_a_part_of_a_change_has_to_cost_the_same(self):
        self.start({"oil": 5, "filters": 2}, {"oil": 3, "filters": 1})
        self.assert_booked_too(self.list(self.some(2, 15.0, Amount=15.0)))
        self.assert_net(19.0, 1, 1)

    def test_some_of_the_goods_are_another_refund_until_all_have_come_back(self):
        self.start(6, 3)
        one, two, three = (self.refund(f"R{number}", oil=1) for number in (1, 2, 3))
        self.assert_booked_too(self.list(one))
        self.assert_booked_too(self.list(one, two))
        self.assert_refused(self.list(one, two, three))
        self.assert_net(10.0, 1)

    def test_a_refund_of_what_two_changes_took_out(self):
        self.start(5, 4, 3)
        newest = self.sale_row(self.order_id).pos_order_id
        one, both = self.refund("R1", oil=1), self.refund("R2", oil=2)
        self.assert_refused(self.list(one), newest.external_replaced_id)
        self.assert_refused(self.list(one, both), newest.external_replaced_id, newest)
        self.row("R1").action_ignore()
        # The ignored one may be either.
        self.assert_refused(self.list(one, self.refund("R3", oil=1)), newest.external_replaced_id, newest)
        self.row("R3").action_ignore()
        self.assert_booked_too(self.list(one, self.refund("R4", oil=1)))
        self.assert_net(20.0, 2)

    def test_what_a_later_change_brought_back_was_not_taken_out(self):
        for versions, is_same in (((5, 3, 5), False), ((5, 3, 6), False), ((5, 3, 4), True)):
            with self.subTest(versions=versions):
                self.start(*versions)
                row = self.list(self.refund("R1", oil=2))
                if is_same:
                    self.assert_refused(row, self.sale_row(self.order_id).pos_order_id.external_replaced_id)
                else:
                    self.assert_booked_too(row)

    def test_a_change_that_knew_the_refund_does_not_let_it_pass(self):
        self.start(5, 3)
        row = self.list(self.refund("R1", oil=2))
        self.list(self.refund("R1", oil=2), oil=4)
        self.assert_no_change()
        self.assert_refused(row, self.sale_row(self.order_id).pos_order_id.external_replaced_id)
        self.list(self.refund("R1", oil=2), oil=5)  # as it was sold, and its refund beside it
        self.assert_no_change()
        self.assert_booked_too(row)
        self.assert_net(30.0, 3)

    def test_swapped_goods(self):
        for now, back, is_same in (
            ({"oil": 0, "filters": 5}, {"oil": 2}, True),
            ({"oil": 1, "filters": 5}, {"oil": 1}, True),
            ({"oil": 1, "filters": 5}, {"filters": 2}, False),
        ):
            with self.subTest(now=now, back=back):
                self.start(2, now)
                row = self.list(self.refund("R1", **back))
                self.assert_refused(row) if is_same else self.assert_booked_too(row)

    # ---- cancellations ----

    def test_a_cancellation_waits_until_the_refund_is_ignored(self):
        self.start(5, 3)
        back = [self.refund("R1", oil=2)]
        row = self.list(*back)
        self.synchronize(self.sale(self.order_id, oil=3, OrderStatus="Cancelled", Refunds=back))
        self.assert_refused(row)
        self.assert_net(30.0, 3)
        row.action_ignore()
        self.synchronize()
        self.assert_net(0.0, 0)

    def test_a_cancellation_after_a_change_is_booked(self):
        self.start(5, 2)
        self.synchronize(self.sale(self.order_id, oil=2, OrderStatus="Cancelled"))
        self.assert_net(0.0, 0)
        self.assert_refused(self.list(self.refund("R1", oil=3)))
        self.assert_net(0.0, 0)
