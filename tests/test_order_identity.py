import uuid
from datetime import timedelta

from odoo import fields
from odoo.tests import new_test_user

from ..models.order_import.external_order_identity import KEYED_SINCE, NAMESPACE
from .common import ExternalOrderCase


class TestOrderIdentity(ExternalOrderCase):
    """Nobody can forge the POS order of a future sale, and orders imported earlier are recognized."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        groups = "base.group_user,point_of_sale.group_pos_user"
        cls.cashier = new_test_user(cls.env, "forger", groups, company_id=cls.company.id)

    def forge(self, order_uuid, source=False, **values):
        """Create a draft order with a UUID, as a cashier's register does, and return it.

        :param source: its origin, which former versions let a cashier write
        """
        session = self.sync._get_or_create_pos_session()
        order = {
            "uuid": order_uuid,
            "session_id": session.id,
            "company_id": self.company.id,
            "amount_total": 0,
            "amount_tax": 0,
            "amount_paid": 0,
            "amount_return": 0,
            "lines": [],
            **values,
        }
        forged = self.env["pos.order"].with_user(self.cashier).create(order).sudo()
        if source:
            forged.source = source
        return forged

    def old_uuid(self, order_id=639):
        return str(uuid.uuid5(NAMESPACE, f"{self.sync.id}/{order_id}"))

    def keyed_uuid(self, order_id=639):
        return self.env["external.order.import"]._get_order_uuid(self.sync, str(order_id))

    def update_came(self, **ago):
        """Make UUIDs depend on the database's secret from a certain time on."""
        since = fields.Datetime.now() + timedelta(**ago)
        self.env["ir.config_parameter"].set_param(KEYED_SINCE, fields.Datetime.to_string(since))

    def make_as_before(self):
        """Import the sample order as a former version did, lose the inbox, and return the POS order."""
        pos_order = self.import_order().pos_order_id
        pos_order.uuid = self.old_uuid()
        self.inbox(639).unlink()
        return pos_order

    def test_the_uuid_depends_on_the_secret_of_the_database(self):
        before = self.keyed_uuid()
        self.env["ir.config_parameter"].set_param("database.secret", "another")
        self.assertNotEqual(self.keyed_uuid(), before)

    def test_an_order_with_a_uuid_that_anyone_can_work_out_does_not_stand_for_the_sale(self):
        for order_id, values in ((701, {}), (702, {"source": "external", "amount_total": 92.0})):
            with self.subTest(**values):
                forged = self.forge(self.old_uuid(order_id), **values)
                self.synchronize(self.order(order_id))
                row = self.inbox(order_id)
                self.assertEqual((row.state, row.pos_order_id.amount_total), ("done", 92.0))
                self.assertNotEqual(row.pos_order_id, forged)

    def test_one_that_a_former_version_made_is_known_again(self):
        pos_order = self.make_as_before()
        self.update_came(hours=1)
        row = self.import_order()
        self.assertEqual((row.state, row.pos_order_id), ("done", pos_order))
        self.assertEqual(self.pos_orders(), pos_order)

    def test_of_former_versions_a_draft_does_not_count(self):
        forged = self.forge(self.old_uuid(), source="external", amount_total=92.0)
        self.update_came(hours=1)
        row = self.import_order()
        self.assertEqual(row.state, "done")
        self.assertNotEqual(row.pos_order_id, forged)

    def test_ids_that_look_alike_are_one_order(self):
        self.synchronize(self.order("639"))
        for spelling in ("\uff16\uff13\uff19", "6\u200b39", "\ufeff639", "\u0666\u0663\u0669", "\u00ad639.0"):
            with self.subTest(ascii(spelling)):
                self.synchronize(self.order(spelling))
                self.assertEqual(self.sync.order_ids.mapped("external_id"), ["639"])
        self.synchronize(self.order("A\u00b2"), self.order("A2"), self.order("\u0410-1"), self.order("A-1"))
        self.assertEqual(len(self.pos_orders()), 5)

    def test_an_order_of_a_former_version_keeps_an_id_with_invisible_characters(self):
        row = self.import_order()
        row.external_id = "6\u200b39"
        digest = row.fingerprint
        self.synchronize(self.order("6\u200b39"))
        self.synchronize(self.order("6\u200b39", Remark="again"))
        self.assertEqual(self.sync.order_ids, row)
        self.assertEqual((row.external_id, row.changed), ("6\u200b39", False))
        self.assertNotEqual(row.fingerprint, digest)
        self.assertEqual(self.pos_orders(), row.pos_order_id)

    def test_an_order_of_the_same_identity_that_says_something_else_is_named(self):
        pos_order = self.import_order().pos_order_id
        self.inbox(639).unlink()
        row = self.import_order(AmountTotal=160.0, Tax=24.0, GrandTotal=184.0, OrderItems=[self.item(quantity=2.0)])
        self.assertEqual((row.state, row.error_code), ("failed", "order_in_the_way"))
        self.assertIn(pos_order.name, row.error_message)
        self.assertIn("184.00", row.error_message)
        self.assertEqual(self.pos_orders(), pos_order)

    def test_one_of_that_identity_that_is_not_an_imported_order_is_named(self):
        """Only the system can create one, for example before an old inbox is restored; the sale is not lost."""
        forged = self.forge(self.keyed_uuid())
        row = self.import_order()
        self.assertEqual((row.state, row.error_code), ("failed", "order_in_the_way"))
        self.assertIn(forged.name, row.error_message)
        forged.unlink()
        row.action_retry()
        self.assertEqual(row.state, "done")
