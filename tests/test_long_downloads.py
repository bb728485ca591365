import time
from unittest.mock import patch

from odoo import api

from ..models.order_sync import external_order_sync_feed
from .common import ExternalOrderCase


class TestLongDownloads(ExternalOrderCase):
    """A download that takes too long for its worker ends in time, keeps what has arrived, and reports it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.cron = cls.env.ref("external_order_sync.ir_cron_sync_external_orders")

    def run_slice(self):
        """Run the scheduled action once as the scheduler does."""
        with self.enter_registry_test_mode(), self.registry.cursor() as cr:
            env = api.Environment(cr, self.cron.user_id.id, {})
            cron, _progress = env["ir.cron"].browse(self.cron.id)._add_progress()
            cron = cron.with_context(cron_id=cron.id, cron_end_time=time.monotonic() + 10)
            cron._callback(cron.cron_name, cron.ir_actions_server_id.id)
        self.env.invalidate_all()

    def test_it_ends_before_the_worker_does_and_what_arrived_is_imported(self):
        self.answer_with(per_page=1)
        self.feed(*[self.order(number) for number in range(1, 5)])
        self.shop.faults.add("delay", seconds=30, page=3)
        with (
            patch.object(external_order_sync_feed, "seconds_to_work", lambda _env: 2),
            patch.object(external_order_sync_feed, "SHORTEST_FETCH", 0),
        ):
            started = time.monotonic()
            self.run_slice()
        self.assertLess(time.monotonic() - started, 20)
        run = self.sync.run_ids
        self.assertEqual((run.status, run.imported_count), ("error", 2))
        self.assertEqual(self.sync.last_sync_status, "error")
        self.assertIn("limit_time_real_cron", self.sync.last_sync_message)
        self.assertIn("2 orders imported", self.sync.last_sync_message)
        self.assertFalse(self.sync.fetch_cursor)

    def test_a_download_during_which_the_server_stops_is_given_up_after_three_times(self):
        """A killed process leaves only its run behind, as the scheduled action started it."""
        self.feed(self.order())
        self.env["external.order.sync.run"].create({"sync_id": self.sync.id, "scheduled": True, "fetch_starts": 3})
        self.run_slice()
        run = self.sync.run_ids
        self.assertFalse(self.shop.requests)
        self.assertEqual((run.status, self.sync.last_sync_status), ("error", "error"))
        self.assertIn("The server stopped 3 times during this download", self.sync.last_sync_message)
        self.assertEqual(self.synchronize(self.order()).status, "success")

    def test_one_that_was_interrupted_less_often_begins_again(self):
        self.feed(self.order())
        run = self.env["external.order.sync.run"].create(
            {"sync_id": self.sync.id, "scheduled": True, "fetch_starts": 2}
        )
        self.run_slice()
        self.assertEqual((run.status, run.imported_count, run.fetch_starts), ("success", 1, 3))
