import tempfile
import urllib.request
from pathlib import Path

from odoo.sql_db import close_db
from odoo.tests import BaseCase, get_db_name, tagged
from odoo.tools import config

from ..dev.child_process import stop
from ..dev.ports import free
from ..dev.server.log_check import problems
from ..dev.stand_ins.remote_odoo.place import Place
from .server_process import start_odoo


@tagged("post_install", "-at_install")
class TestWorkers(BaseCase):
    """The development server with worker processes, one of which, for gevent, starts Odoo again."""

    def test_all_of_its_processes_answer(self):
        database = f"{get_db_name()}_workers"
        place = Place.of_config(config)
        close_db(get_db_name())  # a database that is copied must not have connections; the next test opens its own
        self.addCleanup(place.drop_database, database)
        place.copy_database(get_db_name(), database)
        folder = Path(self.enterContext(tempfile.TemporaryDirectory()))
        http, gevent = free(), free()

        def answer():
            for port in (http, gevent):
                with urllib.request.urlopen(f"http://127.0.0.1:{port}/websocket/health", timeout=60) as response:
                    self.assertEqual(response.status, 200)

        options = (f"--db-filter=^{database}$", "--workers=1", f"--gevent-port={gevent}", "--max-cron-threads=0")
        stop(start_odoo(database, http, folder, *options, answers=answer))
        self.assertEqual(problems(folder / f"server-{http}.log"), [])
