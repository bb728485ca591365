import json
import secrets
import tempfile
import time
import urllib.error
import urllib.request
from contextlib import closing, contextmanager
from pathlib import Path

from odoo.addons.base.models.res_users import INDEX_SIZE, KEY_CRYPT_CONTEXT
from odoo.fields import Command
from odoo.sql_db import close_db, db_connect
from odoo.tests import BaseCase, get_db_name, tagged
from odoo.tools import SQL, config

from ..dev.ports import free
from ..dev.server.odoo_client import OdooClient
from ..dev.stand_ins.courier import CourierServer
from ..dev.stand_ins.remote_odoo.place import Place
from .server_process import start_odoo

USER, PASSWORD = "warehouse", "courier-test-password"
API_KEY = secrets.token_hex(20)
LOGIN = "admin"  # with this password, of Odoo's demo data
PATIENCE = 90.0  # seconds

# Seconds after which a server believes that an order it cannot find was never accepted.
SETTLING = 4


@tagged("post_install", "-at_install")
class ShipmentServerCase(BaseCase):
    """A database of its own, a courier, and Odoo servers with schedulers that can be killed."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.database = f"{get_db_name()}_shipments"
        cls.folder = Path(cls.enterClassContext(tempfile.TemporaryDirectory()))
        cls.copy_database()
        cls.addClassCleanup(cls.drop_database)
        cls.courier = cls.enterClassContext(CourierServer(user=USER, password=PASSWORD))
        cls.servers = []
        cls.addClassCleanup(cls.stop_servers)
        cls.start_server()
        cls.prepare_data()

    def setUp(self):
        super().setUp()
        self.courier.book.clear()
        self.courier.faults.clear()
        self.courier.requests.clear()

    # The database

    @classmethod
    @contextmanager
    def autocommitting(cls, database="postgres"):
        """Give a cursor of which every statement counts at once, as making a database needs."""
        with closing(db_connect(database).cursor()) as cr:
            cr._cnx.autocommit = True
            yield cr

    @classmethod
    def copy_database(cls):
        cls.drop_database()
        close_db(get_db_name())  # what is copied may have no connections; the next test opens its own
        with cls.autocommitting() as cr:
            name, template = SQL.identifier(cls.database), SQL.identifier(get_db_name())
            cr.execute(SQL("CREATE DATABASE %s TEMPLATE %s", name, template))
        with cls.autocommitting(cls.database) as cr:
            cr.execute(
                "UPDATE ir_cron SET active = (id = (SELECT res_id FROM ir_model_data"
                " WHERE module = 'external_order_sync' AND name = 'ir_cron_ship'))"
            )
            cr.execute(
                'INSERT INTO res_users_apikeys (name, user_id, scope, key, "index")'
                " SELECT 'shipments', id, 'rpc', %s, %s FROM res_users WHERE login = %s",
                (KEY_CRYPT_CONTEXT.hash(API_KEY), API_KEY[:INDEX_SIZE], LOGIN),
            )
        close_db(cls.database)

    @classmethod
    def drop_database(cls):
        close_db(cls.database)
        Place.of_config(config).drop_database(cls.database)

    @contextmanager
    def transaction(self):
        """Give a cursor on the servers' database; what it locks is locked until the end, where it is rolled back."""
        try:
            with closing(db_connect(self.database).cursor()) as cr:
                yield cr
        finally:
            close_db(self.database)

    # The servers

    @classmethod
    def start_server(cls):
        """Start a server with one scheduler and sign in."""
        port = free()
        cls.url = f"http://127.0.0.1:{port}"
        process = start_odoo(
            cls.database,
            port,
            cls.folder,
            f"--db-filter=^{cls.database}$",
            "--max-cron-threads=1",
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

    # What a test needs

    @classmethod
    def prepare_data(cls):
        call = cls.client.call
        call("ir.config_parameter", "set_param", "external_order_sync.shipment_settling_seconds", str(SETTLING))
        [germany] = call("res.country", "search", [("code", "=", "DE")])
        address = {"street": "Lange Straße 12a", "zip": "01067", "city": "Dresden", "country_id": germany}
        [cls.picking_type] = call("stock.picking.type", "search", [("code", "=", "outgoing")], limit=1)
        [sender] = call("res.company", "read", [1], ["partner_id"])
        call("res.partner", "write", [sender["partner_id"][0]], address)
        [warehouse] = call(
            "stock.picking.type", "read", [cls.picking_type], ["warehouse_id", "default_location_src_id"]
        )
        call("stock.warehouse", "write", [warehouse["warehouse_id"][0]], {"partner_id": sender["partner_id"][0]})
        cls.location = warehouse["default_location_src_id"][0]
        [cls.customers] = call("stock.location", "search", [("usage", "=", "customer")], limit=1)
        cls.partner = call("res.partner", "create", {"name": "Erika Müller", **address})
        # Not storable, so that a delivery of it is always ready.
        cls.product = call("product.product", "create", {"name": "Ersatzteil", "type": "consu", "weight": 2})
        service = call("product.product", "create", {"name": "OPAL", "type": "service"})
        cls.carrier = call(
            "delivery.carrier",
            "create",
            {
                "name": "OPAL",
                "delivery_type": "opal",
                "product_id": service,
                "opal_test_url": cls.courier.url,
                "opal_username": USER,
                "opal_password": PASSWORD,
            },
        )

    def create_delivery(self):
        """Make a delivery that is ready, and return its id."""
        picking = self.client.call(
            "stock.picking",
            "create",
            {
                "picking_type_id": self.picking_type,
                "location_id": self.location,
                "location_dest_id": self.customers,
                "partner_id": self.partner,
                "carrier_id": self.carrier,
                "move_ids": [
                    Command.create(
                        {
                            "product_id": self.product,
                            "product_uom_qty": 1,
                            "location_id": self.location,
                            "location_dest_id": self.customers,
                        }
                    )
                ],
            },
        )
        self.client.call("stock.picking", "action_confirm", [picking])
        return picking

    def validate_delivery(self):
        """Make a delivery, validate it, which queues its shipment, and return its id."""
        picking = self.create_delivery()
        self.client.call("stock.picking", "button_validate", [picking])
        return picking

    def post_shipment(self, picking):
        """Ask for a shipment through the API, and return the status of the answer."""
        request = urllib.request.Request(
            f"{self.url}/api/delivery/shipments",
            json.dumps({"picking_id": picking, "provider_code": "opal"}).encode(),
            {"Authorization": f"Bearer {API_KEY}", "Content-Type": "application/json"},
        )
        try:
            with urllib.request.urlopen(request, timeout=PATIENCE) as response:
                return response.status
        except urllib.error.HTTPError as error:
            return error.code

    def read_shipment(self, picking):
        [shipment] = self.client.call(
            "external.shipment", "search_read", [("picking_id", "=", picking)],
            ["state", "reference", "tracking_number", "error_message", "is_on_picking", "attempts"],
        )  # fmt: skip
        return shipment

    def wait_until(self, condition, what):
        deadline = time.monotonic() + PATIENCE
        while not condition():
            if time.monotonic() > deadline:
                logs = "\n".join(path.read_text()[-2000:] for path in sorted(self.folder.glob("server-*.log")))
                self.fail(f"waited in vain until {what}; the servers' logs end with:\n{logs}")
            time.sleep(0.1)

    def wait_until_shipped(self, picking):
        def is_shipped():
            # A scheduler that has just started waits for a minute first. Waking it changes nothing but the time.
            with self.autocommitting() as cr:
                cr.execute("SELECT pg_notify('cron_trigger', %s)", (self.database,))
            return self.read_shipment(picking)["is_on_picking"]

        self.wait_until(is_shipped, f"transfer {picking} is shipped")
        return self.read_shipment(picking)
