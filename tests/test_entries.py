import json

from odoo.addons.external_order_sync.models.order_sync import external_order_entry

from .common import API_KEY, ExternalOrderCase


class TestEntries(ExternalOrderCase):
    """Entries of the feed that are not orders are rows of the inbox: a person sees them, and can ignore them."""

    def entries(self):
        return self.env["external.order"].search([("sync_id", "=", self.sync.id), ("kind", "=", "entry")], order="id")

    def test_an_entry_that_is_no_order_is_a_failed_row(self):
        run = self.synchronize(self.order(1), {"Note": "hello"}, "text")
        self.assertEqual((run.status, run.refused_count, run.imported_count), ("error", 2, 1))
        note, text = self.entries()
        self.assertEqual(note.mapped("state") + text.mapped("error_code"), ["failed", "not_an_order"])
        self.assertIn("OrderID is missing. This entry is not an order", note.error_message)
        self.assertIn("hello", note.payload_text)
        self.assertEqual(self.sync.attention_count, 2)
        self.assertEqual(self.sync.health_text, "Failed 2")
        problem = self.env["external.order.problem"].search([("sync_id", "=", self.sync.id)])
        self.assertEqual((problem.reason, problem.order_count), ("not_an_order", 2))

    def test_it_is_one_row_however_often_it_comes(self):
        for _time in range(2):
            run = self.synchronize({"Note": "hello", "Total": 1}, {"Total": 1.0, "Note": "hello"})
            self.assertEqual((run.status, run.refused_count, len(self.entries())), ("error", 2, 1))

    def test_once_ignored_it_does_not_keep_the_runs_red(self):
        self.synchronize({"Note": "hello"})
        self.assertFalse(self.sync.fetch_cursor)
        self.entries().action_ignore()
        run = self.synchronize({"Note": "hello"}, self.order(1))
        self.assertEqual((run.status, run.refused_count, run.known_count), ("success", 0, 1))
        self.assertEqual((self.sync.health, self.entries().state), ("good", "ignored"))
        self.assertTrue(self.sync.fetch_cursor, "the next download begins later")
        run = self.synchronize({"Note": "hello"}, {"Note": "another"})
        self.assertEqual((run.status, run.refused_count, self.sync.health_text), ("error", 1, "Failed 1"))

    def test_retrying_it_says_that_only_the_external_system_can_correct_it(self):
        self.synchronize({"Note": "hello"})
        action = self.entries().action_retry()
        self.assertEqual(self.entries().state, "failed")
        self.assertIn("OrderID is missing. This entry is not an order", action["params"]["message"])

    def test_what_cannot_be_read_is_a_row_too(self):
        self.shop.faults.add("strange_number", token="NaN")
        run = self.synchronize(self.order(1))
        self.assertEqual(run.refused_count, 1)
        self.assertFalse(self.entries().payload)
        self.assertIn("NaN", self.entries().error_message)

    def test_its_card_number_is_not_kept(self):
        self.synchronize({"CardNumber": "4111111111111111"})
        self.assertNotIn("411111111111", self.entries().payload)
        self.assertIn("1111", self.entries().payload)

    def test_the_key_of_the_feed_is_not_shown(self):
        self.synchronize({"error": f"unknown key {API_KEY}"}, {f"of {API_KEY}": [{"OrderID": 1}]})
        self.assertEqual(len(self.entries()), 2)
        shown = self.entries().mapped("payload") + self.entries().mapped("error_message")
        self.assertNotIn(API_KEY, str(shown))
        self.assertIn("unknown key ***", str(shown))

    def test_a_key_that_is_a_number_is_not_shown_either(self):
        self.sync.external_api_key = "20261126"
        values = self.env["external.order"]._prepare_entry_values(self.sync, "#1", '{"Key":20261126}', "No OrderID.")
        self.assertNotIn("20261126", values["payload"])
        self.assertIn("***", json.loads(values["payload"]))

    def test_retrying_one_whose_content_is_not_kept_keeps_its_reason(self):
        self.sync._as_system()._receive_pushed([{"OrderID": 7, "Note": "a\x00b"}, {"Note": "x" * 20_000}])
        for row in self.entries():
            reason = row.error_message
            row.action_retry()
            self.assertEqual((row.state, row.error_message), ("failed", reason))
            row.action_ignore()
            row.action_retry()
            self.assertEqual((row.state, row.error_message), ("failed", reason))

    def test_its_reason_is_shown_in_the_language_of_each_reader(self):
        self.env["res.lang"]._activate_lang("ar_001")
        self.synchronize({"Note": "hello"})
        row = self.entries()
        self.assertNotIn("This entry is not an order", row.with_context(lang="ar_001").error_text)
        self.assertIn("This entry is not an order", row.error_text)

    def test_it_has_no_first_message(self):
        self.synchronize({"Note": "hello"})
        self.assertFalse(self.entries().message_ids)

    def test_a_pushed_one_is_a_row_and_the_sender_is_told_as_before(self):
        for _time in range(2):
            [pushed] = self.sync._as_system()._receive_pushed([{"Note": "hello"}])
            self.assertEqual((pushed.get_result()["state"], len(self.entries())), ("refused", 1))
        self.entries().action_ignore()
        [pushed] = self.sync._as_system()._receive_pushed([{"Note": "hello"}])
        self.assertEqual(pushed.get_result()["state"], "refused")

    def test_an_order_may_have_the_name_of_an_entry(self):
        self.synchronize({"Note": "hello"})
        name = self.entries().external_id
        self.synchronize(self.order(name))
        sale = self.env["external.order"].search([("external_id", "=", name), ("kind", "=", "sale")])
        self.assertEqual(sale.state, "done")
        self.assertEqual(self.sync._find_orders(name), sale)

    def test_a_broken_feed_does_not_fill_the_inbox(self):
        self.patch(external_order_entry, "KEPT_AT_MOST", 3)
        run = self.synchronize(*range(5))
        self.assertEqual((run.refused_count, len(self.entries())), (5, 3))
        self.entries()[:2].action_ignore()
        run = self.synchronize(*range(5))
        self.assertEqual((run.refused_count, len(self.entries())), (3, 5))

    def test_subscribers_hear_of_orders_only(self):
        self.synchronize({"Note": "hello"})
        self.assertFalse(self.entries()._prepare_events())
