import time
from contextlib import contextmanager
from datetime import timedelta
from unittest.mock import patch
from urllib.parse import parse_qs

from odoo import api, fields

from ..models.order_sync import external_order_sync, external_order_sync_feed
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

    @contextmanager
    def worker_with(self, seconds):
        """Let the worker have only some seconds left for a download."""
        with (
            patch.object(external_order_sync_feed, "seconds_to_work", lambda _env: seconds),
            patch.object(external_order_sync_feed, "SHORTEST_FETCH", 0),
        ):
            yield

    def stop_at_page_3(self, **settings):
        """Synchronize four orders on four pages, of which the third comes too late. Return the run."""
        self.answer_with(per_page=1, **settings)
        self.feed(*[self.order(number) for number in range(1, 5)])
        self.shop.faults.add("delay", seconds=30, page=3)
        started = time.monotonic()
        with self.worker_with(2):
            self.run_slice()
        self.assertLess(time.monotonic() - started, 20)
        self.shop.faults.clear()
        return self.sync.run_ids

    def test_it_ends_before_the_worker_does_and_what_arrived_is_imported(self):
        run = self.stop_at_page_3()
        self.assertEqual((run.status, run.imported_count, run.fetch_continues), ("success", 2, True))
        self.assertEqual(self.sync.last_sync_status, "success")
        self.assertIn("limit_time_real_cron", self.sync.last_sync_message)
        self.assertIn("The next run continues where it stopped.", self.sync.last_sync_message)
        self.assertIn("2 orders imported", self.sync.last_sync_message)
        self.assertFalse(self.sync.fetch_cursor)

    def check_continued(self, first):
        self.assertLessEqual(self.sync.next_sync_date, fields.Datetime.now(), "it is due at once")
        self.assertTrue(self.env["ir.cron.trigger"].search([("cron_id", "=", self.cron.id)]))
        asked_before = len(self.shop.requests)
        self.run_slice()
        run = self.sync.run_ids[0]
        self.assertNotEqual(run, first)
        self.assertRecordValues(
            run, [{"status": "success", "fetched_count": 2, "imported_count": 2, "fetch_continues": False}]
        )
        pages = [parse_qs(request.query)["page"] for request in self.shop.requests[asked_before:]]
        self.assertEqual(pages[:2], [["3"], ["4"]])
        self.assertEqual(self.sync.fetch_cursor, first.date_start, "what was sold since the first part is asked again")
        self.assertFalse(self.sync.fetch_position)
        self.assertEqual(len(self.pos_orders()), 4)

    def test_the_next_one_continues_at_the_page_that_a_link_named(self):
        first = self.stop_at_page_3()
        first.date_start -= timedelta(minutes=2)
        self.sync.fetch_position = {**self.sync.fetch_position, "started": str(first.date_start)}
        self.check_continued(first)

    def test_the_next_one_continues_at_a_page_number(self):
        self.sync.page_parameter = "page"
        first = self.stop_at_page_3(link_header=False)
        self.assertFalse(self.sync.fetch_position["url"])
        first.date_start -= timedelta(minutes=2)
        self.sync.fetch_position = {**self.sync.fetch_position, "started": str(first.date_start)}
        self.check_continued(first)

    def test_another_request_begins_anew(self):
        self.stop_at_page_3()
        self.sync.since_parameter = "since"
        self.sync.fetch_cursor = fields.Datetime.now()
        asked_before = len(self.shop.requests)
        self.run_slice()
        self.assertNotIn("page=3", self.shop.requests[asked_before].query)
        self.assertEqual(self.sync.run_ids[0].known_count, 2)
        self.assertEqual(len(self.pos_orders()), 4)
        self.assertFalse(self.sync.fetch_position)

    def test_an_error_of_one_that_continues_lets_the_next_one_begin_anew(self):
        self.stop_at_page_3()
        self.shop.faults.add("status", status=404)
        self.run_slice()
        self.assertEqual(self.sync.last_sync_status, "error")
        self.assertFalse(self.sync.fetch_position)

    def test_a_page_that_takes_longer_than_the_worker_has_is_an_error(self):
        self.stop_at_page_3()
        self.shop.faults.add("delay", seconds=30, page=3)
        with self.worker_with(1):
            self.run_slice()
        run = self.sync.run_ids[0]
        self.assertEqual((run.status, run.fetch_continues), ("error", False))
        self.assertIn("limit_time_real_cron", run.message)
        self.assertFalse(self.sync.fetch_position)

    def test_refused_entries_of_the_first_part_are_asked_for_again(self):
        self.answer_with(per_page=1)
        self.feed({"no": "order"}, self.order(2), self.order(3), self.order(4))
        self.shop.faults.add("delay", seconds=30, page=3)
        with self.worker_with(2):
            self.run_slice()
        self.shop.faults.clear()
        self.run_slice()
        self.assertEqual(len(self.pos_orders()), 3)
        self.assertFalse(self.sync.fetch_cursor)

    def test_a_link_with_the_key_is_not_stored(self):
        self.sync.secret_parameters = "token=s3cret-token"
        run = self.stop_at_page_3()
        self.assertIn("s3cret-token", self.shop.requests[-1].query)
        self.assertEqual((run.status, run.imported_count, run.fetch_continues), ("error", 2, False))
        self.assertFalse(self.sync.fetch_position)

    def test_sync_now_hands_over_where_it_is(self):
        self.answer_with(per_page=1)
        self.feed(*[self.order(number) for number in range(1, 5)])
        with patch.object(external_order_sync, "SYNC_NOW_SECONDS", 0):
            self.sync.action_sync_now()
        run = self.sync.run_ids
        self.assertEqual((run.status, run.fetched_count), ("running", 1))
        self.run_slice()
        while run.status == "running":
            self.run_slice()
        self.assertRecordValues(run, [{"status": "success", "imported_count": 4}])
        self.assertEqual(len(self.pos_orders()), 4)
        self.assertFalse(self.sync.fetch_position)

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
