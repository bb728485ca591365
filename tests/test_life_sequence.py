from .life_common import LifeCase


class TestLifeSequence(LifeCase):
    """In whatever sequence the versions of an order arrive, each thing that happened is booked once, after its sale."""

    # ---- before the sale ----

    def test_a_refund_waits_for_its_order_and_goes_in_right_after_it(self):
        run = self.synchronize(self.refunded(oil=2))
        row = self.refund_rows()
        self.assertEqual((row.state, row.error_code, row.origin_id.ids), ("pending", "waiting_for_order", []))
        self.assertIn("The order of this refund has not arrived.", row.error_message)
        self.assertEqual((run.status, self.sync.waiting_count), ("success", 1))
        self.assertIn("1 refund waits for its order.", run.message)
        self.assertEqual(self.synchronize(self.refunded(oil=2)).status, "no_orders")
        run = self.synchronize(self.sale())
        self.assertEqual((row.state, row.origin_id), ("done", self.sale_row()), row.error_message)
        self.assertEqual((run.imported_count, run.refunded_count, self.sync.waiting_count), (1, 1, 0))
        self.assert_booked(30.0, oil=3)

    def test_a_refund_before_its_sale_in_one_download(self):
        self.synchronize(self.refunded(), self.sale())
        self.assertEqual(self.rows().mapped("state"), ["done", "done"])
        self.assert_booked(0.0, oil=0)

    def test_a_refund_waits_for_an_order_that_failed(self):
        self.synchronize(self.sale(OrderItems=[self.item("Lost", 10.0, 5)], Refunds=[self.refund("R1", oil=2)]))
        row = self.refund_rows()
        self.assertEqual((row.state, row.error_code), ("pending", "waiting_for_order"))
        run = self.synchronize()
        self.assertEqual((run.status, row.attempts), ("no_orders", 0))
        self.env["external.product.alias"].create(
            {"item_name": "Lost", "product_id": self.oil.id, "sync_id": self.sync.id}
        )
        self.assertEqual((self.sale_row().state, row.state), ("done", "done"), row.error_message)
        self.assert_booked(30.0, oil=3)

    def test_a_refund_that_waits_can_be_ignored(self):
        self.synchronize(self.refunded())
        row = self.refund_rows()
        row.action_retry()
        self.assertEqual((row.state, row.error_code), ("pending", "waiting_for_order"))
        row.action_ignore()
        self.synchronize(self.sale())
        self.assertEqual(row.state, "ignored")
        self.assert_booked(50.0, oil=5)

    def test_a_status_that_stops_meaning_a_refund_makes_it_an_order(self):
        self.synchronize(self.sale(OrderStatus=106))
        self.sync.refund_statuses = ""
        self.synchronize(self.sale(OrderStatus=106))
        self.assertEqual((len(self.rows()), self.sale_row().state), (1, "done"))
        self.assert_booked(50.0, oil=5)

    def test_a_refund_that_lost_sight_of_its_order_finds_it_by_its_id(self):
        self.synchronize(self.refunded())
        # Another worker received the order at the same moment and saw nothing of the refund.
        row = self.refund_rows()
        self.env.cr.execute("UPDATE external_order SET external_id = 'hidden' WHERE id = %s", [row.id])
        self.env.invalidate_all()
        self.synchronize(self.sale())
        self.env.cr.execute("UPDATE external_order SET external_id = '7001' WHERE id = %s", [row.id])
        self.env.invalidate_all()
        self.synchronize()
        self.assertEqual((row.state, row.origin_id), ("done", self.sale_row()))
        self.assert_booked(0.0, oil=0)

    # ---- versions ----

    def test_an_old_version_that_arrives_late_is_noted_and_not_flagged(self):
        new = self.sale(oil=4, LastUpdated="2026-11-20T12:00:00Z")
        self.synchronize(new)
        for name in ("LastUpdated", "UpdatedAt", "ModifiedDate", "LastUpdatedDate"):
            run = self.synchronize(self.sale(oil=5, **{name: "2026-11-20T11:00:00Z"}))
            self.assertEqual((run.status, run.changed_count, self.sale_row().changed), ("no_orders", 0, False))
        self.assertEqual(self.synchronize(new).status, "no_orders")
        run = self.synchronize(self.sale(oil=3, LastUpdated="2026-11-20T12:00:01Z"))
        self.assertTrue(self.sale_row().changed)

    def test_an_old_version_of_a_refund_that_arrives_late_is_not_flagged(self):
        def version(minute, oil):
            updated = f"2026-11-20T10:{minute:02}:00Z"
            return self.sale(Refunds=[self.refund("R1", oil=oil)], LastUpdated=updated)

        self.synchronize(version(1, oil=9))
        self.assertEqual(self.refund_rows().error_code, "refund_exceeds_order")
        self.synchronize(version(2, oil=2))
        self.synchronize(version(1, oil=9))
        self.assertEqual((self.refund_rows().state, self.refund_rows().changed), ("done", False))
        self.synchronize(version(3, oil=3))
        self.assertTrue(self.refund_rows().changed)

    def test_an_old_version_does_not_replace_the_newest_of_a_failed_order(self):
        self.synchronize(self.sale(OrderItems=[self.item("Lost")], LastUpdated="2026-11-20T12:00:00Z"))
        self.synchronize(self.sale(LastUpdated="2026-11-20T11:00:00Z"))
        self.assertEqual(self.sale_row().state, "failed")

    def test_versions_in_any_sequence_end_alike(self):
        versions = [
            self.sale(oil=5, LastUpdated="2026-11-20T10:00:00Z"),
            self.sale(oil=3, LastUpdated="2026-11-20T11:00:00Z"),
            self.sale(oil=3, Refunds=[self.refund("R1", oil=1)], LastUpdated="2026-11-20T12:00:00Z"),
        ]
        self.sync.book_changes = True
        for number, sequence in enumerate(((0, 1, 2), (2, 1, 0), (1, 2, 0), (0, 2, 1), (2, 0, 1), (1, 0, 2))):
            with self.subTest(sequence=sequence):
                before, stock = self.money(), self.in_stock()
                for place in (*sequence, *sequence):
                    self.synchronize({**versions[place], "OrderID": number})
                self.assertEqual(
                    set(self.rows(number).mapped("state")), {"done"}, self.rows(number).mapped("error_message")
                )
                self.assertFalse(self.sale_row(number).changed)
                self.assertAlmostEqual(self.money() - before, 20.0)
                self.assertEqual(stock - self.in_stock(), 2)

    # ---- repeats and losses ----

    def test_a_page_that_repeats_books_nothing_twice(self):
        self.answer_with(per_page=1)
        order = self.sale(Refunds=[self.refund("R1", oil=2)])
        run = self.synchronize(order, self.refunded(7002), self.sale(7002), order, self.refunded(7002))
        self.assertEqual(run.status, "success", run.message)
        self.assertEqual(set((self.rows() | self.rows(7002)).mapped("state")), {"done"})
        self.assert_booked(30.0, oil=3)

    def test_a_lost_inbox_makes_no_second_refund(self):
        order = self.sale(Refunds=[self.refund("R1", oil=2)])
        self.synchronize(order)
        refund = self.refund_rows().pos_order_id
        self.rows().unlink()
        self.synchronize(order)
        self.assertEqual(self.refund_rows().pos_order_id, refund)
        self.assert_booked(30.0, oil=3)

    def test_without_a_session_a_refund_waits_for_one(self):
        self.synchronize(self.sale())
        self.close_session(self.pos_orders().session_id)
        self.sync.auto_create_session = False
        run = self.synchronize(self.refunded())
        row = self.refund_rows()
        self.assertEqual((row.state, row.error_code, run.status), ("pending", "no_session", "error"))
        self.sync.auto_create_session = True
        self.synchronize()
        self.assertEqual(row.state, "done")
        self.assertNotEqual(row.pos_order_id.session_id, self.sale_row().pos_order_id.session_id)
        self.assert_booked(0.0, oil=0)

    # ---- payloads that were deleted ----

    def delete_payloads(self):
        self.sync.payload_retention_days = 1
        self.rows().imported_date = "2020-01-01"
        self.env["external.order"]._gc_payloads()
        self.assertFalse(any(self.rows().mapped("payload")))

    def test_an_order_whose_payload_was_deleted_is_refunded(self):
        self.synchronize(self.sale())
        self.delete_payloads()
        self.synchronize(self.refunded())
        self.assertEqual(self.refund_rows().state, "done", self.refund_rows().error_message)
        self.assert_booked(0.0, oil=0)

    def test_an_order_whose_payload_was_deleted_is_recognized_with_a_new_status_and_refunds(self):
        self.synchronize(self.sale(Refunds=[self.refund("R1", oil=1)]))
        self.delete_payloads()
        refunds = [self.refund("R1", oil=1), self.refund("R2", oil=2)]
        run = self.synchronize(self.sale(OrderStatus=104, Refunds=refunds))
        self.assertEqual((run.changed_count, self.sale_row().changed, run.refunded_count), (0, False, 1))
        self.assert_booked(20.0, oil=2)

    def test_other_content_of_an_order_whose_payload_was_deleted_is_flagged_and_can_be_booked(self):
        self.synchronize(self.sale())
        self.delete_payloads()
        self.synchronize(self.sale(oil=4))
        row = self.sale_row()
        self.assertTrue(row.changed)
        self.assertIn("50.00", row.change_text)
        self.assertIn("40.00", row.change_text)
        row.action_book_difference()
        self.assert_booked(40.0, oil=4)

    # ---- branches ----

    def test_a_refund_belongs_to_the_order_of_its_branch(self):
        there = self.create_payment_method("Cash there", "cash")
        other = self.create_pos_config("Branch", there | self.card)
        for location, config in ((404, self.pos_config), (405, other)):
            self.env["external.location.mapping"].create(
                {"sync_id": self.sync.id, "external_location": location, "pos_config_id": config.id}
            )
        self.synchronize(self.sale(LocationID=404), self.sale(LocationID=405), self.refunded(oil=2, LocationID=405))
        row = self.refund_rows()
        self.assertEqual((row.state, row.external_location), ("done", "405"), row.error_message)
        self.assertEqual((row.origin_id.external_location, row.pos_order_id.config_id), ("405", other))
        self.assertEqual(self.synchronize(self.refunded(oil=2, LocationID=405)).status, "no_orders")
        self.synchronize(self.refunded(oil=1, LocationID=404))
        self.assertEqual(len(self.refund_rows()), 2)

    def test_refunds_of_one_id_in_two_branches_wait_each_for_its_order(self):
        for location in (404, 405):
            self.env["external.location.mapping"].create(
                {"sync_id": self.sync.id, "external_location": location, "pos_config_id": self.pos_config.id}
            )
        self.synchronize(self.refunded(oil=2, LocationID=404), self.refunded(oil=1, LocationID=405))
        self.assertEqual(len(self.refund_rows()), 2)
        self.synchronize(self.sale(LocationID=405))
        self.assertEqual(sorted(self.refund_rows().mapped("state")), ["done", "pending"])
        self.assert_booked(40.0, oil=4)
        self.synchronize(self.sale(LocationID=404))
        self.assert_booked(70.0, oil=7)

    def test_a_cancelled_order_and_its_sale_on_two_pages_are_one_order(self):
        self.answer_with(per_page=1)
        cancelled = self.sale(OrderStatus="Cancelled", OrderItems=[])
        for order_id, entries in ((7001, (self.sale(7001), cancelled)), (7002, (cancelled, self.sale(7002)))):
            with self.subTest(order_id=order_id):
                run = self.synchronize(*({**entry, "OrderID": order_id} for entry in entries))
                self.assertEqual((run.status, run.ambiguous_count), ("success" if order_id == 7001 else "no_orders", 0))
                self.assertEqual((self.rows(order_id).mapped("state")), ["ignored"])
        self.assertFalse(self.pos_orders())
