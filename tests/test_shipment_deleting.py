from odoo.exceptions import UserError
from odoo.tests import new_test_user

from .shipment_common import ShipmentCase


class TestShipmentDeleting(ShipmentCase):
    """Records with a shipment cannot be deleted, and a sentence says why."""

    def test_a_transfer_or_courier_with_a_shipment_is_not_deleted(self):
        shipment = self.request_shipment()
        groups = "base.group_user,stock.group_stock_manager,sales_team.group_sale_manager"
        manager = new_test_user(self.env, "deleting-manager", groups=groups)
        for record, words in (
            (shipment.picking_id, "transfers have a shipment.*Cancel them"),
            (shipment.carrier_id, "shipments with these delivery methods.*Archive them"),
        ):
            with self.subTest(record._name), self.assertRaisesRegex(UserError, words) as caught:
                record.with_user(manager).unlink()
            self.assertIn(record.name, str(caught.exception))
        self.create_picking().with_user(manager).unlink()
