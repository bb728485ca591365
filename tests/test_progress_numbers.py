from ..models.order_sync import external_order_sync_counts, external_order_sync_progress
from .common import ExternalOrderCase
from .explaining import statements


class TestProgressNumbers(ExternalOrderCase):
    """The numbers of a running synchronization, also while more orders wait than are counted each time."""

    def setUp(self):
        super().setUp()
        self.run = self.env["external.order.sync.run"].create(
            {"sync_id": self.sync.id, "scheduled": True, "fetch_done": True}
        )

    def bound(self, rows):
        for module in (external_order_sync_counts, external_order_sync_progress):
            self.patch(module, "COUNTED_AT_MOST", rows)

    def receive(self, *numbers, sync=None):
        self.env["external.order"]._receive(sync or self.sync, [self.order(number) for number in numbers])
        if not sync:
            self.run.new_count += len(numbers)

    def end(self, *numbers, run=None, state="done", name="imported_count"):
        """Let a run have tried these orders."""
        for number in numbers:
            self.inbox(number).state = state
        (run or self.run)[name] += len(numbers)

    def progress(self):
        self.env.invalidate_all()
        progress = self.sync.get_progress()
        return progress["waiting"], progress["waiting_text"], progress["percent"]

    def test_few_waiting_orders_are_counted(self):
        self.receive(*range(1, 11))
        self.assertEqual(self.progress(), (10, "10", 0))
        self.end(1, 2, 3)
        self.end(4, state="failed", name="failed_count")
        self.assertEqual(self.progress(), (6, "6", 40))
        self.end(*range(5, 11))
        self.assertEqual(self.progress(), (0, "0", 100))

    def test_many_waiting_orders_are_counted_once_and_then_estimated(self):
        self.bound(3)
        self.receive(*range(1, 11))
        self.assertEqual(self.progress(), (10, "≈ 10", 0))
        self.end(1, 2)
        with statements() as executed:
            self.assertEqual(self.progress(), (8, "≈ 8", 20))
        counting = [statement for statement in executed if "count(*)" in statement.lower()]
        self.assertTrue(counting)
        for statement in counting:
            self.assertEqual(statement.lower().count("count(*)"), statement.count("LIMIT"), statement)
        self.end(3, 4, 5)
        self.assertEqual(self.progress(), (5, "≈ 5", 50))
        self.end(6, 7)
        self.assertEqual(self.progress(), (3, "3", 70))

    def test_whatever_a_run_and_its_helpers_tried_no_longer_waits(self):
        self.bound(3)
        self.receive(*range(1, 11))
        self.progress()
        part = self.run.create({"sync_id": self.sync.id, "part_of_id": self.run.id, "active": False})
        self.end(1, run=part)
        self.end(2, run=part, state="failed", name="failed_count")
        self.end(3, name="refunded_count")
        self.end(4, name="cancelled_count")
        self.end(5, name="settled_count")
        self.assertEqual(self.progress(), (5, "≈ 5", 50))

    def test_orders_that_waited_before_the_run_are_among_them_and_those_of_others_are_not(self):
        self.bound(3)
        other = self.create_sync(pos_config_id=self.create_pos_config("Other POS", self.card).id)
        self.receive(*range(11, 31), sync=other)
        self.receive(*range(1, 6))
        self.run.new_count = 0
        self.assertEqual(self.progress(), (5, "≈ 5", 0))

    def test_what_arrives_during_the_run_is_counted_anew(self):
        self.bound(3)
        self.patch(external_order_sync_progress, "COUNTED_AGAIN", 2)
        self.receive(*range(1, 6))
        self.assertEqual(self.progress(), (5, "≈ 5", 0))
        self.end(1)
        self.receive(*range(6, 10))
        self.assertEqual(self.progress(), (8, "≈ 8", 11))

    def test_an_estimate_is_never_below_what_was_counted(self):
        self.bound(3)
        self.receive(*range(1, 6))
        self.progress()
        self.run.imported_count = 4  # and as many were retried meanwhile
        self.assertEqual(self.progress(), (4, "3+", 50))

    def test_while_orders_are_fetched_it_is_only_said_that_there_are_many(self):
        self.bound(3)
        self.run.fetch_done = False
        self.receive(*range(1, 6))
        with statements() as executed:
            self.assertEqual(self.progress()[:2], (4, "3+"))
        for statement in executed:
            if "count(*)" in statement.lower():
                self.assertIn("LIMIT", statement)

    def test_estimates_are_rounded_and_in_the_format_of_the_language(self):
        self.env["res.lang"]._activate_lang("de_DE")
        self.bound(3)
        self.receive(*range(1, 6))
        sync = self.sync.with_context(lang="de_DE")
        self.assertEqual(sync._get_waiting_text(94_612), "≈ 94.600")
