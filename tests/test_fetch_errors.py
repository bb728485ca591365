import json

from odoo import fields
from odoo.exceptions import UserError

from .common import API_KEY, ExternalOrderCase

GUIDE = "Failed to fetch orders from external system"


class TestFetchErrors(ExternalOrderCase):
    """If a download fails, the status says why, nothing is lost, and waiting orders are imported."""

    def assert_fetch_fails(self, *reasons, times=1, **fault):
        """Synchronize while an order waits in the inbox; check that the download fails and the order is imported."""
        before = fields.Datetime.now()
        number = self.env["external.order"].search_count([]) + 1
        waiting = self.order(f"waiting-{number}")
        self.feed(waiting)
        self.env["external.order"]._receive(self.sync, [waiting])
        if fault:
            self.shop.faults.add(fault.pop("kind"), times=times, **fault)
        run = self.sync.sync_orders()
        self.assertEqual((run.status, run.imported_count), ("error", 1), run.message)
        self.assertEqual(self.inbox(f"waiting-{number}").state, "done")
        self.assertEqual(self.sync.last_sync_status, "error")
        self.assertEqual(self.sync.last_sync_message, run.message)
        self.assertGreaterEqual(self.sync.last_sync_date, before)
        self.assertTrue(run.message.startswith(f"{GUIDE}: "), run.message)
        self.assertIn("1 order imported.", run.message)
        for reason in reasons:
            self.assertIn(reason, run.message)
        self.assertNotIn(API_KEY, run.message)
        return run

    def test_wrong_key(self):
        self.assert_fetch_fails("status 401", "External API Key", kind="status", status=401)

    def test_a_key_that_the_shop_itself_refuses(self):
        self.feed(self.order())
        self.sync.external_api_key = "another-secret"
        run = self.sync.sync_orders()
        self.assertIn("refused the key (status 401)", run.message)
        self.assertNotIn("another-secret", run.message)
        self.sync.external_api_key = API_KEY
        self.assertEqual(self.sync.sync_orders().imported_count, 1)

    def test_a_key_that_cannot_be_sent(self):
        self.sync.external_api_key = "two\nlines"
        run = self.synchronize(self.order())
        self.assertEqual(run.status, "error")
        self.assertIn("characters that cannot be sent", run.message)
        self.assertNotIn("lines\n", run.message)

    def test_wrong_host(self):
        self.synchronize(self.order())
        self.shop.stop()
        self.addCleanup(self.shop.start)
        run = self.sync.sync_orders()
        self.assertEqual(run.status, "error")
        self.assertIn(f"{GUIDE}: ", run.message)
        self.assertIn("could not be reached", run.message)

    def test_wrong_path(self):
        self.sync.external_api_url = self.shop.base_url + "/nothing/here"
        run = self.sync.sync_orders()
        self.assertIn(GUIDE, run.message)
        self.assertIn("status 404", run.message)

    def test_time_out(self):
        self.sync.fetch_timeout = 1
        self.assert_fetch_fails("within 1 seconds", kind="delay", seconds=3, times=None)

    def test_an_answer_that_trickles(self):
        self.sync.fetch_timeout = 1
        self.assert_fetch_fails("within 1 seconds", kind="trickle", seconds=4)

    def test_html_instead_of_json(self):
        self.assert_fetch_fails("web page", kind="html")

    def test_an_empty_body(self):
        self.assert_fetch_fails("empty", kind="empty")

    def test_null(self):
        self.assert_fetch_fails("null", kind="null")

    def test_broken_json(self):
        self.assert_fetch_fails("cut off", kind="bad_json")

    def test_an_answer_that_is_cut_off(self):
        self.assert_fetch_fails("cut off", kind="cut")

    def test_deep_nesting_bytes_that_are_not_utf8_and_raw_nuls_refuse_their_entry_alone(self):
        good = json.dumps(self.order("good"))
        for reason, fault in (
            ("nested deeper", {"kind": "bad_json", "text": f'[{{"x": {"[" * 70}{"]" * 70}}}, {good}]'}),
            ("NUL", {"kind": "bad_json", "text": f'[{{"OrderID": "1\0"}}, {good}]'}),
            ("UTF-8", {"kind": "invalid_utf8"}),
            ("nested deeper", {"kind": "deep", "depth": 10_000}),
        ):
            with self.subTest(**fault):
                self.shop.faults.add(fault.pop("kind"), times=1, **fault)
                run = self.sync.sync_orders()
                self.assertEqual((run.status, run.refused_count), ("error", 1), run.message)
                self.assertIn("Entry 1 of the feed", run.message)
                self.assertIn(reason, run.message)
                self.assertEqual(self.inbox("good").state, "done")

    def test_more_bytes_than_allowed(self):
        self.sync.max_megabytes = 10
        self.assert_fetch_fails("more than the limit", kind="huge", megabytes=50)

    def test_a_gzip_bomb(self):
        self.assert_fetch_fails("more than the limit", kind="gzip_bomb", megabytes=100)

    def test_fifty_megabytes_that_are_allowed(self):
        self.shop.faults.add("huge", megabytes=50)
        self.assertEqual(self.synchronize(self.order()).imported_count, 1)

    def test_a_redirect_to_another_host_is_not_followed_with_the_key(self):
        self.assert_fetch_fails("redirects to", kind="redirect")
        self.assertFalse(self.shop.leaked_keys)

    def test_a_server_error_that_stays(self):
        self.assert_fetch_fails("status 500", kind="status", status=500, times=None)

    def test_a_server_error_that_passes_is_no_error(self):
        self.shop.faults.add("status", status=503, retry_after=0, times=1)
        self.assertEqual(self.synchronize(self.order()).status, "success")

    def test_a_list_of_numbers(self):
        self.shop.faults.add("numbers")
        run = self.synchronize(self.order())
        self.assertEqual((run.status, run.refused_count), ("error", 3))
        self.assertIn("Entry 2 of the feed: The order must be an object.", run.message)

    def test_numbers_that_are_none_refuse_their_entry_alone(self):
        for token in ("NaN", "-Infinity", "1e400"):
            with self.subTest(token=token):
                self.shop.faults.add("strange_number", token=token)
                run = self.synchronize(self.order(f"a{token}"), self.order(f"b{token}"))
                self.assertEqual((run.status, run.refused_count, run.imported_count), ("error", 1, 1), run.message)
                self.assertIn("Entry 1 of the feed", run.message)
                self.assertEqual(self.inbox(f"b{token}").state, "done")

    def test_characters_that_cannot_be_stored_refuse_their_entry_alone(self):
        for name in ("a\0b", "a\ud800b"):
            with self.subTest(name=ascii(name)):
                run = self.synchronize(self.order("bad", OrderItems=[self.item(name)]), self.order(ascii(name)))
                self.assertEqual((run.status, run.refused_count, run.imported_count), ("error", 1, 1), run.message)

    def test_pages_before_the_error_are_kept_and_the_cursor_stays(self):
        self.answer_with(per_page=2)
        self.sync.since_parameter = "since"
        self.shop.faults.add("html", page=2)
        run = self.synchronize(*[self.order(number) for number in range(1, 6)])
        self.assertEqual((run.status, run.imported_count), ("error", 2))
        self.assertFalse(self.sync.fetch_cursor)
        run = self.sync.sync_orders()
        self.assertEqual((run.status, run.imported_count, run.known_count), ("success", 3, 2))
        self.assertEqual(self.sync.fetch_cursor, run.date_start)

    def test_a_feed_that_repeats_itself_does_not_advance_the_cursor(self):
        self.answer_with(per_page=2)
        self.sync.since_parameter = "since"
        self.shop.faults.add("endless_page", times=None)
        run = self.synchronize(*[self.order(number) for number in range(1, 6)])
        self.assertEqual((run.status, run.imported_count), ("success", 2))
        self.assertTrue(run.feed_repeats)
        self.assertIn("The feed sent a page twice", run.message)
        self.assertFalse(self.sync.fetch_cursor)
        self.shop.faults.clear()
        self.assertEqual(self.sync.sync_orders().imported_count, 3)
        self.assertTrue(self.sync.fetch_cursor)

    def test_the_limit_of_orders_is_an_error_after_what_came_before_it(self):
        self.sync.max_orders = 3
        run = self.synchronize(*[self.order(number) for number in range(1, 6)])
        self.assertEqual((run.status, run.imported_count), ("error", 3))
        self.assertIn("more than 3 orders", run.message)

    def test_test_connection_says_what_is_wrong(self):
        self.shop.faults.add("html")
        with self.assertRaisesRegex(UserError, f"{GUIDE}.*web page"):
            self.sync.action_test_connection()

    def test_test_connection_shows_what_it_saw(self):
        self.assertIn("sent no orders", self.sync.action_test_connection()["params"]["message"])
        self.feed(1, {"OrderID": ["x"]}, self.order(7))
        preview = self.env["external.order.preview"].browse(self.sync.action_test_connection()["res_id"])
        self.assertEqual(preview.line_ids.mapped("external_id"), [False, False, "7"])
        self.feed(1, 2)
        self.assertEqual(self.sync.action_test_connection()["params"]["type"], "warning")

    def test_the_key_is_in_no_log(self):
        for kind, options in (("status", {"status": 401}), ("redirect", {}), ("html", {})):
            with (
                self.subTest(kind=kind),
                self.assertLogs("odoo.addons.external_order_sync", "DEBUG") as ours,
                self.assertLogs("urllib3", "DEBUG") as transport,
            ):
                self.shop.faults.add(kind, **options)
                self.sync.sync_orders()
            self.assertNotIn(API_KEY, "\n".join(ours.output + transport.output))
