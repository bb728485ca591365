from datetime import timedelta
from unittest.mock import patch

from odoo import fields

from ..models.order_sync import external_order_retention, external_order_sync_run
from .common import ExternalOrderCase


class TestRetention(ExternalOrderCase):
    """Which data of imported orders is kept, and for how long."""

    def import_long_ago(self, days, order_id=639):
        row = self.import_order(order_id=order_id)
        row.imported_date = fields.Datetime.now() - timedelta(days=days)
        return row

    def collect(self):
        return self.env["external.order"]._gc_payloads()

    def test_payloads_of_imported_orders_are_dropped_after_their_time(self):
        self.sync.payload_retention_days = 30
        old, new = self.import_long_ago(31, 1), self.import_long_ago(29, 2)
        self.collect()
        self.assertFalse(old.payload or old.payload_text)
        self.assertTrue(new.payload and new.payload_text)

    def test_a_number_of_payloads_is_dropped_at_a_time(self):
        rows = [self.import_long_ago(days, number) for number, days in enumerate((1002, 1001, 1000), 1)]
        with patch.object(external_order_retention, "VACUUM_BATCH", 2):
            self.assertEqual(self.collect(), (2, True))
            self.assertEqual([bool(row.payload) for row in rows], [False, False, True])
            self.assertEqual(self.collect(), (1, False))
        self.assertFalse(rows[2].payload)

    def test_an_order_is_known_without_its_payload(self):
        row = self.import_long_ago(1000)
        self.collect()
        self.assertFalse(row.payload)
        run = self.synchronize(self.order())
        self.assertEqual((run.known_count, run.changed_count, run.status), (1, 0, "no_orders"))
        run = self.synchronize(self.order(OrderStatus=104))
        self.assertEqual((run.changed_count, row.changed, row.order_status), (0, False, "104"))

    def test_other_content_of_an_order_is_recognized_without_its_payload(self):
        row = self.import_long_ago(1000)
        self.collect()
        run = self.synchronize(self.order(CustomerEmail="erika@example.com"))
        self.assertEqual((run.changed_count, row.changed, len(self.pos_orders())), (1, True, 1))
        self.assertTrue(row.payload)

    def test_a_changed_order_keeps_its_new_content_until_a_person_has_seen_it(self):
        row = self.import_long_ago(1000)
        self.synchronize(self.order(CustomerEmail="erika@example.com"))
        self.collect()
        self.assertTrue(row.payload)
        row.action_accept_change()
        self.collect()
        self.assertFalse(row.payload)

    def test_no_time_keeps_everything_and_what_is_not_imported_stays(self):
        self.sync.payload_retention_days = 0
        row = self.import_long_ago(1000)
        self.collect()
        self.assertTrue(row.payload)
        self.sync.payload_retention_days = 1
        self.synchronize(self.order(2, OrderItems=[self.item("No Such Product")]))
        self.inbox(2).received_date = fields.Datetime.now() - timedelta(days=1000)
        self.collect()
        self.assertTrue(self.inbox(2).payload)

    def test_payloads_of_an_archived_synchronization_are_dropped_too(self):
        row = self.import_long_ago(1000)
        self.sync.active = False
        self.collect()
        self.assertFalse(row.payload)

    def test_runs_are_kept_for_thirty_days(self):
        old, recent = self.synchronize(self.order()), self.synchronize(self.order(2))
        old.date_start = fields.Datetime.now() - timedelta(days=31)
        recent.date_start = fields.Datetime.now() - timedelta(days=29)
        row = self.inbox(639)
        self.assertEqual(self.env["external.order.sync.run"]._gc_runs(), (1, False))
        self.assertFalse(old.exists())
        self.assertTrue(recent.exists())
        self.assertEqual((row.state, row.run_id.id), ("done", False))

    def test_the_cleanup_goes_on_while_there_are_more_old_runs(self):
        for number in range(3):
            self.synchronize(self.order(number + 1)).date_start = fields.Datetime.now() - timedelta(days=31)
        self.patch(external_order_sync_run, "VACUUM_BATCH", 2)
        Run = self.env["external.order.sync.run"]
        self.assertEqual([Run._gc_runs() for _call in range(2)], [(2, True), (1, False)])

    def test_the_orders_of_a_large_run_forget_it_in_several_steps(self):
        run = self.synchronize(*(self.order(number) for number in range(1, 6)))
        run.date_start = fields.Datetime.now() - timedelta(days=31)
        self.patch(external_order_sync_run, "ORDERS_RELEASED", 2)
        rows = self.env["external.order"].search([("run_id", "=", run.id)])
        left = []
        for expected in ((2, True), (2, True), (1, False)):
            self.assertEqual(run._gc_runs(), expected)
            left.append(len(rows.filtered("run_id")))
        self.assertEqual((left, run.exists()), ([3, 1, 0], run.browse()))
