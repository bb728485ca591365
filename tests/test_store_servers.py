from .store_servers import StoreServerCase

ORDERS = 500


class TestTwoServers(StoreServerCase):
    """Two servers import one inbox, also if one of them is killed."""

    DATABASE = "two_servers"

    def setUp(self):
        super().setUp()
        [self.shop], [self.sync] = self.shops, self.syncs
        self.shop.clear()
        self.shop.add_orders(ORDERS)
        with self.autocommitting(self.database) as cr:
            cr.execute("UPDATE external_order SET run_id = NULL")
            cr.execute("DELETE FROM external_order_sync_run")
        self.before = self.select("SELECT count(*) FROM external_order WHERE sync_id = %s", self.sync)[0][0]
        while sum(process.poll() is None for process in self.servers) < 2:
            self.start_server()

    def wait_until_both_work(self):
        self.synchronize()
        self.wait_until(lambda: self.workers_of(self.sync) == 2, "both servers import")

    def check_all(self):
        self.wait_until(lambda: self.has_ended(self.sync), "the run has ended")
        [run] = self.runs(self.sync)
        self.assertEqual((run["status"], run["imported_count"]), ("success", ORDERS), run)
        [[imported]] = self.select(
            "SELECT count(DISTINCT pos_order_id) FROM external_order WHERE sync_id = %s AND state = 'done'", self.sync
        )
        self.assertEqual(imported, self.before + ORDERS)
        self.assertFalse(self.select("SELECT FROM external_order_sync_run WHERE part_of_id IS NOT NULL"))
        self.assertFalse(self.select("SELECT FROM external_order_attempt"))

    def test_they_share_it_and_the_progress_counts_both(self):
        self.wait_until_both_work()
        seen = []

        def look():
            progress = self.client.call("external.order.sync", "get_progress", [self.sync])
            seen.append(progress["imported"] if progress else ORDERS)
            return seen[-1] > 200

        self.wait_until(look, "200 orders are imported")
        self.assertEqual(seen, sorted(seen))
        self.check_all()

    def kill(self, is_helper):
        """Kill the server that helps, or the one with the run."""
        [pids] = self.select(
            "SELECT array_agg(DISTINCT application_name) FROM pg_stat_activity WHERE pid IN ("
            " SELECT locks.pid FROM pg_locks AS locks JOIN external_order_sync_run AS run"
            " ON locks.objid::bigint = run.id WHERE locktype = 'advisory' AND (part_of_id IS NOT NULL) = %s)",
            is_helper,
        )
        [process] = [process for process in self.servers if f"odoo-{process.pid}" in pids[0]]
        process.kill()
        process.wait()
        self.servers.remove(process)
        self.start_server()  # which is the client's from now on

    def test_a_helper_is_killed(self):
        self.wait_until_both_work()
        self.kill(is_helper=True)
        self.check_all()

    def test_the_one_with_the_run_is_killed(self):
        self.wait_until_both_work()
        self.kill(is_helper=False)
        self.check_all()


class TestTenStores(StoreServerCase):
    """Ten configurations, of which one fails and one hangs: the others do not notice."""

    DATABASE = "ten_stores"
    SHOPS = 10

    def test_one_that_hangs_and_one_that_fails_hold_no_other(self):
        for shop in self.shops:
            shop.add_orders(3)
        self.shops[0].faults.add("delay", seconds=600, times=None)
        self.shops[1].faults.add("status", status=404, times=None)
        self.synchronize()
        self.wait_until(lambda: all(map(self.has_ended, self.syncs[1:])), "all but the hanging one have ended")
        self.assertEqual([run["status"] for run in self.runs(self.syncs[0])], ["running"])
        [failed] = self.runs(self.syncs[1])
        self.assertEqual((failed["status"], failed["imported_count"]), ("error", 0))
        self.assertIn("status 404", failed["message"])
        for sync in self.syncs[2:]:
            self.check_imported_once(sync, 3)
        # While it still hangs, another one becomes due.
        self.shops[2].add_orders(1)
        self.synchronize(self.syncs[2])
        self.wait_until(lambda: len(self.runs(self.syncs[2])) == 2 and self.has_ended(self.syncs[2]), "it ran again")
        self.assertEqual([run["status"] for run in self.runs(self.syncs[0])], ["running"])
        self.check_imported_once(self.syncs[2], 4, runs=2)
