from odoo import fields

from .common import ExternalOrderCase


class TestSyncOrders(ExternalOrderCase):
    """From the feed to the paid order: the main path."""

    def test_the_guides_sample_order_is_imported_to_the_cent(self):
        run = self.synchronize(
            self.order(
                OrderItems=[
                    self.item(
                        OrderDetailPackages=[
                            {"ItemID": 175741, "ItemName": "Component Item", "Price": 20.0, "Quantity": 2.0}
                        ]
                    )
                ]
            )
        )

        self.assertEqual(run.status, "success")
        order = self.pos_orders()
        self.assertRecordValues(
            order,
            [{"state": "paid", "amount_total": 92.0, "amount_tax": 12.0, "amount_paid": 92.0, "source": "external"}],
        )
        self.assertRecordValues(
            order.lines.sorted("id"),
            [
                {"product_id": self.product.id, "qty": 1, "price_subtotal": 80.0, "price_subtotal_incl": 92.0},
                {"product_id": self.component.id, "qty": 2, "price_subtotal": 0.0, "price_subtotal_incl": 0.0},
            ],
        )
        self.assertEqual(order.lines.sorted("id")[1].combo_parent_id, order.lines.sorted("id")[0])
        self.assertRecordValues(order.payment_ids, [{"payment_method_id": self.cash.id, "amount": 92.0}])
        self.assertEqual(order.picking_ids.state, "done")
        self.assertEqual(
            {move.product_id: move.quantity for move in order.picking_ids.move_ids},
            {self.product: 1.0, self.component: 2.0},
        )
        self.assertEqual(self.inbox(639).pos_order_id, order)
        self.assertEqual(order.external_order_id, self.inbox(639))

    def test_status_message_and_date_tell_a_success(self):
        before = fields.Datetime.now()
        self.synchronize(self.order(1), self.order(2))
        self.assertEqual(self.sync.last_sync_status, "success")
        self.assertEqual(self.sync.last_sync_message, "2 orders imported.")
        self.assertGreaterEqual(self.sync.last_sync_date, before)

    def test_an_empty_feed_is_no_orders(self):
        self.synchronize()
        self.assertEqual(self.sync.last_sync_status, "no_orders")
        self.assertEqual(self.sync.last_sync_message, "No orders to synchronize.")

    def test_known_orders_are_not_imported_again(self):
        self.synchronize(self.order())
        run = self.synchronize(self.order())
        self.assertEqual(run.status, "no_orders")
        self.assertEqual(run.known_count, 1)
        self.assertIn("1 order was already imported or known", run.message)
        self.assertEqual(len(self.pos_orders()), 1)

    def test_the_three_shapes_of_an_answer(self):
        for shape in ("array", "object", "single"):
            with self.subTest(shape=shape):
                self.answer_with(shape=shape)
                order_id = f"shape-{shape}"
                self.synchronize(self.order(order_id))
                self.assertEqual(self.inbox(order_id).state, "done")

    def test_both_ways_to_send_the_key(self):
        for auth_method, header in (("bearer", "Authorization"), ("x_api_key", "X-API-Key")):
            with self.subTest(auth_method=auth_method):
                self.sync.auth_method = auth_method
                run = self.synchronize(self.order(f"key-{auth_method}"))
                self.assertEqual(run.status, "success")
                self.assertEqual(self.shop.requests[-1].key_header, header)

    def test_all_pages_are_fetched(self):
        self.answer_with(per_page=2)
        run = self.synchronize(*[self.order(number) for number in range(1, 6)])
        self.assertEqual(run.imported_count, 5, run.message)

    def test_only_newer_orders_are_asked_for_and_an_overlap(self):
        self.sync.write({"since_parameter": "since", "overlap_minutes": 30})
        self.synchronize(self.order())
        self.assertNotIn("since", self.asked())
        cursor = self.sync.fetch_cursor
        self.synchronize(self.order())
        asked = fields.Datetime.to_datetime(self.asked()["since"].replace("T", " ").rstrip("Z"))
        self.assertEqual((cursor - asked).total_seconds(), 30 * 60)

    def test_sync_now_tells_what_happened(self):
        self.feed(self.order(1), self.order(2, OrderItems=[self.item("No Such Product")]))
        action = self.sync.action_sync_now()
        self.assertEqual(action["tag"], "external_order_sync.notification")
        self.assertEqual(action["params"]["type"], "danger")
        self.assertIn("1 order imported.", action["params"]["message"])
        self.assertIn("Order 2: Product not found", action["params"]["message"])

    def test_test_connection_imports_nothing(self):
        self.feed(self.order(1), self.order(2))
        action = self.sync.action_test_connection()
        preview = self.env[action["res_model"]].browse(action["res_id"])
        self.assertEqual(preview.line_ids.mapped("external_id"), ["1", "2"])
        self.assertFalse(self.env["external.order"].search([("sync_id", "=", self.sync.id)]))
        self.assertFalse(self.pos_orders())

    def test_an_archived_synchronization_never_runs(self):
        self.feed(self.order())
        self.sync.active = False
        with self.enter_registry_test_mode():
            self.env.ref("external_order_sync.ir_cron_sync_external_orders").method_direct_trigger()
        self.assertFalse(self.shop.requests)
        self.assertFalse(self.sync.run_ids)

    def test_the_scheduled_action_runs_what_is_due(self):
        self.feed(self.order())
        with self.enter_registry_test_mode():
            self.env.ref("external_order_sync.ir_cron_sync_external_orders").method_direct_trigger()
        self.assertEqual(self.inbox(639).state, "done")
        self.assertGreater(self.sync.next_sync_date, fields.Datetime.now())
        self.assertTrue(self.sync.run_ids.scheduled)
