import os
from unittest.mock import patch

from odoo.tools import config

from ..dev.setup import oca_addons
from ..dev.stand_ins.balancer import Balancer
from .event_receiver import EventReceiver
from .store_servers import StoreServerCase

ORDERS = 450


class TestQueueServers(StoreServerCase):
    """Servers with OCA's ``queue_job``, whose jobs import what the scheduled action has downloaded."""

    DATABASE = "queue_servers"

    @classmethod
    def setUpClass(cls):
        addons, libraries = oca_addons.ensure()
        cls.balancer = cls.enterClassContext(Balancer([]))
        environment = {
            "PYTHONPATH": os.pathsep.join(filter(None, (str(libraries), os.environ.get("PYTHONPATH")))),
            "ODOO_QUEUE_JOB_CHANNELS": "root:2",
            "ODOO_QUEUE_JOB_HOST": "127.0.0.1",
            "ODOO_QUEUE_JOB_PORT": str(cls.balancer.port),
        }
        cls.enterClassContext(patch.dict(os.environ, environment))
        path = ",".join([*config["addons_path"], str(addons)])
        cls.OPTIONS = (f"--addons-path={path}", "--load=base,web,queue_job", "--init=queue_job")
        super().setUpClass()
        cls.OPTIONS = cls.OPTIONS[:-1]
        cls.start_server()

    @classmethod
    def start_server(cls):
        process = super().start_server()
        cls.balancer.ports.append(int(cls.url.rpartition(":")[2]))
        return process

    def setUp(self):
        super().setUp()
        [self.shop], [self.sync] = self.shops, self.syncs
        self.shop.clear()
        self.wait_until(self.is_queue_empty, "the jobs of the test before have ended, those of a killed server too")
        with self.autocommitting(self.database) as cr:
            cr.execute("UPDATE external_order SET run_id = NULL")
            cr.execute("DELETE FROM external_order_sync_run")
        self.before = self.imported()

    def imported(self):
        [[count]] = self.select(
            "SELECT count(DISTINCT pos_order_id) FROM external_order WHERE sync_id = %s AND state = 'done'", self.sync
        )
        return count

    def check_all(self, count):
        self.wait_until(lambda: self.has_ended(self.sync), "the run has ended")
        [run] = self.runs(self.sync)
        self.assertEqual((run["status"], run["imported_count"]), ("success", count), run)
        self.assertEqual(self.imported(), self.before + count)
        self.assertFalse(self.select("SELECT FROM external_order_sync_run WHERE part_of_id IS NOT NULL"))
        self.assertFalse(self.select("SELECT FROM external_order_attempt"))

    def is_queue_empty(self):
        """Wake the queue's runner, which finds the jobs of a killed server ten seconds after their start."""
        with self.autocommitting(self.database) as cr:
            cr.execute("SELECT pg_notify('queue_job', 'no job')")
        return not self.select("SELECT FROM queue_job WHERE state IN ('pending', 'enqueued', 'started')")

    def jobs(self):
        model = "external.order.sync"
        return self.select("SELECT identity_key, state, channel FROM queue_job WHERE model_name = %s", model)

    def test_the_jobs_of_both_servers_share_an_inbox(self):
        self.shop.add_orders(ORDERS)
        self.synchronize()
        self.wait_until(lambda: self.workers_of(self.sync) == 2, "two jobs import")
        servers = self.select(
            "SELECT count(DISTINCT application_name) FROM pg_stat_activity WHERE pid IN (SELECT locks.pid FROM pg_locks"
            " AS locks JOIN external_order_sync_run AS run ON locks.objid::bigint = run.id"
            " WHERE locktype = 'advisory')"
        )
        self.assertEqual(servers, [(2,)])
        self.check_all(ORDERS)
        self.assertEqual({channel for _key, _state, channel in self.jobs()}, {"root.external_order_sync"})
        self.assertIn(f"external_order_sync-{self.sync}", {key for key, _state, _channel in self.jobs()})
        self.assertNotIn("failed", {state for _key, state, _channel in self.jobs()})

    def test_a_server_is_killed(self):
        self.shop.add_orders(ORDERS)
        self.synchronize()
        self.wait_until(lambda: self.workers_of(self.sync) == 2, "two jobs import")
        self.kill_server()  # the last one; it may be a helper or the one with the run
        self.servers.pop()
        self.balancer.ports.pop()
        self.start_server()
        self.check_all(ORDERS)

    def test_with_nothing_to_import_there_is_no_job(self):
        before = len(self.jobs())
        self.synchronize()
        self.wait_until(lambda: self.has_ended(self.sync), "the run has ended")
        self.assertEqual(self.runs(self.sync)[0]["status"], "no_orders")
        self.assertEqual(len(self.jobs()), before)

    def test_events_are_sent_by_a_job(self):
        call = self.client.call
        call("ir.config_parameter", "set_param", "external_order_sync.private_event_addresses", "True")
        with self.autocommitting(self.database) as cr:
            cr.execute(
                "UPDATE ir_cron SET active = TRUE WHERE id IN (SELECT res_id FROM ir_model_data"
                " WHERE module = 'external_order_sync' AND name = 'ir_cron_send_events')"
            )
        receiver = self.enterContext(EventReceiver())
        values = {"name": "Subscriber", "url": receiver.url, "company_id": 1}
        [kind] = call("external.event.type", "search", [("code", "=", "order.imported")])
        subscription = call("external.event.subscription", "create", {**values, "type_ids": [[6, 0, [kind]]]})
        call("external.event.secret.new", "action_use", [
            call("external.event.secret.new", "create", {"subscription_id": subscription})
        ])  # fmt: skip
        call("external.event.subscription", "action_start", [subscription])
        self.shop.add_orders(20)
        self.synchronize()
        self.check_all(20)
        self.wait_until(lambda: len(set(receiver.ids)) == 20, "all events are received")
        numbers = [told.message["seq"] for told in receiver.told]
        self.assertEqual(numbers, sorted(numbers))
        states = self.select("SELECT state FROM queue_job WHERE identity_key = 'external_order_sync-events'")
        self.assertLessEqual({state for (state,) in states}, {"pending", "enqueued", "started", "done"})
        self.wait_until(
            lambda: self.select(
                "SELECT FROM queue_job WHERE identity_key = 'external_order_sync-events' AND state = 'done'"
            ),
            "the job has ended",
        )
        call("external.event.subscription", "write", [subscription], {"active": False})

    def test_without_a_runner_of_the_queue_the_scheduler_imports(self):
        """As without ``queue_job`` among the server-wide modules. The last test: it stops the other servers."""
        for process in self.servers:
            process.kill()
            process.wait()
        type(self).servers = []
        self.balancer.ports.clear()
        type(self).OPTIONS = (self.OPTIONS[0],)
        self.start_server()
        self.shop.add_orders(3)
        self.synchronize()
        self.wait_until(lambda: "pending" in {state for _key, state, _channel in self.jobs()}, "a job waits")
        with self.autocommitting(self.database) as cr:
            cr.execute(
                "UPDATE queue_job SET date_created = date_created - interval '3 minutes' WHERE state = 'pending'"
            )
        self.synchronize()
        self.wait_until(lambda: self.imported() == self.before + 3, "the scheduler imports")
        self.wait_until(lambda: self.has_ended(self.sync), "the run has ended")
        self.assertEqual(self.runs(self.sync)[-1]["imported_count"], 3)
