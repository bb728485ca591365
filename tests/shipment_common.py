from odoo.fields import Command
from odoo.tests import TransactionCase, tagged

from ..dev.stand_ins.courier import CourierServer

USER, PASSWORD = "warehouse", "courier-test-password"


@tagged("post_install", "-at_install")
class ShipmentCase(TransactionCase):
    """A ready delivery, OPAL as shipping method, and the courier's stand-in."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company = cls.env.ref("base.main_company")
        cls.env.user.company_ids |= cls.company
        cls.env = cls.env(context={**cls.env.context, "allowed_company_ids": cls.company.ids})
        cls.env["ir.config_parameter"].set_param("external_order_sync.shipment_settling_seconds", 0)
        cls.courier = CourierServer(user=USER, password=PASSWORD, per_page=5)
        cls.courier.start()
        cls.addClassCleanup(cls.courier.stop)
        germany = cls.env.ref("base.de")
        cls.warehouse = cls.env["stock.warehouse"].create(
            {
                "name": "Lager Nord",
                "code": "NORD",
                "company_id": cls.company.id,
                "partner_id": cls.env["res.partner"]
                .create(
                    {
                        "name": "Lager Nord",
                        "street": "Hafenstraße 7",
                        "zip": "20457",
                        "city": "Hamburg",
                        "country_id": germany.id,
                        "phone": "+49 40 123456",
                    }
                )
                .id,
            }
        )
        cls.partner = cls.env["res.partner"].create(
            {
                "name": "Erika Müller",
                "parent_id": cls.env["res.partner"].create({"name": "Müller & Söhne", "is_company": True}).id,
                "type": "delivery",
                "street": "Lange Straße 12a",
                "street2": "Hinterhaus",
                "zip": "01067",
                "city": "Dresden",
                "country_id": germany.id,
                "phone": "0351 4567890",
                "email": "erika@example.com",
            }
        )
        cls.product = cls.env["product.product"].create(
            {
                "name": "Ersatzteil",
                "type": "consu",
                "is_storable": True,
                "weight": 2.5,
            }
        )
        cls.carrier = cls.create_carrier("opal")

    def setUp(self):
        super().setUp()
        self.courier.book.clear()
        self.courier.faults.clear()
        self.courier.requests.clear()

    @classmethod
    def create_carrier(cls, delivery_type, **values):
        product = cls.env["product.product"].create({"name": f"Delivery by {delivery_type}", "type": "service"})
        return cls.env["delivery.carrier"].create(
            {
                "name": f"{delivery_type} Standard",
                "delivery_type": delivery_type,
                "product_id": product.id,
                "fixed_price": 9.5,
                "sequence": -1,  # before any other of the database
                "company_id": cls.company.id,
                **(
                    {
                        "opal_test_url": cls.courier.url,
                        "opal_username": USER,
                        "opal_password": PASSWORD,
                        "tracking_url": f"{cls.courier.url}auftrag.php?nr=<shipmenttrackingnumber>",
                    }
                    if delivery_type == "opal"
                    else {}
                ),
                **values,
            }
        )

    @classmethod
    def create_picking(cls, quantity=2, confirm=True, **values):
        """Create a delivery; it is ready unless not to be confirmed."""
        stock = cls.warehouse.lot_stock_id
        picking = cls.env["stock.picking"].create(
            {
                "picking_type_id": cls.warehouse.out_type_id.id,
                "location_id": stock.id,
                "location_dest_id": cls.env.ref("stock.stock_location_customers").id,
                "partner_id": cls.partner.id,
                "move_ids": [
                    Command.create(
                        {
                            "product_id": cls.product.id,
                            "product_uom_qty": quantity,
                            "location_id": stock.id,
                            "location_dest_id": cls.env.ref("stock.stock_location_customers").id,
                        }
                    )
                ],
                **values,
            }
        )
        if confirm:
            cls.env["stock.quant"]._update_available_quantity(cls.product, stock, quantity)
            picking.action_confirm()
            picking.action_assign()
        return picking

    def request_shipment(self, picking=None, provider_code="opal"):
        """Request a shipment of a transfer, by default of a new one, and return it."""
        return self.env["external.shipment"]._request(picking or self.create_picking(), provider_code)[0]

    def work(self):
        """Run the scheduled action."""
        self.env["external.shipment"]._cron_ship()

    def ship(self, picking=None):
        """Have a transfer shipped and return its shipment."""
        shipment = self.request_shipment(picking)
        self.work()
        self.assertEqual(shipment.state, "shipped", shipment.error_message)
        return shipment

    def poll(self, shipment):
        """Make the next reading of the status due."""
        shipment.next_poll = "2020-01-01"
        self.work()

    def make_due(self, shipment):
        """Make the next attempt due."""
        shipment.next_attempt = False

    def chatter(self, picking):
        return "\n".join(picking.message_ids.mapped("body"))
