import secrets
import tempfile
from contextlib import closing, contextmanager
from pathlib import Path

from odoo.addons.base.models.res_users import INDEX_SIZE, KEY_CRYPT_CONTEXT
from odoo.sql_db import close_db, db_connect
from odoo.tests import BaseCase, get_db_name
from odoo.tools import SQL, config

from ..dev.ports import free
from ..dev.server.odoo_client import OdooClient
from ..dev.stand_ins.remote_odoo.place import Place
from .server_process import start_odoo

API_KEY = secrets.token_hex(20)
LOGIN = "admin"  # with this password, of Odoo's demo data
PATIENCE = 90.0  # seconds


class OwnDatabaseCase(BaseCase):
    """A separate database, a copy of the tests' database, and Odoo servers on it that can be killed."""

    # What the name of the database ends with.
    DATABASE = ""
    # The XML id of the one scheduled action that runs; none if empty.
    SCHEDULED = ""
    # Further options of the servers.
    OPTIONS = ()

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.database = f"{get_db_name()}_{cls.DATABASE}"
        cls.folder = Path(cls.enterClassContext(tempfile.TemporaryDirectory()))
        cls.copy_database()
        cls.addClassCleanup(cls.drop_database)
        cls.servers = []
        cls.addClassCleanup(cls.stop_servers)

    # The database

    @classmethod
    @contextmanager
    def autocommitting(cls, database="postgres"):
        """Provide a cursor that commits every statement at once, as creating a database requires."""
        with closing(db_connect(database).cursor()) as cr:
            cr._cnx.autocommit = True
            yield cr

    @classmethod
    def copy_database(cls):
        cls.drop_database()
        close_db(get_db_name())  # a database that is copied must not have connections; the next test opens its own
        with cls.autocommitting() as cr:
            name, template = SQL.identifier(cls.database), SQL.identifier(get_db_name())
            cr.execute(SQL("CREATE DATABASE %s TEMPLATE %s", name, template))
        with cls.autocommitting(cls.database) as cr:
            cr.execute(
                SQL(
                    "UPDATE ir_cron SET active = id IN (SELECT res_id FROM ir_model_data"
                    " WHERE module = 'external_order_sync' AND name = %s)",
                    cls.SCHEDULED,
                )
            )
            cr.execute(
                'INSERT INTO res_users_apikeys (name, user_id, scope, key, "index")'
                " SELECT 'own database', id, 'rpc', %s, %s FROM res_users WHERE login = %s",
                (KEY_CRYPT_CONTEXT.hash(API_KEY), API_KEY[:INDEX_SIZE], LOGIN),
            )
        close_db(cls.database)

    @classmethod
    def drop_database(cls):
        close_db(cls.database)
        Place.of_config(config).drop_database(cls.database)

    @contextmanager
    def transaction(self):
        """Provide a cursor on the servers' database; it keeps its locks and is rolled back at the end."""
        try:
            with closing(db_connect(self.database).cursor()) as cr:
                yield cr
        finally:
            close_db(self.database)

    # The servers

    @classmethod
    def start_server(cls):
        """Start a server, with one scheduler if a scheduled action is to run, and sign in."""
        port = free()
        cls.url = f"http://127.0.0.1:{port}"
        process = start_odoo(
            cls.database,
            port,
            cls.folder,
            f"--db-filter=^{cls.database}$",
            f"--max-cron-threads={1 if cls.SCHEDULED else 0}",
            *cls.OPTIONS,
            answers=cls.sign_in,
        )
        cls.servers.append(process)
        return process

    @classmethod
    def sign_in(cls):
        cls.client = OdooClient(cls.url, cls.database, LOGIN, LOGIN)

    @classmethod
    def stop_servers(cls):
        for process in cls.servers:
            process.kill()
            process.wait()

    def kill_server(self):
        """Kill the last server as a power cut would (SIGKILL)."""
        self.servers[-1].kill()
        self.servers[-1].wait()
