import json
import time
import urllib.error
import urllib.request

from odoo.fields import Command
from odoo.tests import tagged

from ..dev.stand_ins.courier import CourierServer
from .own_database import API_KEY, LOGIN, PATIENCE, OwnDatabaseCase

USER, PASSWORD = "warehouse", "courier-test-password"

__all__ = ["LOGIN", "PATIENCE", "ShipmentServerCase"]

# Seconds after which a server believes that an order it cannot find was never accepted.
SETTLING = 4


@tagged("post_install", "-at_install")
class ShipmentServerCase(OwnDatabaseCase):
    """Odoo servers with schedulers that can be killed, and a courier."""

    DATABASE = "shipments"
    SCHEDULED = "ir_cron_ship"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.courier = cls.enterClassContext(CourierServer(user=USER, password=PASSWORD))
        cls.start_server()
        cls.prepare_data()

    def setUp(self):
        super().setUp()
        self.courier.book.clear()
        self.courier.faults.clear()
        self.courier.requests.clear()

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
        """Create a delivery that is ready, and return its id."""
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
        """Create a delivery, validate it, which queues its shipment, and return its id."""
        picking = self.create_delivery()
        self.client.call("stock.picking", "button_validate", [picking])
        return picking

    def post_shipment(self, picking):
        """Request a shipment through the API, and return the status of the answer."""
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
            # A scheduler that has just started waits for a minute first. Waking it only saves this time.
            with self.autocommitting() as cr:
                cr.execute("SELECT pg_notify('cron_trigger', %s)", (self.database,))
            return self.read_shipment(picking)["is_on_picking"]

        self.wait_until(is_shipped, f"transfer {picking} is shipped")
        return self.read_shipment(picking)
