import json
import subprocess
import sys
from contextlib import contextmanager
from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.sql_db import connection_info_for
from odoo.tests import new_test_user

from ..models.order_sync import external_order_sync
from ..models.order_sync.external_order_sync_run import LOCK
from ..tools.exclusive import exclusive
from .common import ExternalOrderCase

# A process that works on a run: it holds the lock of the run until it ends.
WORKER = """
import json, sys, time
import psycopg2
connection = psycopg2.connect(**json.loads(sys.argv[1]))
connection.autocommit = True
connection.cursor().execute("SELECT pg_advisory_lock(hashtext(%s), %s)", [sys.argv[2], int(sys.argv[3])])
print("working", flush=True)
time.sleep(600)
"""


class TestInterruptedRuns(ExternalOrderCase):
    """A run whose process was killed is shown as interrupted as soon as someone looks, and not before."""

    def create_run(self, **values):
        return self.env["external.order.sync.run"].create({"sync_id": self.sync.id, **values})

    @contextmanager
    def worked_on_by_a_process(self, run):
        """Yield a process that works on the run, and kill it at the end if it is still running."""
        _name, connection = connection_info_for(self.env.cr.dbname)
        arguments = [json.dumps(connection), LOCK, str(run.id)]
        with subprocess.Popen([sys.executable, "-c", WORKER, *arguments], stdout=subprocess.PIPE) as process:
            try:
                self.assertEqual(process.stdout.readline(), b"working\n")
                yield process
            finally:
                process.kill()

    def is_free(self, run):
        with exclusive(self.env, LOCK, run.id) as ours:
            return ours

    def wait_until_unlocked(self, run):
        """Wait until the database has noticed that the connection is gone."""
        for _attempt in range(100):
            if self.is_free(run):
                return
            self.env.cr.execute("SELECT pg_sleep(0.05)")
        self.fail("The lock of a killed process is still held.")

    def assertInterrupted(self, run):
        self.assertEqual(run.status, "error")
        self.assertTrue(run.date_end)
        self.assertIn("Interrupted", run.message)

    def test_progress_is_told_until_the_process_is_killed(self):
        run = self.create_run(fetched_count=7)
        with self.worked_on_by_a_process(run) as process:
            self.assertEqual(self.sync.get_progress()["fetched"], 7)
            self.assertEqual(run.status, "running")
            process.kill()
            self.wait_until_unlocked(run)
            self.assertFalse(self.sync.get_progress())
        self.assertInterrupted(run)
        self.assertRecordValues(self.sync, [{"last_sync_status": "error", "last_sync_message": run.message}])

    def test_who_may_only_look_finds_out_too(self):
        run = self.create_run()
        user = new_test_user(self.env, "interrupted", "external_order_sync.group_user")
        self.assertFalse(self.sync.with_user(user).with_company(self.company).get_progress())
        self.assertInterrupted(run)

    def test_the_next_synchronization_finds_out(self):
        killed, alive = self.create_run(), self.create_run()
        with self.worked_on_by_a_process(alive):
            run = self.synchronize(self.order())
        self.assertInterrupted(killed)
        self.assertEqual(alive.status, "running")
        self.assertEqual(self.sync.last_sync_message, run.message)

    def test_the_scheduled_action_finds_out_before_the_synchronization_is_due(self):
        self.sync.next_sync_date = fields.Datetime.now() + timedelta(minutes=5)
        run = self.create_run()
        with self.enter_registry_test_mode():
            self.env.ref("external_order_sync.ir_cron_sync_external_orders").method_direct_trigger()
        self.assertInterrupted(run)
        self.assertEqual(self.sync.run_ids, run)

    def test_a_later_result_is_kept(self):
        killed = self.create_run()
        self.create_run(status="success", message="1 order imported.")
        self.sync.write({"last_sync_status": "success", "last_sync_message": "1 order imported."})
        self.assertFalse(self.sync.get_progress())
        self.assertInterrupted(killed)
        self.assertEqual(self.sync.last_sync_status, "success")

    def test_a_process_that_does_nothing_any_more_counts_as_gone(self):
        """As if its machine was lost, which the database notices late."""
        run = self.create_run(date_progress=fields.Datetime.now() - timedelta(minutes=16))
        with self.worked_on_by_a_process(run):
            self.assertFalse(self.sync.get_progress())
        self.assertInterrupted(run)

    def test_a_run_is_locked_until_it_is_over(self):
        locked = []

        def look(original, sync):
            locked.append(not self.is_free(sync.run_ids))
            return original(sync)

        with self.overridden("_fetch_entries", look):
            run = self.synchronize(self.order())
        self.assertEqual((run.status, locked), ("success", [True]))
        self.assertTrue(self.is_free(run))

    def test_a_run_is_locked_until_it_is_handed_over(self):
        """Between the two processes, it must not count as interrupted."""
        locked, model = [], type(self.env["external.order.sync.run"])

        def hand_over(run):
            locked.append(not self.is_free(run))
            return original(run)

        original = model._hand_over
        self.feed(self.order())
        with patch.object(external_order_sync, "SYNC_NOW_SECONDS", 0), patch.object(model, "_hand_over", hand_over):
            self.sync.action_sync_now()
        self.assertEqual(locked, [True])
        self.assertTrue(self.sync.run_ids.scheduled)
        self.assertTrue(self.sync.get_progress())
