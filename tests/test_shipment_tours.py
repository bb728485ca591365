from .browser_common import BrowserCase
from .shipment_common import ShipmentCase


class TestShipmentTours(ShipmentCase, BrowserCase):
    """Shipments in the browser, with the courier's stand-in."""

    def shipment(self):
        return self.env["external.shipment"].search([("carrier_id", "=", self.carrier.id)]).ensure_one()

    def test_a_delivery_is_validated_followed_and_cancelled(self):
        picking = self.create_picking(carrier_id=self.carrier.id)
        picking.move_ids.picked = True
        self.start_tour(
            f"/odoo/action-stock.action_picking_tree_all/{picking.id}", "external_shipment_validate", login="admin"
        )
        [order] = self.courier.orders
        self.assertEqual(order.reference, self.shipment().reference)
        self.assertEqual(order.status, "Storniert")
        self.assertEqual(self.shipment().state, "cancelled")

    def test_an_incomplete_address_is_mended_and_the_shipment_retried(self):
        self.partner.zip = False
        self.request_shipment()
        self.run_tour("action_external_shipment", "external_shipment_mend")
        [order] = self.courier.orders
        self.assertEqual((self.shipment().state, self.shipment().tracking_number), ("shipped", order.tracking_number))

    def test_an_open_shipment_shows_by_itself_what_became_of_it(self):
        self.request_shipment()
        self.run_tour("action_external_shipment", "external_shipment_refreshes_itself")

    def test_the_menu_of_activities_leads_to_the_parcels_in_error(self):
        shipment = self.request_shipment()
        shipment.picking_id.user_id = self.env.ref("base.user_admin")
        shipment._fail("No such street.")
        self.run_tour("action_odoo_sync_source", "external_shipment_activity_menu")
