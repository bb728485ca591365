from odoo.exceptions import UserError

from ..models.order_import.picking_batch import PickingBatch
from .common import ExternalOrderCase


class TestBatchCompanies(ExternalOrderCase):
    """The companies of what a batch refers to are checked like those of single records."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other = cls.env["res.company"].create({"name": "Other Company"})
        cls.picking_type = cls.pos_config.picking_type_id
        cls.customers = cls.env.ref("stock.stock_location_customers")
        cls.products = cls.env["product.product"].concat(*(cls.create_product(f"Good {place}") for place in range(4)))
        cls.pickings = cls.env["stock.picking"].create([cls.prepare_picking(product) for product in cls.products])

    @classmethod
    def prepare_picking(cls, product):
        places = {
            "location_id": cls.picking_type.default_location_src_id.id,
            "location_dest_id": cls.customers.id,
        }
        move = {"product_id": product.id, "product_uom_qty": 1, "quantity": 1, **places}
        return {"picking_type_id": cls.picking_type.id, "move_ids": [(0, 0, move)], **places}

    def refusal(self, records):
        """Return why Odoo refuses the companies of these records, or "" if it does not."""
        try:
            records._check_company()
        except UserError as error:
            return str(error)
        return ""

    def assert_same(self, records):
        """Check that a batch refuses what Odoo refuses, with the same reason; return the reason."""
        batch = PickingBatch(frozenset(self.pickings.ids), frozenset())
        reason = self.refusal(records)
        self.assertEqual(self.refusal(batch.on(records.sudo())), reason)
        return reason

    def test_equal_companies_are_accepted(self):
        self.products[1].company_id = self.company
        for records in (self.pickings, self.pickings.move_ids, self.pickings.move_ids.move_line_ids):
            with self.subTest(records=records):
                self.assertEqual(len(records), 4)
                self.assertEqual(self.assert_same(records), "")

    def test_one_of_another_company_is_found_among_many(self):
        product = self.products[2].product_tmpl_id
        self.env.cr.execute("UPDATE product_template SET company_id = %s WHERE id = %s", [self.other.id, product.id])
        product.invalidate_recordset(["company_id"])
        self.products.invalidate_recordset(["company_id"])
        self.assertEqual(self.assert_same(self.pickings), "")
        for records in (self.pickings.move_ids, self.pickings.move_ids.move_line_ids):
            with self.subTest(records=records):
                self.assertIn("Good 2", self.assert_same(records))

    def test_a_partner_of_another_company_is_found(self):
        partners = self.env["res.partner"].create([{"name": "Ours"}, {"name": "Theirs", "company_id": self.other.id}])
        self.env.cr.execute(
            "UPDATE stock_picking SET partner_id = CASE id WHEN %s THEN %s ELSE %s END WHERE id IN %s",
            [self.pickings[3].id, partners[1].id, partners[0].id, tuple(self.pickings.ids)],
        )
        self.pickings.invalidate_recordset(["partner_id"])
        self.assertIn("Theirs", self.assert_same(self.pickings))
