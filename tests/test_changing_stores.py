import time
from datetime import timedelta
from unittest.mock import patch

from odoo import fields

from ..models.order_sync import external_order_sync_run_due as run_due
from .common import ExternalOrderCase


class TestChangingStores(ExternalOrderCase):
    """A synchronization that is archived or deleted while the scheduled action is at work stops, and no other does."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other = cls.create_sync(code="other", external_api_url=f"{cls.shop.url}?branch=other")
        cls.Run = cls.env["external.order.sync.run"]

    def run_scheduler(self):
        # The other one first, so that its end is before the work of the one that stays.
        self.other.next_sync_date = fields.Datetime.now() - timedelta(minutes=9)
        self.sync.next_sync_date = fields.Datetime.now() - timedelta(minutes=5)
        self.feed(self.order(len(self.pos_orders()) + 1))
        with self.enter_registry_test_mode():
            result = self.env.ref("external_order_sync.ir_cron_sync_external_orders").method_direct_trigger()
        self.env.invalidate_all()
        self.assertIs(result, True, result)
        self.assertEqual(self.sync.last_sync_status, "success")

    def changing(self, method_name, change):
        """Return a context in which `change` is called with the other one, before a method of its run."""
        original = getattr(type(self.Run), method_name)

        def method(runs, *arguments):
            sync = arguments[0] if arguments else runs.sync_id
            if sync.id == self.other.id:
                change(sync.browse(sync.id))
                runs.env.flush_all()
            return original(runs, *arguments)

        return patch.object(type(self.Run), method_name, method)

    def test_deleted_before_it_begins(self):
        with self.changing("_run_one", lambda sync: sync.unlink()):
            self.run_scheduler()
        self.assertFalse(self.other.exists())

    def test_deleted_while_it_is_at_work(self):
        with self.changing("_execute", lambda sync: sync.unlink()):
            self.run_scheduler()
        self.assertFalse(self.other.exists())

    def test_archived_before_it_begins(self):
        with self.changing("_run_one", lambda sync: sync.write({"active": False})):
            self.run_scheduler()
        self.assertFalse(self.other.run_ids)

    def test_one_that_becomes_due_waits_for_no_feed_that_hangs(self):
        module = run_due.__name__
        self.sync.next_sync_date = False
        self.feed(self.order(1))
        self.shop.faults.add("delay", seconds=6)
        self.addCleanup(self.shop.faults.clear)
        ended, started = [], time.monotonic()
        add_due, conclude = type(self.Run)._add_due, type(self.Run)._conclude

        def add_late(runs, *arguments):
            late = time.monotonic() - started > 2  # when the turn is no longer young
            self.other.with_env(runs.env).next_sync_date = False if late else "2099-01-01"
            return add_due(runs, *arguments)

        def note_end(run):
            ended.append(run.sync_id.id)
            return conclude(run)

        with (
            patch(f"{module}.LONGEST_TURN", 1),
            patch(f"{module}.RECHECK_SECONDS", 0.5),
            patch(f"{module}.AGAIN_AFTER", 60),
            patch.object(type(self.Run), "_add_due", add_late),
            patch.object(type(self.Run), "_conclude", note_end),
            self.enter_registry_test_mode(),
        ):
            self.env.ref("external_order_sync.ir_cron_sync_external_orders").method_direct_trigger()
        self.assertEqual(ended[:2], [self.other.id, self.sync.id])  # on a slow machine the scheduler comes again

    def test_what_is_pushed_waits_for_no_feed_that_hangs_not_even_its_own(self):
        self.feed(self.order(1))
        self.shop.faults.add("delay", seconds=6)
        self.addCleanup(self.shop.faults.clear)
        self.sync.next_sync_date, self.other.active = False, False
        states, started = [], time.monotonic()
        add_due, finish = type(self.Run)._add_due, type(self.Run)._finish_fetching

        def push(runs, *arguments):
            sync = self.sync.with_env(runs.env)
            if time.monotonic() - started > 1 and not sync.order_ids:
                sync._as_system()._receive_pushed([self.order(number) for number in range(2, 4)])
            return add_due(runs, *arguments)

        def note_states(run, *arguments):
            states.extend(run.sync_id.order_ids.sorted("external_id").mapped("state"))
            return finish(run, *arguments)

        with (
            patch(f"{run_due.__name__}.RECHECK_SECONDS", 0.5),
            patch.object(type(self.Run), "_add_due", push),
            patch.object(type(self.Run), "_finish_fetching", note_states),
            self.enter_registry_test_mode(),
        ):
            self.env.ref("external_order_sync.ir_cron_sync_external_orders").method_direct_trigger()
        self.env.invalidate_all()
        self.assertEqual(states, ["pending", "done", "done"])
        self.assertEqual(self.inbox(1).state, "done")
        run = self.sync.run_ids.ensure_one()
        self.assertEqual((run.status, run.imported_count, run.new_count), ("success", 3, 3))

    def test_a_run_of_an_archived_one_has_ended(self):
        run = self.Run.create({"sync_id": self.other.id, "scheduled": True, "fetch_starts": 1})
        self.assertTrue(self.other.get_progress())
        self.other.active = False
        self.assertFalse(self.other.get_progress())
        self.run_scheduler()
        self.assertEqual(run.status, "error")
        self.assertIn("Interrupted", run.message)
        self.other.active = True
        self.run_scheduler()
        self.assertEqual(len(self.other.run_ids), 2)
        self.assertEqual(self.other.last_sync_status, "success")
