from odoo.exceptions import UserError

from .common import API_KEY, ExternalOrderCase

RUN_LOG = "odoo.addons.external_order_sync.models.order_sync.external_order_sync_run"
IMPORT_LOG = "odoo.addons.external_order_sync.models.order_import.outcome"
NOT_BOUGHT = "Our customers do not buy this."
HOLIDAYS = "The shop is closed for holidays."


class TestOverrides(ExternalOrderCase):
    """Other modules override the documented methods; scheduled runs use the overrides."""

    def run_scheduled_action(self):
        with self.enter_registry_test_mode():
            self.env.ref("external_order_sync.ir_cron_sync_external_orders").method_direct_trigger()

    def test_processing_of_an_order(self):
        customer = self.env["res.partner"].create({"name": "Known Customer"})

        def process(original, sync, order):
            pos_order = original(sync, order)
            pos_order.partner_id = customer
            return pos_order

        self.feed(self.order(1), self.order(2))
        with self.overridden("_process_external_order", process):
            self.run_scheduled_action()
        self.assertEqual(len(self.pos_orders()), 2)
        self.assertEqual(self.pos_orders().partner_id, customer)
        self.assertEqual(set(self.pos_orders().mapped("state")), {"paid"})
        self.assertEqual(self.inbox(1).state, "done")

    def test_a_validation_that_refuses_one_order_fails_that_one(self):
        def process(original, sync, order):
            pos_order = original(sync, order)
            if order["OrderID"] == 2:
                raise UserError(NOT_BOUGHT)
            if order["OrderID"] == 3:
                raise ValueError("a mistake of the extension")
            return pos_order

        self.feed(*[self.order(number) for number in range(1, 5)])
        with self.overridden("_process_external_order", process), self.assertLogs(IMPORT_LOG, "ERROR"):
            self.run_scheduled_action()
        self.assertEqual([self.inbox(n).state for n in range(1, 5)], ["done", "failed", "failed", "done"])
        self.assertEqual(
            self.inbox(2).error_message,
            "Odoo refused the order: Our customers do not buy this. Nothing was booked. Correct the cause, then press "
            "Retry.",
        )
        self.assertIn("a mistake of the extension", self.inbox(3).error_message)
        self.assertEqual(len(self.pos_orders()), 2)
        self.assertEqual(self.sync.last_sync_status, "error")

    def test_processing_that_returns_no_order_fails_it_rather_than_trying_for_ever(self):
        with self.overridden("_process_external_order", lambda original, sync, order: None):
            row = self.import_order()
        self.assertEqual((row.state, row.error_code, row.attempts), ("failed", "odoo_error", 1))
        self.assertIn("returned no order", row.error_message)

    def test_without_a_session_an_overridden_processing_leaves_orders_waiting_too(self):
        self.sync.auto_create_session = False
        with self.overridden("_process_external_order", lambda original, sync, order: original(sync, order)):
            row = self.import_order()
        self.assertEqual(row.state, "pending")
        self.assertIn("No open POS session found", self.sync.last_sync_message)

    def test_processing_of_one_order_by_hand(self):
        order = self.order(GrandTotal="92.00")
        pos_order = self.sync._process_external_order(order)
        self.assertEqual((pos_order.state, pos_order.amount_total, pos_order.picking_ids.state), ("paid", 92.0, "done"))
        self.assertEqual(self.sync._process_external_order(order), pos_order)
        with self.assertRaisesRegex(UserError, "Product not found"):
            self.sync._process_external_order(self.order(640, OrderItems=[self.item("No Such Product")]))

    def test_fetching(self):
        def fetch(original, sync):
            return [{**order, "OrderID": f"EU-{order['OrderID']}"} for order in original(sync)] + [self.order("own")]

        self.feed(self.order(1))
        with self.overridden("_fetch_orders_from_external", fetch):
            self.run_scheduled_action()
        self.assertEqual([self.inbox("EU-1").state, self.inbox("own").state], ["done", "done"])

    def test_fetching_that_brings_what_json_has_not(self):
        orders = [self.order(1, GrandTotal=float("nan")), self.order(2, Note=object()), self.order(3), None]
        with self.overridden("_fetch_orders_from_external", lambda original, sync: orders):
            run = self.sync.sync_orders()
        self.assertEqual((run.status, run.imported_count, run.refused_count), ("error", 1, 3), run.message)

    def test_fetching_that_repeats_itself_does_not_advance_the_cursor_through_an_override_either(self):
        self.answer_with(per_page=1)
        self.shop.faults.add("endless_page", times=None)
        self.feed(self.order(1), self.order(2))
        with self.overridden("_fetch_orders_from_external", lambda original, sync: original(sync)):
            run = self.sync.sync_orders()
        self.assertTrue(run.feed_repeats)
        self.assertFalse(self.sync.fetch_cursor)

    def test_fetching_that_breaks_is_told_by_the_status_without_the_key(self):
        def fetch(original, sync):
            raise ValueError(f"cannot open https://example.com/?key={sync.sudo().external_api_key}")

        with self.overridden("_fetch_orders_from_external", fetch), self.assertLogs(RUN_LOG, "ERROR") as logs:
            run = self.sync.sync_orders()
        self.assertEqual(run.status, "error")
        self.assertIn("Unexpected error (ValueError): cannot open https://example.com/?key=***", run.message)
        self.assertNotIn(API_KEY, "\n".join([run.message, *logs.output]))

    def test_the_session(self):
        def get_session(original, sync):
            session = original(sync)
            session.opening_notes = "for the external store"
            return session

        self.feed(self.order())
        with self.overridden("_get_or_create_pos_session", get_session):
            self.run_scheduled_action()
        self.assertEqual(self.inbox(639).session_id.opening_notes, "for the external store")

    def test_a_session_that_is_refused_leaves_the_orders_waiting(self):
        def get_session(original, sync):
            raise UserError(HOLIDAYS)

        self.feed(self.order())
        with self.overridden("_get_or_create_pos_session", get_session):
            self.run_scheduled_action()
        self.assertEqual(self.inbox(639).state, "pending")
        self.assertIn("The shop is closed for holidays.\n1 order waits.", self.sync.last_sync_message)

    def test_the_whole_synchronization(self):
        seen = []

        def sync_orders(original, sync):
            seen.append(sync)
            original(sync)  # and forgets to return the result

        self.feed(self.order())
        with self.overridden("sync_orders", sync_orders):
            self.run_scheduled_action()
            action = self.sync.action_sync_now()
        self.assertEqual(seen, [self.sync, self.sync])
        self.assertEqual(self.inbox(639).state, "done")
        self.assertEqual(action["params"]["type"], "info")

    def test_a_synchronization_that_an_extension_passes_over_has_its_turn_in_its_interval(self):
        with self.overridden("sync_orders", lambda original, sync: None):
            self.run_scheduled_action()
        self.assertGreater(self.sync.next_sync_date, self.sync.create_date)
        self.assertFalse(self.sync.run_ids)
