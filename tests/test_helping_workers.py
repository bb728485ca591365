from contextlib import ExitStack
from unittest.mock import patch

from ..models.order_sync import external_order_sync_run, external_order_sync_run_helpers
from ..models.order_sync.external_order_sync_run import LOCK
from ..tools.exclusive import exclusive
from ..tools.transaction import ScheduledTurn
from .common import ExternalOrderCase


class TestHelpingWorkers(ExternalOrderCase):
    """Other workers have parts of a run; that they meet for real is tests/test_store_servers.py."""

    def setUp(self):
        super().setUp()
        self.Run = self.env["external.order.sync.run"]
        self.run = self.Run.create({"sync_id": self.sync.id, "scheduled": True, "fetch_done": True})
        self.triggers = self.env["ir.cron.trigger"]

    def receive(self, *numbers):
        self.env["external.order"]._receive(self.sync, [self.order(number) for number in numbers])

    def help(self):
        return ScheduledTurn().on(self.Run)._help()

    def finish(self):
        """Let the worker with the run finish it."""
        return ScheduledTurn().on(self.sync).sync_orders()

    def test_a_part_counts_for_the_run_and_is_gone_when_it_ends(self):
        self.receive(1, 2, 3)
        self.assertTrue(self.help())
        self.assertEqual(len(self.pos_orders()), 3)
        self.assertEqual(self.inbox(1).run_id, self.run)
        self.assertEqual(self.run.imported_count, 0)
        self.assertEqual(self.run._get_totals("imported_count"), {"imported_count": 3})
        self.assertEqual(self.sync.get_progress()["imported"], 3)
        self.receive(4)
        self.assertEqual(self.finish(), self.run)
        self.assertRecordValues(self.run, [{"status": "success", "imported_count": 4}])
        self.assertEqual(self.sync.last_sync_message, "4 orders imported.")
        self.assertFalse(self.Run.with_context(active_test=False).search([("part_of_id", "=", self.run.id)]))

    def test_nobody_sees_a_part(self):
        self.receive(1)
        self.help()
        self.assertEqual(self.Run.search([("sync_id", "=", self.sync.id)]), self.run)
        self.assertEqual(self.sync.run_ids, self.run)
        self.assertEqual([bar["id"] for bar in self.sync.recent_runs], self.run.ids)

    def test_a_failed_order_of_a_part_is_named_by_the_run(self):
        self.env["external.order"]._receive(self.sync, [self.order(1, OrderItems=[self.item("No Such Product")])])
        self.help()
        self.finish()
        self.assertRecordValues(self.run, [{"status": "error", "failed_count": 1}])
        self.assertIn("Order 1: Product not found", self.run.message)

    def test_the_same_part_serves_again(self):
        for number in (1, 2):
            self.receive(number)
            self.help()
        self.assertEqual(self.run._get_parts().mapped("imported_count"), [2])

    def test_the_run_waits_for_a_part_that_is_worked_on(self):
        part = self.Run.create(
            {"sync_id": self.sync.id, "part_of_id": self.run.id, "active": False, "imported_count": 5}
        )
        with patch.object(external_order_sync_run_helpers, "PATIENCE", 0), exclusive(self.env, LOCK, part.id):
            self.assertFalse(self.run._wait_for_helpers())
            run = self.run.with_context(**{})
            self.assertFalse(run._import_with_helpers())
        self.assertTrue(self.run._wait_for_helpers())
        self.finish()
        self.assertRecordValues(self.run, [{"status": "success", "imported_count": 5}])

    def test_what_is_imported_for_a_run_that_ended_meanwhile_is_a_run_itself(self):
        self.receive(1)
        with self.run._taking_part() as part:
            part._import_orders()
            self.run.write({"status": "error", "message": "ended"})
            part._end_part()
        self.assertRecordValues(part, [{"active": True, "part_of_id": False, "status": "success", "imported_count": 1}])
        self.assertEqual(self.sync.last_sync_message, "1 order imported.")

    def test_a_part_without_result_of_a_run_that_ended_is_gone(self):
        with self.run._taking_part() as part:
            self.run.status = "error"
            part._end_part()
        self.assertFalse(part.exists())

    def test_runs_that_still_download_are_not_helped(self):
        self.receive(1)
        self.run.fetch_done = False
        self.assertTrue(self.help())
        self.assertEqual(self.inbox(1).state, "pending")

    def test_a_helper_goes_to_the_run_with_the_fewest_helpers(self):
        self.receive(1)
        other = self.sync.copy({"name": "Other Store"})
        self.env["external.order"]._receive(other, [self.order(2)])
        other_run = self.Run.create({"sync_id": other.id, "scheduled": True, "fetch_done": True})
        parts = self.Run.create(
            [
                {"sync_id": run.sync_id.id, "part_of_id": run.id, "active": False}
                for run in (self.run, self.run, other_run)
            ]
        )
        with ExitStack() as stack:
            for part in parts:
                self.assertTrue(stack.enter_context(exclusive(self.env, LOCK, part.id)))
            self.assertEqual(self.Run._find_run_to_help(), other_run)

    def count_triggers(self):
        crons = self.Run._get_helping_crons()
        self.assertEqual(len(crons), 3)
        return self.env["ir.cron.trigger"].search_count([("cron_id", "in", crons.ids)])

    def test_they_are_called_when_many_orders_wait(self):
        before = self.count_triggers()
        self.receive(1, 2, 3)
        self.Run._call_helpers()
        self.assertEqual(self.count_triggers(), before)
        with patch.object(external_order_sync_run_helpers, "BATCH_SIZE", 1):
            self.Run._call_helpers()
        self.assertEqual(self.count_triggers(), before + 3)

    def test_a_duplicated_action_is_one_more_worker(self):
        cron = self.env.ref("external_order_sync.ir_cron_help_import_4").copy()
        self.assertIn(cron, self.Run._get_helping_crons())

    def test_a_helper_whose_time_is_over_lets_the_scheduler_come_back(self):
        self.receive(1, 2, 3)
        with patch.object(external_order_sync_run, "BATCH_SIZE", 1):
            part_run = ScheduledTurn().on(self.run)
            with patch.object(external_order_sync_run, "commit_progress", lambda _env, _processed=0: 0):
                self.assertFalse(part_run._help())
        self.assertEqual(len(self.pos_orders()), 1)
