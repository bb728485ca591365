import json

from ..dev.stand_ins.courier import CourierServer
from .api_common import ApiCase

SHIPMENTS = "/api/delivery/shipments"


class DeliveryApiCase(ApiCase):
    """The API's test case, with a courier and its delivery method."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.courier = CourierServer(user="u", password="p")
        cls.courier.start()
        cls.addClassCleanup(cls.courier.stop)
        address = {
            "street": "Lange Straße 12a",
            "zip": "01067",
            "city": "Dresden",
            "country_id": cls.env.ref("base.de").id,
        }
        cls.company.partner_id.write(address)
        cls.partner = cls.env["res.partner"].create({"name": "Erika Müller", **address})
        cls.carrier = cls.env["delivery.carrier"].create(
            {
                "name": "OPAL",
                "delivery_type": "opal",
                "sequence": -1,  # before any other of the database
                "product_id": cls.env["product.product"].create({"name": "OPAL", "type": "service"}).id,
                "opal_test_url": cls.courier.url,
                "opal_username": "u",
                "opal_password": "p",
                "company_id": cls.company.id,
                "tracking_url": "https://tracking.example/<shipmenttrackingnumber>",
            }
        )

    def setUp(self):
        super().setUp()
        self.courier.book.clear()
        self.courier.faults.clear()

    def post(self, body, path=SHIPMENTS, key=None, content_type="application/json"):
        data = body if isinstance(body, str) else json.dumps(body)
        key = self.key if key is None else key
        headers = {"Authorization": f"Bearer {key}", "Content-Type": content_type}
        return self.url_open(path, data=data.encode(), headers=headers, method="POST", allow_redirects=False)

    def ask(self, picking, provider_code="opal", status=201):
        """Request a shipment and return it."""
        response = self.post({"picking_id": picking.id, "provider_code": provider_code})
        self.assertEqual(response.status_code, status, response.text)
        return response.json()

    def create_ready_picking(self, **values):
        return self.create_assigned_picking(partner_id=self.partner.id, **values)

    def work(self):
        self.env["external.shipment"]._cron_ship()
        self.env.flush_all()

    def shipment(self, picking):
        return self.get(f"{SHIPMENTS}/{picking.id}")
