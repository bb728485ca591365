from datetime import timedelta

from odoo import fields

from .life_common import LifeCase


class TestLifeChanges(LifeCase):
    """An imported order that arrives with other content shows the difference, and is booked if a person wants it."""

    def change(self, **values):
        """Import an order of five pieces, receive it with ``values``, and return its row."""
        self.synchronize(self.sale())
        self.run = self.synchronize(self.sale(**{"oil": 4, "filters": 1} | values))
        return self.sale_row()

    # ---- the difference ----

    def test_a_changed_order_is_flagged_with_what_was_and_what_is(self):
        row = self.change()
        self.assertEqual((row.state, row.changed, self.run.changed_count, self.run.status), ("done", True, 1, "error"))
        self.assertEqual(
            row.change_text.splitlines(),
            [
                "Oil: quantity 5, now 4",
                "Filter: added, quantity 1",
                "Payment Cash: $\xa050.00, now $\xa044.00",
                "Total: $\xa050.00, now $\xa044.00",
            ],
        )
        self.assertIn("Oil: quantity 5, now 4; Filter: added", row.problem_note)
        self.assertIn("Order 7001: Changed: Oil: quantity 5, now 4;", self.run.message)
        self.assert_booked(50.0, oil=5)

    def test_the_chatter_has_a_line_for_each_difference(self):
        row = self.change()
        [body] = row.message_ids.mapped("body")
        self.assertEqual(body.count("<br"), len(row.change_text.splitlines()) - 1)
        self.assertEqual(len(self.change(oil=3).message_ids), 2)

    def test_the_responsible_user_has_an_activity_until_it_is_seen(self):
        row = self.change()
        self.assertEqual((len(self.sync.activity_ids), self.sync.changed_count), (1, 1))
        row.action_accept_change()
        self.assertFalse(self.sync.activity_ids)
        self.assertFalse(row.change_text)
        self.assertEqual(self.synchronize(self.sale(oil=4, filters=1)).status, "no_orders")

    def test_the_difference_is_that_to_what_was_booked(self):
        row = self.change()
        self.synchronize(self.sale(oil=3))
        self.assertEqual(row.change_text.splitlines()[0], "Oil: quantity 5, now 3")

    def test_an_order_that_arrives_as_it_was_booked_has_no_change_any_more(self):
        row = self.change()
        self.assertTrue(self.sync.activity_ids)
        run = self.synchronize(self.sale())
        self.assertEqual((row.changed, row.changed_date, row.booked_payload), (False, False, False))
        self.assertEqual((run.status, run.changed_count), ("no_orders", 0))
        self.assertFalse(self.sync.activity_ids)

    def test_the_problem_says_what_changed(self):
        self.change()
        problem = self.env["external.order.problem"].search([("sync_id", "=", self.sync.id)])
        self.assertEqual(problem.reason, "changed")
        self.assertIn("Oil: quantity 5, now 4", problem.message)
        problem.action_book_difference()
        self.assert_booked(44.0, oil=4, filters=1)

    def test_the_same_time_with_its_offset_is_no_change(self):
        self.sync.timezone = "Asia/Riyadh"
        self.synchronize(self.sale(CheckoutDate="15-09-2026 10:30:00 AM"))
        for stated in ("2026-09-15T07:30:00Z", "2026-09-15T10:30:00+03:00", "2026-09-15T07:30:00.250Z"):
            with self.subTest(stated=stated):
                run = self.synchronize(self.sale(OrderDate=stated))
                self.assertEqual((run.status, self.sale_row().changed), ("no_orders", False))
        run = self.synchronize(self.sale(OrderDate="2026-09-15T08:30:00Z"))
        self.assertEqual((run.status, self.sale_row().changed), ("error", True))
        self.synchronize(self.sale(oil=4, CheckoutDate="15-09-2026 10:30:00 AM"))
        self.assertNotIn("Sold on", self.sale_row().change_text)

    def test_the_same_time_of_a_refund_with_its_offset_is_no_change(self):
        self.sync.timezone = "Asia/Riyadh"
        local = self.refund("R1", oil=1, RefundDate="2026-09-16T10:30:00")
        self.synchronize(self.sale(OrderDate="2026-09-15T07:30:00Z", Refunds=[local]))
        exact = self.refund("R1", oil=1, RefundDate="2026-09-16T07:30:00Z")
        run = self.synchronize(self.sale(OrderDate="2026-09-15T07:30:00Z", Refunds=[exact]))
        self.assertEqual((run.status, self.refund_rows().changed), ("no_orders", False))

    # ---- booking it ----

    def test_the_difference_is_booked_by_a_refund_and_a_new_sale(self):
        row = self.change()
        old = row.pos_order_id
        row.action_book_difference()
        self.assertEqual((row.changed, row.revision, row.total), (False, 1, 44.0))
        self.assertFalse(row.booked_payload or row.change_text or row.error_code)
        self.assertEqual((row.pos_order_id.external_replaced_id, row.pos_order_id.date_order), (old, old.date_order))
        self.assertEqual(len(self.pos_orders()), 3)
        self.assert_booked(44.0, oil=4, filters=1)
        self.assertFalse(self.sync.activity_ids)
        self.assertEqual(self.synchronize(self.sale(oil=4, filters=1)).status, "no_orders")

    def test_whoever_comes_second_reads_that_it_is_booked(self):
        row = self.change()
        problem = self.env["external.order.problem"].search([("sync_id", "=", self.sync.id)])
        row.action_book_difference()
        self.env.flush_all()
        done = row.pos_order_id
        message = "Another user or a run has done this already"
        self.env.invalidate_all()
        for press, text in ((problem, f"{message}."), (row, f"{message}: {row.display_name}")):
            params = press.action_book_difference()["params"]
            self.assertEqual((params["message"], params["type"], params["next"]["tag"]), (text, "info", "soft_reload"))
        self.assertEqual((row.pos_order_id, row.revision), (done, 1))
        self.assertEqual(problem.action_retry()["params"]["message"], f"{message}.")

    def test_whoever_comes_second_reads_that_another_one_is_booking_it(self):
        row = self.change()
        self.patch(type(row), "try_lock_for_update", lambda orders, **_options: orders.browse())
        params = row.action_book_difference()["params"]
        message = f"Another user or a run is working on this now; reload to see the result: {row.display_name}"
        self.assertEqual((params["message"], params["type"], row.revision), (message, "info", 0))

    def test_a_booked_change_can_change_again(self):
        row = self.change()
        row.action_book_difference()
        self.synchronize(self.sale(oil=6))
        self.assertEqual(row.change_text.splitlines()[0], "Oil: quantity 4, now 6")
        row.action_book_difference()
        self.assertEqual(row.revision, 2)
        self.assert_booked(60.0, oil=6)

    def test_a_change_after_the_inbox_was_lost_is_the_next_one(self):
        self.change().action_book_difference()
        self.rows().unlink()
        self.synchronize(self.sale(oil=4, filters=1))
        self.assert_booked(44.0, oil=4, filters=1)
        self.synchronize(self.sale(oil=3))
        self.sale_row().action_book_difference()
        self.assertEqual((self.sale_row().revision, self.sale_row().error_message), (2, False))
        self.assert_booked(30.0, oil=3)

    def test_sync_now_offers_the_changed_orders(self):
        self.synchronize(self.sale())
        self.feed(self.sale(oil=4))
        steps = self.sync.action_sync_now()["params"]["buttons"]
        self.assertEqual([step["name"] for step in steps], ["Show Changed Orders"])
        self.assertEqual(self.env["external.order"].search(steps[0]["action"]["domain"]), self.sale_row())

    def test_earlier_refunds_stay_booked(self):
        first = self.refund("R1", oil=2)
        self.synchronize(self.sale(Refunds=[first]))
        self.synchronize(self.sale(oil=4, Refunds=[first]))
        self.sale_row().action_book_difference()
        self.assertEqual(self.refund_rows().pos_order_id.refunded_order_id, self.sale_row().pos_order_id)
        self.assert_booked(20.0, oil=2)
        self.synchronize(self.sale(oil=4, Refunds=[first, self.refund("R2", oil=2)]))
        self.assert_booked(0.0, oil=0)

    def test_a_refund_that_failed_is_tried_again_after_the_change(self):
        self.synchronize(self.sale())
        self.synchronize(self.sale(oil=5, filters=1, Refunds=[self.refund("R1", filters=1)]))
        self.assertEqual(self.refund_rows().state, "failed")
        self.sale_row().action_book_difference()
        self.synchronize()
        self.assertEqual(self.refund_rows().state, "done", self.refund_rows().error_message)
        self.assert_booked(50.0, oil=5)

    def test_a_refund_that_depends_on_a_change_waits_for_it(self):
        """All that is left, of an order of which Odoo does not know yet what was sold."""
        row = self.change(oil=6, filters=0, Refunds=[{"RefundID": "R1"}])
        refund = self.refund_rows()
        self.assertEqual((refund.state, refund.error_code), ("pending", "waiting_for_order"))
        self.assertIn("Book the Difference", refund.error_message)
        self.assert_booked(50.0, oil=5)
        row.action_book_difference()
        self.synchronize()
        self.assertEqual(refund.state, "done", refund.error_message)
        self.assert_booked(0.0, oil=0)

    def test_a_refund_that_depends_on_a_change_goes_in_once_that_was_seen(self):
        row = self.change(oil=6, filters=0, Refunds=[{"RefundID": "R1"}])
        row.action_accept_change()
        self.synchronize()
        self.assertEqual(self.refund_rows().state, "done", self.refund_rows().error_message)
        self.assert_booked(0.0, oil=0)

    def test_a_refund_that_says_everything_does_not_wait_for_a_change(self):
        self.change(oil=6, filters=0, Refunds=[self.refund("R1", oil=2)])
        self.assertEqual(self.refund_rows().state, "done", self.refund_rows().error_message)
        self.assert_booked(30.0, oil=3)

    def test_a_refund_waits_for_a_change_of_how_the_order_was_paid(self):
        """It was paid back by the card of the new content, and the cancellation pays back what is left there."""
        by_card = {"CheckoutDetails": [self.payment(60.0, "Card (test)", 2)]}
        back = [self.refund("R1", oil=2, CheckoutDetails=[self.payment(20.0, "Card (test)", 2)])]
        row = self.change(oil=6, filters=0, Refunds=back, **by_card)
        refund = self.refund_rows()
        self.assertEqual((refund.state, refund.error_code), ("pending", "waiting_for_order"), refund.error_message)
        self.synchronize(self.sale(oil=6, OrderStatus="Cancelled", Refunds=back, **by_card))
        self.assert_booked(50.0, oil=5)
        row.action_book_difference()
        self.synchronize()
        self.assertEqual((refund.state, self.cancellation_row().state), ("done", "done"), refund.error_message)
        self.assert_booked(0.0, oil=0)
        for method, payments in self.pos_orders().payment_ids.grouped("payment_method_id").items():
            self.assertAlmostEqual(sum(payments.mapped("amount")), 0, msg=method.name)

    def test_a_change_that_cannot_be_booked_leaves_everything_and_says_why(self):
        row = self.change(GrandTotal=99.0)
        result = row.action_book_difference()
        self.assertEqual((row.state, row.changed, row.error_code), ("done", True, "amount_mismatch"))
        self.assertEqual((result["params"]["type"], row.revision), ("danger", 0))
        self.assertIn("99.00", row.problem_note)
        self.assert_booked(50.0, oil=5)
        # With other content, the reason is gone.
        self.synchronize(self.sale(oil=4))
        self.assertFalse(row.error_code)
        row.action_book_difference()
        self.assert_booked(40.0, oil=4)

    def test_the_product_of_a_change_is_chosen_once(self):
        self.synchronize(self.sale())
        self.synchronize(self.sale(OrderItems=[self.item("Engine Oil", 10.0, 5)]))
        row = self.sale_row()
        row.action_book_difference()
        self.assertEqual((row.error_code, row.missing_item_name), ("product_not_found", "Engine Oil"))
        action = row.action_choose_product()
        self.env[action["res_model"]].with_context(**action["context"]).create({"product_id": self.filter.id})
        self.assertEqual((row.changed, row.error_code), (False, False))
        self.assert_booked(50.0, oil=0, filters=5)

    def test_only_changed_sales_can_be_booked(self):
        self.synchronize(self.sale(Refunds=[self.refund("R1", oil=1)]))
        with self.assertRaisesRegex(Exception, "Select imported orders"):
            self.rows().action_book_difference()

    # ---- by itself ----

    def test_changes_are_booked_by_the_run_where_the_synchronization_says_so(self):
        self.sync.book_changes = True
        row = self.change()
        self.assertEqual((self.run.status, self.run.changed_count, self.run.rebooked_count), ("success", 1, 1))
        self.assertIn(
            "1 imported order was changed in the external system, and the difference was booked.", self.run.message
        )
        self.assertEqual((row.changed, row.revision), (False, 1))
        self.assertFalse(self.sync.activity_ids)
        self.assert_booked(44.0, oil=4, filters=1)

    def test_a_change_and_a_refund_of_it_in_one_download(self):
        self.sync.book_changes = True
        self.synchronize(self.sale())
        run = self.synchronize(self.sale(oil=5, filters=2, Refunds=[self.refund("R1", filters=1)]))
        self.assertEqual((run.status, run.rebooked_count, run.refunded_count), ("success", 1, 1), run.message)
        self.assert_booked(54.0, oil=5, filters=1)

    def test_an_order_that_comes_without_what_its_refund_brought_back_is_not_booked_again(self):
        self.sync.book_changes = True
        back = [self.refund("R1", oil=2)]
        for order_id, downloads in (
            (7001, [self.sale(7001, oil=3, Refunds=back)]),
            (7002, [self.sale(7002, Refunds=back), self.sale(7002, oil=3, Refunds=back)]),
            (7003, [self.sale(7003, oil=3, Refunds=[{**back[0], "CheckoutDetails": []}])]),
        ):
            with self.subTest(order_id=order_id):
                self.synchronize(self.sale(order_id))
                for entry in downloads:
                    run = self.synchronize(entry)
                row = self.sale_row(order_id)
                self.assertEqual((run.status, row.changed, row.error_code), ("error", True, "amount_mismatch"))
                self.assertIn("its refunds (R1)", row.error_message)
                row.action_accept_change()
                self.synchronize(downloads[-1])
                self.assertEqual((self.refund_rows(order_id).state, row.changed), ("done", False))
        self.assert_booked(90.0, oil=9)

    def test_what_refunds_leave_is_not_booked_after_payloads_were_dropped(self):
        self.sync.book_changes = True
        back, more = self.refund("R1", oil=2), self.refund("R2", oil=1)
        unpaid = {**more, "CheckoutDetails": []}
        for order_id, filters, now in (
            (7001, 0, self.sale(7001, oil=3)),
            (7002, 2, self.sale(7002, oil=2, filters=2, Refunds=[back, unpaid])),
        ):
            with self.subTest(order_id=order_id):
                self.synchronize(self.sale(order_id, filters=filters, Refunds=[back]))
                self.rows(order_id).write({"imported_date": fields.Datetime.now() - timedelta(days=1000)})
                self.env["external.order"]._gc_payloads()
                run = self.synchronize(now)
                row = self.sale_row(order_id)
                self.assertEqual((run.status, row.changed, row.error_code), ("error", True, "amount_mismatch"))
                self.assertIn("its refunds (R1", row.error_message)
        self.assert_booked(30.0 + 38.0, oil=6, filters=2)

    def test_another_change_is_booked_after_payloads_were_dropped(self):
        self.synchronize(self.sale(Refunds=[self.refund("R1", oil=2)]))
        self.rows().write({"imported_date": fields.Datetime.now() - timedelta(days=1000)})
        self.env["external.order"]._gc_payloads()
        self.synchronize(self.sale(oil=4))
        self.sale_row().action_book_difference()
        self.assert_booked(20.0, oil=2)

    def test_an_order_whose_price_was_corrected_by_a_refund_is_not_booked_again(self):
        self.synchronize(self.sale())
        corrected = {"GrandTotal": 45.0, "AmountTotal": 45.0, "AmountPaid": 45.0, "CheckoutDetails": [self.payment(45)]}
        back = {"RefundID": 1, "Items": [{"ItemName": "Oil", "Amount": 5}], "CheckoutDetails": [self.payment(5)]}
        self.synchronize(self.sale(OrderItems=[self.item("Oil", 9.0, 5)], Refunds=[back], **corrected))
        self.sale_row().action_book_difference()
        self.assertEqual(self.sale_row().error_code, "amount_mismatch")
        self.assert_booked(45.0, oil=5)

    def test_a_change_that_cannot_be_booked_is_tried_once_and_left_to_a_person(self):
        self.sync.book_changes = True
        row = self.change(GrandTotal=99.0)
        self.assertEqual(
            (self.run.status, row.changed, row.error_code, row.attempts), ("error", True, "amount_mismatch", 2)
        )
        self.assertIn("99.00", self.run.message)
        self.synchronize()
        self.assertEqual(row.attempts, 2)

    def test_a_change_that_finds_no_session_is_booked_by_the_next_run_that_has_one(self):
        self.sync.book_changes = True
        self.synchronize(self.sale())
        self.close_session(self.pos_orders().session_id)
        self.sync.auto_create_session = False
        self.synchronize(self.sale(oil=4))
        row = self.sale_row()
        self.assertEqual(row.error_code, "no_session")
        messages = row.message_ids
        self.synchronize()
        self.assertEqual((row.error_code, row.message_ids), ("no_session", messages), "said once, not by each run")
        self.sync.auto_create_session = True
        self.synchronize()
        self.assertFalse(row.changed)
        self.assert_booked(40.0, oil=4)

    def test_changes_that_were_flagged_before_are_booked_once_the_setting_is_on(self):
        row = self.change()
        self.sync.book_changes = True
        run = self.synchronize()
        self.assertEqual((run.rebooked_count, row.changed), (1, False))

    # ---- history ----

    def test_the_history_tells_what_happened(self):
        self.synchronize(self.sale())
        row = self.sale_row()
        self.assertFalse(row.life_html)
        first = self.refund("R1", oil=2)
        self.synchronize(self.sale(Refunds=[first]))
        self.synchronize(self.sale(oil=4, Refunds=[first]))
        self.env.invalidate_all()
        for text in (
            "Sold",
            "5 x Oil",
            "Refund R1",
            "2 of 5 Oil",
            "Changed in the external system, not booked",
            "Oil: quantity 5, now 4",
        ):
            self.assertIn(text, row.life_html)
        self.assertNotIn("pos.order", row.life_html)  # a change that is not booked has no amount
        row.action_book_difference()
        self.env.invalidate_all()
        for text in ("Changed and booked again", "4 x Oil", "2 of 4 Oil"):
            self.assertIn(text, row.life_html)
        self.assertIn("4 x Oil", self.refund_rows().life_html)
        self.assertEqual(row.action_open_life()["domain"], [("origin_id", "=", row.id)])
        self.assertEqual(self.refund_rows().action_open_origin()["res_id"], row.id)
