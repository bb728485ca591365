from datetime import timedelta

from odoo import fields

from ..models.order_sync.external_order import LONGEST_PAUSE, MAX_CONFLICTS
from .common import ExternalOrderCase


class TestInboxRetry(ExternalOrderCase):
    """Failed orders: what a user does about them, and what is retried automatically."""

    def failed_order(self, order_id=639, name="No Such Product", item_id=0):
        self.synchronize(self.order(order_id, OrderItems=[self.item(name, ItemID=item_id)]))
        row = self.inbox(order_id)
        self.assertEqual(row.state, "failed")
        return row

    def test_a_feed_of_500_with_7_bad_imports_493_and_names_the_7(self):
        bad = {number: f"Missing {number}" for number in range(50, 501, 70)}
        self.assertEqual(len(bad), 7)
        self.answer_with(per_page=200)
        orders = [
            self.order(number, OrderItems=[self.item(bad.get(number, "Product Name"))]) for number in range(1, 501)
        ]
        run = self.synchronize(*orders)
        self.assertEqual((run.imported_count, run.failed_count, run.status), (493, 7, "error"))
        self.assertEqual(len(self.pos_orders()), 493)
        for number, name in bad.items():
            self.assertIn(f'Order {number}: Product not found: "{name}"', self.sync.last_sync_message)

        # One is fixed by a new product, one by an alias.
        self.create_product("Missing 50", list_price=80)
        self.inbox(50).action_retry()
        self.env["external.product.alias"].create({"item_name": "Missing 120", "product_id": self.product.id})
        self.assertEqual([self.inbox(50).state, self.inbox(120).state], ["done", "done"])

        rows = self.env["external.order"].search([("sync_id", "=", self.sync.id), ("state", "=", "done")])
        self.assertEqual(len(rows), 495)
        self.env.flush_all()
        self.env.cr.execute("SELECT id, xmin FROM external_order WHERE id IN %s ORDER BY id", [tuple(rows.ids)])
        before = self.env.cr.fetchall()
        run = self.synchronize(*orders)
        self.assertEqual((run.imported_count, run.failed_count, run.known_count, run.status), (0, 0, 500, "no_orders"))
        self.env.flush_all()
        self.env.cr.execute("SELECT id, xmin FROM external_order WHERE id IN %s ORDER BY id", [tuple(rows.ids)])
        self.assertEqual(self.env.cr.fetchall(), before)
        self.assertEqual(len(self.pos_orders()), 495)

    def test_retry_after_mending_imports_it_and_says_so(self):
        row = self.failed_order()
        self.create_product("No Such Product", list_price=80)
        action = row.action_retry()
        self.assertEqual(row.state, "done")
        self.assertFalse(row.error_code or row.error_message)
        self.assertEqual((action["params"]["type"], action["params"]["message"]), ("success", "1 order imported."))

    def test_retry_without_mending_tells_the_reason_again(self):
        row = self.failed_order()
        action = row.action_retry()
        self.assertEqual((row.state, row.error_code), ("failed", "product_not_found"))
        self.assertEqual(action["params"]["type"], "danger")
        self.assertIn("Product not found", action["params"]["message"])

    def test_retry_of_many_is_left_to_the_scheduler(self):
        orders = [self.order(number, OrderItems=[self.item("No Such Product")]) for number in range(1, 102)]
        self.synchronize(*orders)
        rows = self.env["external.order"].search([("sync_id", "=", self.sync.id)])
        self.create_product("No Such Product", list_price=80)
        triggers = self.env["ir.cron.trigger"].search_count([])
        action = rows.action_retry()
        self.assertEqual(action["params"]["message"], "Still waiting: 101")
        self.assertEqual(set(rows.mapped("state")), {"pending"})
        self.assertGreater(self.env["ir.cron.trigger"].search_count([]), triggers)
        self.sync.sync_orders()
        self.assertEqual(set(rows.mapped("state")), {"done"})

    def test_retry_while_no_session_is_open_leaves_the_order_waiting(self):
        row = self.failed_order()
        self.sync.auto_create_session = False
        self.create_product("No Such Product", list_price=80)
        action = row.action_retry()
        self.assertEqual(row.state, "pending")
        self.assertIn("No open POS session found", action["params"]["message"])
        self.assertIn("Still waiting: 1", action["params"]["message"])

    def test_whoever_comes_second_reads_that_the_order_is_imported(self):
        row = self.import_order()
        before = (row.pos_order_id, row.message_ids)
        params = row.action_retry()["params"]
        self.assertEqual(params["message"], "Another user or a run has done this already: 639")
        self.assertEqual((params["type"], params["next"]["tag"]), ("info", "soft_reload"))
        self.assertEqual((row.pos_order_id, row.message_ids), before)

    def test_whoever_comes_second_reads_that_another_one_is_importing_it(self):
        row = self.failed_order()
        self.patch(type(row), "try_lock_for_update", lambda orders, **_options: orders.browse())
        params = row.action_retry()["params"]
        message = f"Another user or a run is working on this now; reload to see the result: {row.display_name}"
        self.assertEqual(params["message"], message)
        self.assertEqual((params["type"], params["next"]["tag"], row.state), ("info", "soft_reload", "failed"))

    def test_an_ignored_order_stays_out_until_it_is_retried(self):
        row = self.failed_order()
        row.action_ignore()
        self.create_product("No Such Product", list_price=80)
        run = self.sync.sync_orders()
        self.assertEqual((row.state, run.status), ("ignored", "no_orders"))
        row.action_retry()
        self.assertEqual(row.state, "done")

    def test_ignoring_leaves_imported_orders_alone(self):
        row = self.import_order()
        row.action_ignore()
        self.assertEqual(row.state, "done")

    def test_open_order_opens_the_pos_order(self):
        row = self.import_order()
        action = row.action_open_order()
        self.assertEqual((action["res_model"], action["res_id"]), ("pos.order", row.pos_order_id.id))

    def test_a_failed_order_is_not_tried_again_by_itself(self):
        row = self.failed_order()
        self.create_product("No Such Product", list_price=80)
        self.assertEqual(self.sync.sync_orders().status, "no_orders")
        self.assertEqual((row.state, row.attempts), ("failed", 1))

    def test_what_conflicts_is_tried_again_later_and_later(self):
        self.sync.auto_create_session = False
        self.synchronize(self.order())
        row = self.inbox(639)
        pauses = []
        for _attempt in range(MAX_CONFLICTS - 1):
            row._defer(Exception("could not serialize access"))
            pauses.append(row.next_attempt - fields.Datetime.now())
        self.assertEqual(row.state, "pending")
        self.assertEqual(row.error_code, "database_busy")
        minutes = [round(pause / timedelta(minutes=1)) for pause in pauses]
        self.assertEqual(minutes[:6], [1, 2, 4, 8, 16, 32])
        self.assertEqual(minutes[6:], [round(LONGEST_PAUSE / timedelta(minutes=1))] * 3)

        self.sync.auto_create_session = True
        self.assertEqual(self.sync.sync_orders().imported_count, 0)
        self.assertEqual(row.state, "pending")
        row.next_attempt = fields.Datetime.now()
        run = self.sync.sync_orders()
        self.assertEqual((run.imported_count, row.state), (1, "done"))
        self.assertFalse(row.next_attempt or row.error_code)

    def test_what_never_stops_conflicting_waits_for_a_person(self):
        self.sync.auto_create_session = False
        self.synchronize(self.order())
        row = self.inbox(639)
        for _attempt in range(MAX_CONFLICTS):
            row._defer(Exception("could not serialize access"))
        self.assertEqual((row.state, row.error_code), ("failed", "odoo_error"))
        self.assertIn("could not serialize access", row.error_message)

    def test_an_order_that_waits_for_its_time_can_be_retried_at_once(self):
        self.env["external.order"]._receive(self.sync, [self.order()])
        row = self.inbox(639)
        row._defer(Exception("could not serialize access"))
        row.action_retry()
        self.assertEqual((row.state, row.attempts), ("done", 1))
