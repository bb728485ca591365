import json

from odoo.exceptions import UserError

from .common import ExternalOrderCase


class TestPreview(ExternalOrderCase):
    """Test Connection shows the first orders as they would be imported, and imports nothing."""

    def preview(self, *entries):
        self.feed(*entries)
        action = self.sync.action_test_connection()
        self.assertEqual(action["target"], "new")
        return self.env[action["res_model"]].browse(action["res_id"])

    def test_it_tells_what_would_match_and_what_would_not(self):
        self.import_order(order_id="known")
        preview = self.preview(
            self.order("known"),
            self.order("fine"),
            self.order("unknown", OrderItems=[self.item("No Such Product")]),
            self.order("total", GrandTotal=99.0),
            self.order("voucher", CheckoutDetails=[self.payment(92.0, "Voucher", 9)]),
            {"no": "order"},
        )
        self.assertRecordValues(
            preview.line_ids,
            [
                {"external_id": "known", "result": "known", "reason": False},
                {"external_id": "fine", "result": "ready", "reason": False},
                {"external_id": "unknown", "result": "problem", "reason": "product_not_found"},
                {"external_id": "total", "result": "problem", "reason": "amount_mismatch"},
                {"external_id": "voucher", "result": "ready", "reason": False},
                {"external_id": False, "result": "problem", "reason": False},
            ],
        )
        known, fine, voucher = preview.line_ids[0], preview.line_ids[1], preview.line_ids[4]
        self.assertEqual((known.total, known.items, known.payments), (fine.total, fine.items, fine.payments))
        self.assertIn(self.inbox("known").pos_order_id.name, known.note)
        self.assertEqual((fine.total, fine.items, fine.note), (92.0, "1 x Product Name", ""))
        self.assertIn("Cash (test)", fine.payments)
        self.assertIn("matches no payment method", voucher.note)
        self.assertEqual(preview.problem_count, 3)
        self.assertIn("3 of the first 6 orders could not be imported.", preview.summary)

    def test_nothing_is_written(self):
        names = (
            "external.order",
            "external.order.sync.run",
            "pos.order",
            "pos.session",
            "pos.payment",
            "stock.picking",
        )
        before = [self.env[name].search_count([]) for name in names]
        self.preview(self.order(1), self.order(2, OrderItems=[self.item("No Such Product")]))
        self.assertEqual([self.env[name].search_count([]) for name in names], before)
        self.assertFalse(self.sync.fetch_cursor or self.sync.last_sync_date)

    def test_customer_and_date_of_each_order_are_shown(self):
        dated = self.order(1, OrderDate="2026-01-17T10:00:00Z", CustomerName="Customer of the Shop")
        preview = self.preview(dated, self.order(2))
        self.assertEqual((preview.has_dates, preview.has_customers, preview.has_charges), (True, True, False))
        lines = preview.line_ids
        self.assertEqual(lines.mapped("result"), ["ready", "ready"])
        self.assertEqual(lines.mapped("customer"), ["Customer of the Shop", False])
        self.assertEqual([bool(line.sold_date) for line in lines], [True, False])

    def test_twenty_orders_are_shown_of_many(self):
        preview = self.preview(*[self.order(number) for number in range(30)])
        self.assertEqual(len(preview.line_ids), 20)
        self.assertIn("how the first 20 orders will look", preview.summary)

    def more(self, order_id):
        return self.order(order_id, GrandTotal=184.0)

    def test_orders_with_one_order_id_are_named_wherever_they_are_on_the_page(self):
        orders = [self.order(number) for number in range(30)]
        preview = self.preview(*orders, self.more("2"), self.more("25"))
        self.assertIn("several orders of the page: 2, 25.", preview.summary)
        self.assertEqual(preview.problem_count, 1)
        line = preview.line_ids[2]
        self.assertEqual((line.external_id, line.result, line.reason), ("2", "problem", "order_id_ambiguous"))

    def test_one_order_that_comes_twice_on_a_page_is_one_order(self):
        again = {**self.order(1), "OrderID": "1"}
        refunded = {**self.order(2, OrderStatus=106), "OrderID": "2"}
        preview = self.preview(self.order(1), again, self.order(2), refunded)
        self.assertEqual(preview.line_ids.mapped("result"), ["ready", "ready", "ready", "refund"])
        self.assertNotIn("several orders", preview.summary)

    def answer(self, text):
        self.shop.faults.add("bad_json", text=text, times=1)

    def test_an_answer_that_is_no_valid_json_says_where_it_is_broken(self):
        for text, words in (("[1, 2, {]", r"is broken \(.*at character 8"), ("[1, 2", "cut off at character 5")):
            self.answer(text)
            with self.subTest(text=text), self.assertRaisesRegex(UserError, words):
                self.sync.action_test_connection()
        self.answer('[{"OrderID": NaN}]')
        message = self.sync.action_test_connection()["params"]["message"]
        self.assertIn("NaN is not a JSON number at character 13", message)

    def test_a_page_that_is_broken_further_on_shows_its_first_orders_and_where_it_breaks(self):
        orders = [json.dumps(self.order(number)) for number in range(30)]
        self.answer(f"[{', '.join(orders)}, {{]")
        preview = self.env["external.order.preview"].browse(self.sync.action_test_connection()["res_id"])
        self.assertEqual(preview.line_ids.mapped("result"), ["ready"] * 20)
        self.assertIn("is broken", preview.summary)
        self.assertTrue(preview.remark)

    def test_a_page_that_follows_is_not_asked_for(self):
        self.answer_with(per_page=2, link_header=True)
        self.preview(self.order(1), self.order(2), self.order(3))
        self.assertEqual(len(self.shop.requests), 1)

    def test_an_entry_with_a_refused_value_says_why(self):
        self.answer(f'[{{"OrderID": NaN}}, {json.dumps(self.order(2))}]')
        preview = self.env["external.order.preview"].browse(self.sync.action_test_connection()["res_id"])
        self.assertIn("NaN is not a JSON number", preview.line_ids[0].note)

    def test_a_status_that_is_not_accepted_is_shown_as_ignored(self):
        self.sync.accepted_statuses = "104"
        self.assertEqual(self.preview(self.order(1)).line_ids.result, "ignored")

    def test_refunds_and_cancelled_orders_are_shown_as_such(self):
        preview = self.preview(
            self.order(1, OrderStatus=106),
            self.order(2, OrderStatus="Cancelled"),
            self.order(3, Refunds=[{"RefundID": 1}]),
        )
        self.assertEqual(preview.line_ids.mapped("result"), ["refund", "cancellation", "ready"])
        self.assertFalse(preview.problem_count)

    def test_sync_now_from_the_preview(self):
        preview = self.preview(self.order(1))
        self.assertEqual(preview.action_sync_now()["params"]["type"], "success")
        self.assertEqual(self.inbox(1).state, "done")

    def test_orders_that_another_synchronization_has_imported_are_named(self):
        self.import_order(order_id=1)
        order_name = self.inbox(1).pos_order_id.name
        second_pos = self.create_pos_config("Second", self.create_payment_method("Cash (second)", "cash"))
        self.sync = self.create_sync(name="Again", pos_config_id=second_pos.id)
        preview = self.preview(self.order(1), self.order(2))
        first, second = preview.line_ids
        self.assertEqual((first.result, second.result), ("elsewhere", "ready"))
        self.assertEqual(first.note, f"Already imported by Main Store Orders: {order_name}")
        self.assertIn("1 of the first 2 orders were already imported by Main Store Orders.", preview.summary)

    def test_an_order_of_another_shop_with_the_same_number_is_another_order(self):
        self.import_order(order_id=1)
        self.sync = self.create_sync(name="Other Shop")
        other = self.order(1, OrderItems=[self.item(quantity=2)], AmountTotal=160, Tax=24, GrandTotal=184,
                           AmountPaid="184", CheckoutDetails=[self.payment(184.0)])  # fmt: skip
        preview = self.preview(other)
        self.assertEqual(preview.line_ids.result, "ready")
        self.assertFalse(preview.elsewhere_names)
