import time

from odoo.tests import tagged
from odoo.tools import SQL

from ..dev.stand_ins.shop import ShopServer
from .own_database import PATIENCE, OwnDatabaseCase

API_KEY = "store-servers-key"


@tagged("post_install", "-at_install")
class StoreServerCase(OwnDatabaseCase):
    """Odoo servers whose schedulers import the orders of shops, and that can be killed."""

    SCHEDULED = "ir_cron_sync_external_orders"
    SHOPS = 1

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        with cls.autocommitting(cls.database) as cr:
            cr.execute(SQL("UPDATE ir_cron SET nextcall = now() + interval '1 year'"))
            cr.execute(
                SQL(
                    "UPDATE ir_cron SET active = TRUE WHERE id IN (SELECT res_id FROM ir_model_data"
                    " WHERE module = 'external_order_sync' AND name LIKE 'ir_cron_help_import_%%')"
                )
            )
            cr.execute(SQL("UPDATE external_order_sync SET active = FALSE"))
        cls.shops = [cls.enterClassContext(ShopServer(orders=0, api_key=API_KEY)) for _number in range(cls.SHOPS)]
        cls.start_server()
        cls.prepare_data()

    @classmethod
    def prepare_data(cls):
        [pos_config] = cls.client.call("pos.config", "search", [("company_id", "=", 1)], limit=1)
        cls.syncs = cls.client.call(
            "external.order.sync",
            "create",
            [
                {
                    "name": f"Shop {number}",
                    "state": "started",
                    "external_api_url": shop.url,
                    "external_api_key": API_KEY,
                    "pos_config_id": pos_config,
                }
                for number, shop in enumerate(cls.shops)
            ],
        )

    def setUp(self):
        super().setUp()
        for shop in self.shops:
            self.addCleanup(shop.faults.clear)

    # What a test does and looks at

    def synchronize(self, *syncs):
        """Let the scheduler run these synchronizations, or all, at once."""
        self.client.call("external.order.sync", "action_sync_selected", list(syncs or self.syncs))

    def wake(self):
        """Wake the schedulers: one that has just started waits for a minute first."""
        with self.autocommitting() as cr:
            cr.execute("SELECT pg_notify('cron_trigger', %s)", (self.database,))

    def select(self, query, *arguments):
        with self.autocommitting(self.database) as cr:
            cr.execute(query, arguments)
            return cr.fetchall()

    def runs(self, sync):
        return self.client.call(
            "external.order.sync.run",
            "search_read",
            [("sync_id", "=", sync)],
            ["status", "message", "imported_count", "failed_count", "fetched_count"],
        )

    def has_ended(self, sync):
        runs = self.runs(sync)
        return bool(runs) and runs[0]["status"] != "running"

    def wait_until(self, condition, what):
        deadline = time.monotonic() + 2 * PATIENCE
        while not condition():
            if time.monotonic() > deadline:
                logs = "\n".join(path.read_text()[-3000:] for path in sorted(self.folder.glob("server-*.log")))
                self.fail(f"waited in vain until {what}; the servers' logs end with:\n{logs}")
            self.wake()
            time.sleep(0.2)

    def workers_of(self, sync):
        """Return how many processes import orders of a synchronization at this moment."""
        return len(
            self.select(
                "SELECT FROM external_order_attempt AS attempt JOIN external_order_sync_run AS run"
                " ON run.id = attempt.run_id WHERE run.sync_id = %s",
                sync,
            )
        )

    def check_imported_once(self, sync, count, runs=1):
        """Check that each order of a shop was imported once, that the runs say so, and that nothing is left over."""
        [found] = self.select(
            "SELECT count(*), count(DISTINCT pos_order_id) FILTER (WHERE state = 'done') FROM external_order"
            " WHERE sync_id = %s",
            sync,
        )
        self.assertEqual(found, (count, count))
        [orders] = self.select(
            "SELECT count(*) FROM pos_order WHERE uuid IN"
            " (SELECT pos_order.uuid FROM pos_order JOIN external_order ON pos_order.id = pos_order_id"
            " WHERE sync_id = %s)",
            sync,
        )
        self.assertEqual(orders, (count,))
        ended = self.runs(sync)
        self.assertEqual(len(ended), runs, ended)
        self.assertEqual(ended[0]["status"], "success", ended[0]["message"])
        self.assertEqual(sum(run["imported_count"] for run in ended), count, ended)
        self.assertFalse(self.select("SELECT FROM external_order_sync_run WHERE part_of_id IS NOT NULL"))
        self.assertFalse(self.select("SELECT FROM external_order_attempt"))
