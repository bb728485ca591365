import json

from .common import ExternalOrderCase


class TestOneIdTwoOrders(ExternalOrderCase):
    """Different orders with one OrderID in one download are all kept and shown; none of them is lost."""

    def other(self, order_id=7001, **values):
        """Return an order with the OrderID of another one, of another branch and with another total."""
        return self.order(
            str(order_id),  # the test's shop replaces an entry with exactly the same OrderID
            AmountTotal=160.0,
            Tax=24.0,
            GrandTotal=184.0,
            AmountPaid=184.0,
            LocationID=2,
            OrderItems=[self.item(quantity=2.0)],
            CheckoutDetails=[self.payment(184.0)],
            **values,
        )

    def first(self, **values):
        return self.order(7001, LocationID=1, **values)

    def assertBothKept(self, run, state="failed"):
        row = self.inbox(7001)
        self.assertEqual((row.state, row.error_code, run.status), (state, "order_id_ambiguous", "error"))
        for text in ("7001", "GrandTotal 92, LocationID 1", "GrandTotal 184, LocationID 2"):
            self.assertIn(text, row.error_message)
            self.assertIn(text, run.message)
        self.assertIn('"GrandTotal":92', row.payload)
        self.assertIn('"GrandTotal": 184', row.other_payloads_text)
        self.assertEqual(self.sync.last_sync_message, run.message)
        return row

    def test_both_are_kept_and_named_and_the_others_go_on(self):
        run = self.synchronize(self.first(), self.other(), self.order(1))
        self.assertBothKept(run)
        self.assertEqual(self.inbox(1).state, "done")
        self.assertEqual(len(self.pos_orders()), 1)

    def test_it_is_seen_across_pages(self):
        self.answer_with(per_page=1)
        run = self.synchronize(self.first(), self.order(1), self.other())
        self.assertBothKept(run)

    def test_the_same_two_again_change_nothing(self):
        for per_page in (10, 1):
            self.answer_with(per_page=per_page)
            self.assertBothKept(self.synchronize(self.first(), self.other()))
            self.assertBothKept(self.synchronize(self.first(), self.other()))

    def test_one_order_id_counts_once_however_many_pages_bring_it(self):
        self.answer_with(per_page=2)
        again = [{**self.first(), "OrderID": " 7001"}, {**self.other(), "OrderID": "7001 "}]
        run = self.synchronize(self.other(), self.first(), *again)
        self.assertEqual(run.ambiguous_count, 1)
        self.assertIn("1 OrderID is used by several orders.", run.message)
        self.assertIn("The last run had an error: 1 OrderID is used by several orders.", self.sync.activity_ids.note)

    def test_a_remark_another_spelling_and_another_sequence_make_no_other_order(self):
        items = [self.item(price=40.0), self.item(price=40.0, quantity=1)]
        items[1]["ItemName"] = "Component Item"
        for per_page in (10, 1):
            for number, (name, changes) in enumerate(
                {
                    "remark": {"Remark": "ring twice"},
                    "amount": {"GrandTotal": "92.00"},
                    "sequence": {"OrderItems": items[::-1]},
                }.items()
            ):
                with self.subTest(per_page=per_page, what=name):
                    self.answer_with(per_page=per_page)
                    order_id = 7200 + 10 * per_page + number
                    one = self.order(order_id, OrderItems=items)
                    run = self.synchronize(one, {**one, "OrderID": str(order_id), **changes})
                    row = self.inbox(order_id)
                    self.assertEqual((run.status, row.state, row.changed), ("success", "done", False), run.message)
                    self.assertEqual(json.loads(row.payload).get("Remark"), changes.get("Remark"))
                    # The next download contains both again.
                    run = self.sync.sync_orders()
                    self.assertEqual((run.status, run.changed_count, row.changed), ("no_orders", 0, False))

    def test_both_stay_ignored_until_one_of_them_changes(self):
        for per_page in (10, 1):
            with self.subTest(per_page=per_page):
                self.answer_with(per_page=per_page)
                row = self.assertBothKept(self.synchronize(self.first(), self.other()))
                row.action_ignore()
                for entries in ([self.first(), self.other()], [self.other(), self.first()], [self.other()]):
                    run = self.synchronize(*entries)
                    self.assertEqual((run.status, run.ambiguous_count), ("no_orders", 0), run.message)
                    self.assertEqual((row.state, self.sync.last_sync_problem), ("ignored", False))
                changed = {**self.first(), "GrandTotal": 93.0}
                run = self.synchronize(changed, self.other())
                self.assertEqual((run.status, row.state, row.error_code), ("error", "failed", "order_id_ambiguous"))
                self.assertIn("GrandTotal 93", row.error_message)

    def test_retry_cannot_choose_between_them(self):
        row = self.assertBothKept(self.synchronize(self.first(), self.other()))
        action = row.action_retry()
        self.assertIn("7001", action["params"]["message"])
        self.assertEqual(row.state, "failed")
        row.action_ignore()
        row.action_retry()
        self.assertEqual((row.state, row.error_code), ("failed", "order_id_ambiguous"))
        self.assertFalse(self.pos_orders())

    def test_with_ids_of_their_own_both_go_in(self):
        self.synchronize(self.first(), self.other())
        run = self.synchronize(self.first(), self.other(7002))
        self.assertEqual((run.status, run.imported_count), ("success", 2))
        row = self.inbox(7001)
        self.assertEqual((row.state, row.pos_order_id.amount_total), ("done", 92.0))
        self.assertFalse(row.other_payloads or row.error_message)

    def test_the_one_that_was_first_may_be_the_other(self):
        self.synchronize(self.first(), self.other())
        self.synchronize(self.other())
        row = self.inbox(7001)
        self.assertEqual((row.state, row.pos_order_id.amount_total), ("done", 184.0))
        self.assertFalse(row.other_payloads)

    def test_what_comes_beside_an_imported_order_is_kept(self):
        self.synchronize(self.first())
        pos_order = self.pos_orders()
        for per_page in (10, 1):
            with self.subTest(per_page=per_page):
                self.answer_with(per_page=per_page)
                orders = [self.first(), self.other()]
                # Alone on a separate page, the other one first counts as a change of the imported one.
                for entries in (orders, orders[::-1]) if per_page > 1 else (orders,):
                    row = self.assertBothKept(self.synchronize(*entries), state="done")
                    self.assertEqual((row.changed, row.pos_order_id), (True, pos_order))
                    self.assertIn(pos_order.name, row.error_message)
        self.synchronize(self.first())
        self.assertFalse(row.other_payloads or row.error_message)
        self.assertEqual(self.pos_orders(), pos_order)

    def test_the_same_order_again_or_in_another_status_is_one_order(self):
        self.sync.accepted_statuses = "103"
        for per_page in (10, 1):
            with self.subTest(per_page=per_page):
                self.answer_with(per_page=per_page)
                number = 7100 + per_page
                spellings = [(number, 101), (str(number), 103), (f" {number}", 103)]
                entries = [self.order(spelling, OrderStatus=status) for spelling, status in spellings]
                run = self.synchronize(*entries, dict(reversed(self.order(f"{number} ").items())))
                self.assertEqual((run.status, self.inbox(number).state), ("success", "done"), run.message)
