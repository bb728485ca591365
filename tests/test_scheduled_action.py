import time
from datetime import timedelta
from unittest.mock import patch

from odoo import api, fields

from ..models.order_sync import external_order_sync, external_order_sync_run
from .common import ExternalOrderCase

LOG = "odoo.addons.external_order_sync.models.order_sync.external_order_sync_run"


class TestScheduledAction(ExternalOrderCase):
    """When a configuration runs, and how the work is divided into slices."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.cron = cls.env.ref("external_order_sync.ir_cron_sync_external_orders")

    def setUp(self):
        super().setUp()
        self.env["ir.cron.trigger"].search([("cron_id", "=", self.cron.id)]).unlink()

    def run_scheduled_action(self):
        with self.enter_registry_test_mode():
            self.cron.method_direct_trigger()

    def run_slice(self):
        """Run the scheduled action once as the scheduler does, with no time beyond one step; return its progress."""
        with self.enter_registry_test_mode(), self.registry.cursor() as cr:
            env = api.Environment(cr, self.cron.user_id.id, {})
            cron, progress = env["ir.cron"].browse(self.cron.id)._add_progress()
            cron = cron.with_context(cron_id=cron.id, cron_end_time=time.monotonic())
            cron._callback(cron.cron_name, cron.ir_actions_server_id.id)
            return progress.done, progress.remaining

    def triggers(self):
        return self.env["ir.cron.trigger"].search([("cron_id", "=", self.cron.id)]).mapped("call_at")

    def small_batches(self, size=2):
        patcher = patch.object(external_order_sync_run, "BATCH_SIZE", size)
        patcher.start()
        self.addCleanup(patcher.stop)

    # ---- when --------------------------------------------------------------------------------------------------------

    def test_the_action_is_called_as_the_guide_says_and_runs_every_15_minutes(self):
        self.assertRecordValues(
            self.cron,
            [{"name": "Sync External Orders", "interval_number": 15, "interval_type": "minutes", "active": True}],
        )

    def test_one_that_is_not_due_is_skipped(self):
        self.feed(self.order())
        self.sync.next_sync_date = fields.Datetime.now() + timedelta(minutes=5)
        self.run_scheduled_action()
        self.assertFalse(self.shop.requests)

    def test_one_is_due_by_its_own_interval(self):
        self.sync.sync_interval = 60
        self.feed(self.order())
        self.run_scheduled_action()
        planned = self.sync.next_sync_date - fields.Datetime.now()
        self.assertAlmostEqual(planned / timedelta(minutes=1), 60, delta=1)
        self.assertFalse(self.triggers())

    def test_a_short_interval_brings_the_scheduler_back_in_time(self):
        self.sync.sync_interval = 2
        self.run_scheduled_action()
        self.assertEqual(self.triggers(), [self.sync.next_sync_date])

    def test_a_shorter_interval_counts_from_now(self):
        self.run_scheduled_action()
        self.sync.sync_interval = 1
        self.assertLessEqual(self.sync.next_sync_date, fields.Datetime.now())

    def test_an_order_to_be_retried_brings_the_scheduler_back_and_makes_its_configuration_due(self):
        self.feed(self.order())
        self.env["external.order"]._receive(self.sync, [self.order()])
        row = self.inbox(639)
        row._defer(Exception("could not serialize access"))
        self.run_scheduled_action()
        self.assertEqual(row.state, "pending")
        self.assertIn(row.next_attempt, self.triggers())
        row.next_attempt = fields.Datetime.now()
        self.run_scheduled_action()
        self.assertEqual(row.state, "done")

    def test_one_configuration_that_breaks_does_not_hold_the_others(self):
        broken = self.create_sync(name="A Broken Store", external_api_key="s3cret")
        broken.next_sync_date = fields.Datetime.now() - timedelta(hours=1)

        def sync_orders(original, sync):
            if sync == broken:
                raise ValueError("refused with s3cret")
            return original(sync)

        self.feed(self.order())
        with self.overridden("sync_orders", sync_orders), self.assertLogs(LOG, "ERROR") as logs:
            self.run_scheduled_action()
        self.assertIn("A Broken Store: unexpected error", logs.output[0])
        self.assertNotIn("s3cret", logs.output[0])
        self.assertEqual(self.inbox(639).state, "done")
        self.assertGreater(broken.next_sync_date, fields.Datetime.now())

    # ---- slices ------------------------------------------------------------------------------------------------------

    def test_it_works_in_slices_and_tells_the_scheduler_how_far_it_is(self):
        self.small_batches()
        self.feed(*[self.order(number) for number in range(1, 6)])
        slices = [self.run_slice()]
        self.assertEqual(self.sync.run_ids.status, "running")
        self.assertLess(len(self.pos_orders()), 5)
        while slices[-1][1]:
            slices.append(self.run_slice())
            self.assertLess(len(slices), 10)
        self.assertEqual(len(self.pos_orders()), 5)
        self.assertRecordValues(self.sync.run_ids, [{"status": "success", "imported_count": 5, "fetched_count": 5}])
        self.assertTrue(all(done for done, _remaining in slices[:-1]), slices)
        self.assertEqual(len(self.shop.requests), 1)

    def test_one_with_many_orders_does_not_starve_another(self):
        self.small_batches(1)
        self.feed(*[self.order(number) for number in range(1, 6)])
        other = self.create_sync(name="Z Store")
        self.sync.next_sync_date = fields.Datetime.now() - timedelta(minutes=1)
        self.run_slice()
        self.assertEqual(self.sync.run_ids.status, "running")
        self.run_slice()
        self.assertTrue(other.run_ids)

    def test_sync_now_that_runs_out_of_time_hands_over_to_the_scheduler(self):
        self.small_batches()
        self.feed(*[self.order(number) for number in range(1, 6)])
        with patch.object(external_order_sync, "SYNC_NOW_SECONDS", 0):
            action = self.sync.action_sync_now()
        run = self.sync.run_ids
        self.assertIn("continues in the background", action["params"]["message"])
        self.assertEqual((run.status, run.scheduled), ("running", True))
        self.assertTrue(self.triggers())
        self.run_scheduled_action()
        self.assertEqual((run.status, run.imported_count), ("success", 5))
        self.assertEqual(self.sync.last_sync_message, "5 orders imported.")

    # ---- runs that were cut off --------------------------------------------------------------------------------------

    def test_a_scheduled_run_of_a_killed_process_goes_on(self):
        run = self.env["external.order.sync.run"].create(
            {
                "sync_id": self.sync.id,
                "scheduled": True,
                "fetched_count": 3,
                "date_start": fields.Datetime.now() - timedelta(hours=1),
                "date_progress": fields.Datetime.now() - timedelta(hours=1),
            }
        )
        self.sync.next_sync_date = fields.Datetime.now() + timedelta(minutes=5)
        self.feed(self.order())
        self.run_scheduled_action()
        self.assertRecordValues(run, [{"status": "success", "fetched_count": 1, "imported_count": 1}])
        self.assertEqual(self.sync.run_ids, run)
