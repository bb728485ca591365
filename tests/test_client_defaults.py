from odoo.tests import new_test_user

from .common import ExternalOrderCase

MANAGER = "base.group_user,external_order_sync.group_manager"


class TestClientDefaults(ExternalOrderCase):
    """What a client puts into the context of a saved setting reaches nothing that the system creates then."""

    DEFAULTS = {
        "default_note": "Forged",
        "default_opening_notes": "Forged",
        "default_general_customer_note": "Forged",
        "default_internal_note": "Forged",
        "default_rescue": True,
        "default_customer_note": "Forged",
        "default_is_tipped": True,
        "default_tip_amount": 5,
        "default_transaction_id": "Forged",
        "default_payment_status": "Forged",
        "default_origin": "Forged",
        "default_to_invoice": True,
        "default_is_change": True,
    }

    def test_a_session_that_is_created_automatically(self):
        self.sync.auto_create_session = False
        row = self.import_order()
        manager = new_test_user(self.env, "defaulting", groups=MANAGER)
        self.sync.with_user(manager).with_context(**self.DEFAULTS).auto_create_session = True
        self.assertNothingForged(row)

    def test_an_order_whose_product_a_user_chooses(self):
        row = self.import_order(OrderItems=[self.item("No Such Product")])
        user = new_test_user(self.env, "choosing", groups="base.group_user,external_order_sync.group_user")
        aliases = self.env["external.product.alias"].with_user(user).with_context(**self.DEFAULTS)
        aliases.create({"sync_id": self.sync.id, "item_name": "No Such Product", "product_id": self.product.id})
        self.assertNothingForged(row)

    def assertNothingForged(self, row):
        self.assertEqual(row.state, "done", row.error_message)
        order = row.pos_order_id
        pickings = order.picking_ids
        for record in (order, order.lines, order.payment_ids, order.session_id, pickings, pickings.move_ids):
            self.assertTrue(record)
            for name, value in self.DEFAULTS.items():
                field = record._fields.get(name.removeprefix("default_"))
                if field and field.store:
                    self.assertNotEqual(record[field.name], value, f"{record} {field.name}")
