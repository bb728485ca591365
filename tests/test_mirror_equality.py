import json
import os
import signal
import threading
import time
from contextlib import closing
from dataclasses import replace

from odoo import sql_db
from odoo.tests import BaseCase, get_db_name, tagged
from odoo.tools import config

from ..dev import ports
from ..dev.stand_ins.remote_odoo import equality
from ..dev.stand_ins.remote_odoo.changes import Changes
from ..dev.stand_ins.remote_odoo.place import Place
from ..dev.stand_ins.remote_odoo.server import serving
from ..dev.stand_ins.remote_odoo.worker_process import working
from ..lib.remote_odoo.client import Connection, OdooClient, OdooClientError
from ..lib.remote_odoo.versions import KINDS

QUANTS = 5000
PICKINGS = 300
CHANGES = 40


@tagged("post_install", "-at_install")
class TestMirrorEquality(BaseCase):
    """A real second Odoo is mirrored by real processes: both databases end up equal, row by row."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        database = get_db_name()
        cls.place = Place.of_config(config)
        cls.remote_database, cls.local_database = f"{database}_remote", f"{database}_local"
        sql_db.close_db(database)  # a database that is copied must not have connections
        cls.addClassCleanup(cls.place.drop_database, cls.remote_database, cls.local_database)
        cls.place.copy_database(database, cls.remote_database, cls.local_database)
        with working(cls.place, cls.remote_database) as worker:
            cls.key = worker.do("fill", quants=QUANTS, pickings=PICKINGS)["key"]
        cls.remote = cls.enterClassContext(serving(cls.place, cls.remote_database, ports.free(), cls.key))

    def local(self, query, *parameters):
        """Return the rows of a query of the mirroring database."""
        with closing(self.place.connect(self.local_database)) as connection:
            cursor = connection.cursor()
            cursor.execute(query, parameters)
            return cursor.fetchall()

    def assert_equal(self, source):
        self.assertEqual(equality.differences(self.place, self.local_database, self.remote_database, source), [])

    def test_the_mirror_ends_equal(self):
        with working(self.place, self.local_database) as worker:
            source = worker.do(
                "add_source", name="Remote", code="remote", url=self.remote.url, database=self.remote_database,
                login="admin", secret=self.key,
            )["id"]  # fmt: skip
            with self.subTest("killed in the middle"):
                worker.send("sync", source_id=source)
                self.kill_once_quants_arrive(worker)
        received = self.local("SELECT count(*) FROM odoo_mirror_quant")[0][0]
        with working(self.place, self.local_database) as worker:
            with self.subTest("the next run resumes"):
                run = worker.do("sync", source_id=source)
                self.assertEqual(run["status"], "success", run["message"])
                self.assertEqual(run["product_count"], 0)
                total = equality.counts(self.place, self.remote_database)["quant"]
                self.assertEqual(run["quant_count"], total - received)
                self.assert_equal(source)
            with self.subTest("nothing new"):
                run = worker.do("sync", source_id=source)
                self.assertEqual((run["message"], run["request_count"]), ("Nothing has changed.", 7))
            with self.subTest("changed while it is mirrored"):
                self.change_while_syncing(worker, source)
                self.assert_equal(source)
            with self.subTest("a row that is committed late"):
                self.commit_late(worker, source)
                self.assert_equal(source)
        [[protocol]] = self.local("SELECT handshake::text FROM odoo_sync_source WHERE id = %s", source)
        self.assertEqual(json.loads(protocol)["protocol"], "json2")

    def test_a_password_is_good_for_json_rpc(self):
        """Odoo 19 accepts only API keys through JSON-2, so a password uses JSON-RPC."""
        login, password = "mirror", "a password of its own"
        [group] = self.remote.call(
            "ir.model.data", "search_read", domain=[["module", "=", "stock"], ["name", "=", "group_stock_user"]],
            fields=["res_id"],
        )  # fmt: skip
        values = {"name": "Mirror", "login": login, "password": password, "group_ids": [[4, group["res_id"]]]}
        self.remote.call("res.users", "create", vals_list=[values])
        connection = Connection(self.remote.url, self.remote_database, login, password)
        with OdooClient(connection) as client:
            self.assertEqual((client.connect().protocol, client.handshake.version), ("jsonrpc", 19))
            by_password = {kind: client.newest(kind, 3) for kind in KINDS}
        with OdooClient(replace(connection, secret=self.key)) as client:
            self.assertEqual(client.connect().protocol, "json2")
            for kind in KINDS:
                self.assertEqual(client.newest(kind, 3).rows, by_password[kind].rows)
        for changes, kind in (({"secret": "wrong"}, "login"), ({"database": "no_such_database"}, "remote")):
            with OdooClient(replace(connection, **changes)) as client, self.assertRaises(OdooClientError) as caught:
                client.connect()
            self.assertEqual(caught.exception.kind, kind, caught.exception)

    def kill_once_quants_arrive(self, worker):
        deadline = time.monotonic() + 60
        while not self.local("SELECT FROM odoo_mirror_quant LIMIT 1"):
            self.assertLess(time.monotonic(), deadline, "no quants arrive")
        os.kill(worker.process.pid, signal.SIGKILL)
        worker.process.wait()
        self.assertEqual(self.local("SELECT DISTINCT status FROM odoo_sync_run"), [("running",)])
        received = self.local("SELECT count(*) FROM odoo_mirror_quant")[0][0]
        self.assertLess(received, QUANTS)

    def change_while_syncing(self, worker, source):
        changes = Changes(self.place, self.remote, seed=7)
        thread = threading.Thread(target=changes.make, args=(CHANGES,))
        thread.start()
        runs = 0
        while thread.is_alive():
            self.assertEqual(worker.do("sync", source_id=source)["status"], "success")
            runs += 1
        thread.join()
        self.assertEqual(changes.done.total(), CHANGES, changes.refused)
        self.assertGreater(runs, 1)
        self.assertEqual(worker.do("sync", source_id=source)["status"], "success")

    def commit_late(self, worker, source):
        """A transaction of the remote begins before a synchronization and ends after it."""
        with closing(self.place.connect(self.remote_database)) as connection:
            connection.autocommit = False
            cursor = connection.cursor()
            cursor.execute(
                """
                UPDATE stock_picking SET origin = 'Late', write_date = now() AT TIME ZONE 'UTC'
                WHERE id IN (SELECT min(id) FROM stock_picking) RETURNING id
                """
            )
            [late] = cursor.fetchone()
            [other] = self.remote.call("stock.picking", "search", domain=[["id", "!=", late]], limit=1)
            self.remote.call("stock.picking", "write", ids=[other], vals={"origin": "Meanwhile"})
            worker.do("sync", source_id=source)
            query = "SELECT origin FROM odoo_mirror_picking WHERE remote_id = %s"
            self.assertEqual(self.local(query, other), [("Meanwhile",)])
            self.assertNotEqual(self.local(query, late), [("Late",)])
            connection.commit()
            worker.do("sync", source_id=source)
            self.assertEqual(self.local(query, late), [("Late",)])
