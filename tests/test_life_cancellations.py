from odoo.exceptions import UserError

from .life_common import LifeCase


class TestLifeCancellations(LifeCase):
    """A cancelled order is refunded if it was imported, and never imported otherwise, unless a person wants it."""

    def cancelled(self, order_id=7001, **values):
        return self.sale(order_id, **{"OrderStatus": "Cancelled"} | values)

    def test_an_imported_order_that_is_cancelled_is_refunded_in_full(self):
        self.synchronize(self.sale())
        run = self.synchronize(self.cancelled())
        row = self.cancellation_row()
        self.assertEqual((row.state, row.origin_id), ("done", self.sale_row()), row.error_message)
        self.assertEqual((run.status, run.cancelled_count, run.imported_count), ("success", 1, 0))
        self.assertIn("1 imported order was cancelled in the external system and refunded.", run.message)
        self.assert_booked(0.0, oil=0)

    def test_a_cancelled_return_is_booked_back_as_it_was_paid(self):
        returned = self.sale(oil=-2)
        self.synchronize(returned)
        self.assert_booked(-20.0, oil=-2)
        self.synchronize({**returned, "OrderStatus": "Cancelled"})
        self.assertEqual(self.cancellation_row().state, "done", self.cancellation_row().error_message)
        self.assert_booked(0.0, oil=0)

    def test_only_what_is_left_is_refunded(self):
        self.synchronize(self.sale(Refunds=[self.refund("R1", oil=2)]))
        self.synchronize(self.cancelled(Refunds=[self.refund("R1", oil=2)]))
        self.assertEqual(self.cancellation_row().total, -30.0)
        self.assert_booked(0.0, oil=0)

    def test_a_refund_that_arrives_with_the_cancellation_is_booked_before_it(self):
        self.synchronize(self.sale())
        self.synchronize(self.cancelled(Refunds=[self.refund("R1", oil=2)]))
        self.assertEqual((self.refund_rows().total, self.cancellation_row().total), (-20.0, -30.0))
        self.assert_booked(0.0, oil=0)

    def test_how_the_rest_is_paid_back_is_a_guess_if_a_refund_was_paid_back_otherwise_than_the_order_was_paid(self):
        by_card = {"CheckoutDetails": [self.payment(60.0, "Card (test)", 2)]}
        back = [self.refund("R1", oil=2, CheckoutDetails=[self.payment(20.0, "Card (test)", 2)])]
        self.synchronize(self.sale())
        self.synchronize(self.cancelled(oil=6, Refunds=back, **by_card))
        row = self.cancellation_row()
        self.assertEqual((row.state, row.doubt, row.total), ("done", "payment_guessed", -30.0))
        self.assertIn("Cash (test) was used", row.warnings)
        self.assert_booked(0.0, oil=0)

    def test_what_is_refunded_already_needs_no_further_order(self):
        self.synchronize(self.sale())
        self.synchronize(self.refunded())
        run = self.synchronize(self.cancelled())
        row = self.cancellation_row()
        self.assertEqual((row.state, row.pos_order_id.ids, row.total, run.status), ("done", [], 0.0, "success"))
        self.assertEqual((run.cancelled_count, run.settled_count), (0, 1))
        self.assertEqual(run.message, "1 refund or cancellation had nothing left to refund.")
        self.assertEqual(row._describe_done(), [run.message])
        self.assertEqual(len(self.pos_orders()), 2)

    def test_refunds_of_a_rest_of_which_nothing_is_left_are_not_reported_as_booked(self):
        self.synchronize(self.sale(7001), self.sale(7002))
        lists = [[self.refund(f"R{number}", oil=5), {"RefundID": "rest"}] for number in (1, 2)]
        run = self.synchronize(self.sale(7001, Refunds=lists[0]), self.sale(7002, Refunds=lists[1]))
        self.assertEqual((run.status, run.refunded_count, run.settled_count), ("success", 2, 2))
        self.assertIn("2 refunds booked.", run.message)
        self.assertIn("2 refunds or cancellations had nothing left to refund.", run.message)
        self.assert_booked(0.0, oil=0)

    def test_a_cancellation_waits_for_a_refund_that_failed(self):
        self.synchronize(self.sale(Refunds=[self.refund("R1", oil=9)]))
        self.synchronize(self.cancelled(Refunds=[self.refund("R1", oil=9)]))
        row = self.cancellation_row()
        self.assertEqual((row.state, row.error_code), ("pending", "waiting_for_order"))
        self.assertIn("7001 · Refund R1", row.error_message)
        self.assert_booked(50.0, oil=5)
        self.refund_rows().action_ignore()
        self.synchronize()
        self.assertEqual(row.state, "done")
        self.assert_booked(0.0, oil=0)

    def test_a_cancellation_that_comes_again_is_known(self):
        self.synchronize(self.sale())
        self.synchronize(self.cancelled())
        for entry in (self.cancelled(), self.cancelled(Remark="sorry"), self.sale(), self.cancelled(OrderItems=[])):
            run = self.synchronize(entry)
            self.assertEqual((run.status, run.known_count, run.changed_count), ("no_orders", 1, 0))
        self.assertEqual(len(self.pos_orders()), 2)

    def test_a_cancelled_order_may_come_without_items(self):
        self.synchronize(self.sale())
        self.synchronize({"OrderID": 7001, "OrderStatus": "canceled"})
        self.assert_booked(0.0, oil=0)

    def test_other_statuses_may_mean_cancelled(self):
        self.sync.cancelled_statuses = "110, Storniert"
        self.synchronize(self.sale(7001), self.sale(7002))
        self.synchronize(self.sale(7001, OrderStatus=110), self.sale(7002, OrderStatus="STORNIERT"))
        self.assert_booked(0.0, oil=0)

    def test_the_change_of_a_cancelled_order_is_not_booked(self):
        self.synchronize(self.sale())
        self.synchronize(self.sale(oil=6))
        row = self.sale_row()
        self.assertTrue(row.can_book_change)
        self.synchronize(self.cancelled(oil=6))
        self.assertEqual((self.cancellation_row().state, row.changed, row.can_book_change), ("done", True, False))
        with self.assertRaisesRegex(UserError, "7001 was cancelled in the external system and is refunded"):
            row.action_book_difference()
        self.sync.book_changes = True
        run = self.synchronize()
        self.assertEqual((run.rebooked_count, row.changed), (0, True))
        self.assert_booked(0.0, oil=0)

    def test_the_change_of_an_order_whose_cancellation_failed_can_be_booked(self):
        self.synchronize(self.sale())
        self.synchronize(self.sale(oil=6))
        self.synchronize(self.cancelled(oil=6, CheckoutDetails=[self.payment(-60.0)]))
        self.assertEqual(self.cancellation_row().error_code, "refund_exceeds_order")
        self.sale_row().action_book_difference()
        self.synchronize()
        self.assertEqual(self.cancellation_row().state, "done", self.cancellation_row().error_message)
        self.assert_booked(0.0, oil=0)

    # ---- before the import ----

    def test_an_order_that_was_never_seen_is_ignored_when_it_arrives_cancelled(self):
        run = self.synchronize(self.cancelled())
        row = self.sale_row()
        self.assertEqual((row.state, row.error_code, run.status), ("ignored", "order_cancelled", "no_orders"))
        self.assertFalse(self.pos_orders())
        # An older version arrives late.
        for entry in (self.sale(), self.sale(oil=4), self.cancelled(), self.cancelled(OrderItems=[])):
            run = self.synchronize(entry)
            self.assertEqual((row.state, run.known_count, run.new_count), ("ignored", 1, 0))

    def test_an_order_that_is_valid_again_before_its_import_is_imported(self):
        def at(hour):
            return {"LastUpdated": f"2026-11-20T{hour}:00:00Z"}

        unpaid = {"CheckoutDetails": [self.payment(10.0)], "AmountPaid": 10.0}
        cancelled = {"OrderStatus": "Cancelled", **at(11)}
        before = {
            "only the status": [cancelled],
            "the whole order": [self.cancelled(**at(11))],
            "unpaid before": [self.sale(**unpaid, **at(10)), cancelled],
            "other goods before": [self.sale(oil=9, CheckoutDetails=[], AmountPaid=0, **at(10)), cancelled],
            "a refund before": [self.cancelled(Refunds=[self.refund("R1", oil=5)], **at(11))],
        }
        for per_page in (10, 1):
            self.answer_with(per_page=per_page)
            for number, (name, entries) in enumerate(before.items(), 7000 + 100 * per_page):
                with self.subTest(name, per_page=per_page):
                    for entry in entries:
                        self.synchronize({**entry, "OrderID": number})
                    self.assertEqual(self.sale_row(number).error_code, "order_cancelled")
                    money = self.money()
                    run = self.synchronize(self.sale(number, **at(12)))
                    row = self.sale_row(number)
                    self.assertEqual((row.state, run.imported_count, run.known_count), ("done", 1, 0), run.message)
                    self.assertEqual(set(self.rows(number).mapped("state")), {"done"})
                    booked = 0.0 if "refund" in name else 50.0
                    self.assertAlmostEqual(self.money() - money, booked)
                    # What arrives late changes nothing, and cancelling it once more refunds it.
                    run = self.synchronize({**cancelled, "OrderID": number})
                    self.assertEqual((run.status, self.cancellation_row(number).ids), ("no_orders", []))
                    self.synchronize(self.cancelled(number, **at(13)))
                    self.assertAlmostEqual(self.money(), money)

    def test_a_cancelled_order_that_is_valid_again_in_the_same_download_is_imported(self):
        for number, (per_page, hours) in enumerate(
            ((10, (11, 12)), (10, (12, 11)), (1, (11, 12)), (1, (12, 11))), 7001
        ):
            with self.subTest(per_page=per_page, hours=hours):
                self.answer_with(per_page=per_page)
                entries = {11: self.cancelled(number), 12: self.sale(number)}
                self.synchronize(*({**entries[hour], "LastUpdated": f"2026-11-20T{hour}:00:00Z"} for hour in hours))
                self.assertEqual(self.rows(number).mapped("state"), ["done"])

    def test_an_order_stays_cancelled_without_a_later_change(self):
        def at(hour):
            return {"LastUpdated": f"2026-11-20T{hour}:00:00Z"}

        self.synchronize({"OrderID": 7001, "OrderStatus": "Cancelled", **at(11)})
        self.synchronize(self.cancelled(**at(13)))
        # Local times cannot be compared.
        for values in ({}, at(10), at(12), at(13), {"LastUpdated": "2026-11-20T14:00:00"}):
            run = self.synchronize(self.sale(**values))
            self.assertEqual((self.sale_row().state, run.status, run.known_count), ("ignored", "no_orders", 1))
        self.synchronize(self.sale(OrderStatus=999, **at(14)))
        self.assert_booked(50.0, oil=5)

    def test_a_failed_order_that_is_cancelled_is_ignored(self):
        self.synchronize(self.sale(OrderItems=[self.item("No Such Product", 10.0, 5)]))
        row = self.sale_row()
        self.assertEqual(row.state, "failed")
        run = self.synchronize(self.cancelled())
        self.assertEqual((row.state, row.error_code, row.order_status), ("ignored", "order_cancelled", "Cancelled"))
        self.assertFalse(row.missing_item_name)
        self.assertEqual((run.ignored_count, run.cancelled_count), (1, 0))

    def test_a_waiting_order_that_is_cancelled_is_not_imported_later(self):
        self.sync.auto_create_session = False
        self.synchronize(self.sale())
        self.synchronize(self.cancelled())
        self.sync.auto_create_session = True
        self.synchronize()
        self.assertEqual(self.sale_row().state, "ignored")
        self.assertFalse(self.pos_orders())

    def test_a_sale_and_its_cancellation_in_one_download(self):
        self.synchronize(self.sale(), self.cancelled())
        self.assertEqual(self.sale_row().state, "ignored")
        self.assertFalse(self.pos_orders())

    def test_a_person_can_import_it_nevertheless(self):
        self.synchronize(self.cancelled())
        self.sale_row().action_retry()
        self.assertEqual(self.sale_row().state, "done")
        for _time in range(2):
            run = self.synchronize(self.cancelled())
            self.assertEqual((run.status, len(self.rows())), ("no_orders", 1))
            self.sale_row().source_digest = False  # as with card data
        self.assert_booked(50.0, oil=5)

    def test_a_refund_of_an_order_that_was_cancelled_before_is_ignored_with_it(self):
        self.synchronize(self.cancelled(Refunds=[self.refund("R1", oil=2)]))
        self.assertEqual(set(self.rows().mapped("state")), {"ignored"})
        self.sale_row().action_retry()
        self.assertEqual(set(self.rows().mapped("state")), {"done"})
        self.assert_booked(30.0, oil=3)

    def test_a_setting_that_changes_makes_it_an_order_again(self):
        self.synchronize(self.cancelled())
        self.sync.cancelled_statuses = "Storniert"
        self.synchronize(self.cancelled())
        self.assertEqual(self.sale_row().state, "done")

    # ---- old versions ----

    def test_a_cancellation_that_was_taken_back_is_noted_only(self):
        self.synchronize(self.sale(LastUpdated="2026-11-20T12:00:00Z"))
        run = self.synchronize(self.cancelled(LastUpdated="2026-11-20T11:00:00Z"))
        self.assertEqual((run.status, len(self.rows())), ("no_orders", 1))
        self.assert_booked(50.0, oil=5)

    def test_an_order_that_is_valid_again_after_its_cancellation_is_flagged_once(self):
        self.sync.book_changes = True
        self.synchronize(self.sale(LastUpdated="2026-11-20T10:00:00Z"))
        self.synchronize(self.cancelled(LastUpdated="2026-11-20T11:00:00Z"))
        run = self.synchronize(self.sale(LastUpdated="2026-11-20T12:00:00Z"))
        row = self.sale_row()
        self.assertEqual((run.status, run.changed_count, row.changed, row.can_book_change), ("error", 1, True, False))
        self.assertEqual(row.change_text, "It is not cancelled any more, but its cancellation is booked.")
        row.action_accept_change()
        run = self.synchronize(self.sale(OrderStatus=104, LastUpdated="2026-11-20T13:00:00Z"))
        self.assertEqual((run.status, row.changed), ("no_orders", False))
        self.assert_booked(0.0, oil=0)

    def test_a_cancellation_that_is_taken_back_before_it_is_booked_never_is(self):
        refunds = [self.refund("R1", oil=9)]
        self.synchronize(self.sale(Refunds=refunds, LastUpdated="2026-11-20T10:00:00Z"))
        self.synchronize(self.cancelled(LastUpdated="2026-11-20T11:00:00Z"))
        self.assertEqual(self.cancellation_row().state, "pending")
        self.synchronize(self.sale(LastUpdated="2026-11-20T12:00:00Z"))
        self.assertEqual((self.cancellation_row().state, self.sale_row().changed), ("ignored", False))
        self.refund_rows().action_ignore()
        self.synchronize()
        self.assert_booked(50.0, oil=5)
        self.synchronize(self.cancelled(LastUpdated="2026-11-20T13:00:00Z"))
        self.assert_booked(0.0, oil=0)

    def test_an_order_that_is_cancelled_again_after_it_was_valid_needs_no_attention(self):
        refunds = [self.refund("R1", oil=1)]
        self.synchronize(self.sale(Refunds=refunds, LastUpdated="2026-11-20T10:00:00Z"))
        self.synchronize(self.cancelled(LastUpdated="2026-11-20T11:00:00Z"))
        self.rows().action_warnings_seen()
        for hour in (12, 14):
            self.synchronize(self.sale(LastUpdated=f"2026-11-20T{hour}:00:00Z"))
            row = self.sale_row()
            self.assertTrue(row.changed and self.sync.activity_ids)
            # The first one again, late.
            self.synchronize(self.cancelled(LastUpdated="2026-11-20T11:00:00Z"))
            self.assertTrue(row.changed)
            # Some systems send only the status.
            run = self.synchronize(
                {"OrderID": 7001, "OrderStatus": "Cancelled", "LastUpdated": f"2026-11-20T{hour + 1}:00:00Z"}
            )
            self.assertEqual((row.changed, row.change_text, run.changed_count), (False, "", 0), run.message)
            self.assertFalse(self.sync.activity_ids, self.sync.activity_ids.note)
        self.assert_booked(0.0, oil=0)

    def test_an_order_that_changed_before_it_was_cancelled_again_stays_flagged(self):
        self.synchronize(self.sale(LastUpdated="2026-11-20T10:00:00Z"))
        self.synchronize(self.cancelled(LastUpdated="2026-11-20T11:00:00Z"))
        self.synchronize(self.sale(oil=4, LastUpdated="2026-11-20T12:00:00Z"))
        self.synchronize(self.cancelled(oil=4, LastUpdated="2026-11-20T13:00:00Z"))
        row = self.sale_row()
        self.assertTrue(row.changed)
        self.assertEqual(row.change_text.splitlines()[0], "Oil: quantity 5, now 4")

    def test_other_content_from_before_the_cancellation_counts_for_nothing(self):
        self.sync.book_changes = True
        self.synchronize(self.sale(LastUpdated="2026-11-20T10:00:00Z"))
        self.synchronize(self.cancelled(LastUpdated="2026-11-20T12:00:00Z"))
        run = self.synchronize(self.sale(oil=4, LastUpdated="2026-11-20T11:00:00Z"))
        self.assertEqual((self.sale_row().changed, run.changed_count), (False, 0))
        self.assert_booked(0.0, oil=0)

    def test_a_refund_that_waited_is_ignored_with_an_order_that_arrives_cancelled(self):
        self.synchronize(self.refunded(oil=2))
        self.synchronize(self.cancelled())
        self.assertEqual(set(self.rows().mapped("state")), {"ignored"})
        self.assertEqual(self.refund_rows().origin_id, self.sale_row())
        self.assertEqual(self.synchronize(self.refunded(oil=2), self.cancelled()).status, "no_orders")
