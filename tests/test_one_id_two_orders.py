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

    def version(self, hour, price=80.0, order_id=7001, **values):
        """Return a version of one order that was last changed at an hour, with the price as its total."""
        return self.order(
            order_id,
            **{
                "OrderDate": "2026-03-02T09:30:00Z",
                "LastUpdated": f"2026-03-02T{hour}:00:00Z",
                "OrderItems": [self.item(price=price)],
                "AmountTotal": price,
                "Tax": 0,
                "TaxPercent": 0,
                "GrandTotal": price,
                "AmountPaid": price,
                "CheckoutDetails": [self.payment(price)],
                **values,
            },
        )

    def feed(self, *entries):
        """Keep all of these, also with the very same OrderID: then they differ in blanks."""
        super().feed(
            *({**entry, "OrderID": f"{' ' * number}{entry['OrderID']}"} for number, entry in enumerate(entries))
        )

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

    # ---- versions of one order ----

    def test_the_newest_version_of_an_order_that_was_edited_during_the_download_counts(self):
        number = 0
        for per_page in (10, 1):
            self.answer_with(per_page=per_page)
            for hours in ((10, 11), (11, 10), (10, 11, 12), (12, 10, 11)):
                with self.subTest(per_page=per_page, hours=hours):
                    number += 1
                    versions = [self.version(hour, float(hour), order_id=number) for hour in hours]
                    run = self.synchronize(*versions)
                    row = self.inbox(number)
                    self.assertEqual((run.status, row.state, row.changed), ("success", "done", False), run.message)
                    self.assertEqual(row.pos_order_id.amount_total, float(max(hours)))
                    run = self.synchronize(*versions)
                    self.assertEqual((run.status, run.ambiguous_count), ("no_orders", 0), run.message)

    def test_the_newest_version_of_an_imported_order_is_a_change(self):
        for per_page in (10, 1):
            self.answer_with(per_page=per_page)
            for number, hours in enumerate(((10, 11), (11, 10), (10, 11, 12)), per_page * 10):
                with self.subTest(per_page=per_page, hours=hours):
                    versions = {hour: self.version(hour, float(hour), order_id=number) for hour in hours}
                    self.synchronize(versions[10])
                    run = self.synchronize(*(versions[hour] for hour in hours))
                    row = self.inbox(number)
                    self.assertEqual((run.ambiguous_count, row.changed, row.can_book_change), (0, True, True))
                    self.assertIn(f"Total: $\xa010.00, now $\xa0{max(hours)}.00", row.change_text)

    def test_what_may_be_another_order_is_no_version(self):
        others = (
            {"OrderDate": "2026-03-02T09:30:01Z"},
            {"OrderDate": "2026-03-02"},
            {"LocationID": 2},
            {"LastUpdated": ""},
        )
        for per_page in (10, 1):
            self.answer_with(per_page=per_page)
            for number, values in enumerate(others, per_page * 10):
                with self.subTest(per_page=per_page, values=values):
                    same = {"OrderDate": values["OrderDate"]} if values.get("OrderDate") == "2026-03-02" else {}
                    one = self.version(10, order_id=number, **same)
                    run = self.synchronize(one, self.version(11, 40.0, order_id=number, **values))
                    self.assertEqual((run.status, run.ambiguous_count), ("error", 1), run.message)
                    self.assertEqual(self.inbox(number).state, "failed")

    def test_a_version_of_one_of_two_orders_replaces_it(self):
        for per_page in (10, 1):
            with self.subTest(per_page=per_page):
                self.answer_with(per_page=per_page)
                number = 7000 + per_page
                one, two = (
                    self.version(10, 10.0, order_id=number),
                    self.version(10, 20.0, order_id=number, LocationID=2),
                )
                for entries in ([one, two], [one, two, self.version(11, 11.0, order_id=number)]):
                    self.synchronize(*entries)
                row = self.inbox(number)
                self.assertEqual((row.state, row.error_code), ("failed", "order_id_ambiguous"))
                contents = [json.loads(row.payload), *json.loads(row.other_payloads)]
                self.assertEqual(sorted(content["GrandTotal"] for content in contents), [11, 20])
                self.assertIn("2 different orders", row.error_message)

    # ---- beside an imported order ----

    def test_the_flag_of_an_imported_order_goes_with_the_other_order(self):
        for per_page in (10, 1):
            with self.subTest(per_page=per_page):
                self.answer_with(per_page=per_page)
                self.synchronize(self.first())
                row = self.assertBothKept(self.synchronize(self.first(), self.other()), state="done")
                self.assertEqual((row.changed, row.change_text), (True, ""))
                run = self.synchronize(self.first(Remark="alone"))
                self.assertEqual((run.status, row.changed, row.booked_payload), ("no_orders", False, False))
                self.assertFalse(row.error_code or row.other_payloads)

    def test_the_other_order_alone_is_a_change_of_the_imported_one(self):
        self.synchronize(self.first())
        row = self.assertBothKept(self.synchronize(self.first(), self.other()), state="done")
        run = self.synchronize(self.other())
        self.assertEqual((run.status, run.changed_count, row.changed, row.error_code), ("error", 1, True, False))
        self.assertIn("Product Name: quantity 1, now 2", row.change_text)
        run = self.synchronize(self.first())
        self.assertEqual((run.status, row.changed), ("no_orders", False))
