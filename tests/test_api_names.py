from odoo.fields import Command

from ..dev.stand_ins.remote_odoo import sample
from ..dev.stand_ins.remote_odoo.stand_in import DATABASE, LOGIN, PASSWORD, OldOdoo
from .api_common import PICKINGS, ApiCase


class TestApiNames(ApiCase):
    """``expand=names``: an answer that a screen can show without further requests."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.lang"]._activate_lang("de_DE")
        cls.stock = cls.picking_type.default_location_src_id
        cls.shelf = cls.create_location("Shelf B", "SHELF-B")
        cls.first_shelf = cls.create_location("Shelf A", "SHELF-A")

    @classmethod
    def create_location(cls, name, barcode):
        return cls.env["stock.location"].create(
            {"name": name, "barcode": barcode, "location_id": cls.stock.id, "company_id": cls.company.id}
        )

    def create_variants(self):
        colors = self.env["product.attribute"].create(
            {"name": "Color", "sequence": 9, "value_ids": [Command.create({"name": name}) for name in ("Red", "Blue")]}
        )
        sizes = self.env["product.attribute"].create(
            {"name": "Size", "sequence": 1, "value_ids": [Command.create({"name": name}) for name in ("L", "M")]}
        )
        only = self.env["product.attribute"].create({"name": "Wood", "value_ids": [Command.create({"name": "Oak"})]})
        template = self.env["product.template"].create(
            {
                "name": "Chair",
                "type": "consu",
                "attribute_line_ids": [
                    Command.create({"attribute_id": attribute.id, "value_ids": [Command.set(attribute.value_ids.ids)]})
                    for attribute in (colors, only, sizes)
                ],
            }
        )
        return template.product_variant_ids

    def create_line(self, picking, product, location=None, **values):
        return self.env["stock.move.line"].create(
            {
                "picking_id": picking.id,
                "product_id": product.id,
                "quantity": 1,
                "location_id": (location or self.stock).id,
                "location_dest_id": picking.location_dest_id.id,
                "company_id": picking.company_id.id,
                **values,
            }
        )

    def read_lines(self, picking, **options):
        self.env.flush_all()
        return self.get(f"{PICKINGS}/{picking.id}?expand=names", **options)["move_lines"]

    def test_a_transfer_names_its_locations_and_contact(self):
        company = self.env["res.partner"].create({"name": "Acme", "is_company": True})
        contact = self.env["res.partner"].create({"name": "Ann", "parent_id": company.id})
        picking = self.create_picking(partner_id=contact.id)
        bare = self.create_picking("2026-01-16 10:00:00")
        self.env.flush_all()
        told, told_bare = self.get(f"{PICKINGS}?expand=names")
        self.assertEqual(told["location_name"], picking.location_id.complete_name)
        self.assertEqual(told["location_dest_name"], picking.location_dest_id.complete_name)
        self.assertEqual(told["partner_name"], "Acme, Ann")
        self.assertEqual((told_bare["id"], told_bare["partner_name"]), (bare.id, None))
        self.assertEqual(self.get(f"{PICKINGS}/{picking.id}?expand=names")["picking"], told)
        plain = self.get(PICKINGS)[0]
        self.assertEqual({key: told[key] for key in plain}, plain)
        self.assertNotIn("partner_name", plain)

    def test_pages_have_names_too(self):
        partner = self.env["res.partner"].create({"name": "Customer"})
        pickings = [self.create_picking(partner_id=partner.id) for _number in range(3)]
        self.env.flush_all()
        names, path = [], f"{PICKINGS}?expand=names&limit=1"
        while path:
            response = self.call(path)
            names += [picking["partner_name"] for picking in response.json()]
            path = response.links.get("next", {}).get("url")
        self.assertEqual(names, ["Customer"] * len(pickings))

    def test_a_line_names_what_a_picker_has_to_find(self):
        picking = self.create_picking()
        product = self.env["product.product"].create(
            {"name": "Oil", "default_code": "OIL-1", "barcode": "4006381333931", "tracking": "lot", "is_storable": True}
        )
        lot = self.env["stock.lot"].create({"name": "L-7", "product_id": product.id, "company_id": self.company.id})
        packages = self.env["stock.package"].create([{"name": "PACK-1"}, {"name": "PACK-2"}])
        line = self.create_line(
            picking, product, self.shelf, lot_id=lot.id, package_id=packages[0].id, result_package_id=packages[1].id
        )
        [told] = self.read_lines(picking)
        expected = {
            "product_name": "Oil",
            "product_code": "OIL-1",
            "product_barcode": "4006381333931",
            "location_name": self.shelf.complete_name,
            "location_barcode": "SHELF-B",
            "location_dest_name": line.location_dest_id.complete_name,
            "location_dest_barcode": line.location_dest_id.barcode or None,
            "lot_name": "L-7",
            "package_name": "PACK-1",
            "result_package_name": "PACK-2",
            "sequence": 1,
        }
        self.assertEqual({key: told[key] for key in expected}, expected)

    def test_a_lot_that_is_still_to_be_created_keeps_its_name(self):
        picking = self.create_picking()
        line = self.create_line(picking, self.product)
        line.flush_recordset()
        self.env.cr.execute("UPDATE stock_move_line SET lot_name = 'NEW-1' WHERE id = %s", [line.id])
        self.assertEqual(self.read_lines(picking)[0]["lot_name"], "NEW-1")

    def test_variants_are_named_as_in_odoo(self):
        picking = self.create_picking()
        variants = self.create_variants()
        for variant in variants:
            self.create_line(picking, variant)
        names = {line["product_id"]: line["product_name"] for line in self.read_lines(picking)}
        self.assertEqual(names, {variant.id: variant.display_name for variant in variants})
        self.assertIn("Chair (L, Red)", names.values())

    def test_names_are_in_the_language_of_the_key_s_user(self):
        picking = self.create_picking()
        product = self.env["product.product"].create({"name": "Oil"})
        product.with_context(lang="de_DE").name = "Öl"
        self.create_line(picking, product)
        self.assertEqual(self.read_lines(picking)[0]["product_name"], "Oil")
        self.clerk.lang = "de_DE"
        self.assertEqual(self.read_lines(picking)[0]["product_name"], "Öl")

    def test_the_sequence_is_the_walk_through_the_locations(self):
        picking = self.create_picking()
        lines = [self.create_line(picking, self.product, place) for place in (self.shelf, self.first_shelf, self.shelf)]
        told = {line["id"]: line["sequence"] for line in self.read_lines(picking)}
        self.assertEqual([told[line.id] for line in lines], [2, 1, 3])

    def test_a_new_name_is_a_change(self):
        picking = self.create_picking(partner_id=self.env["res.partner"].create({"name": "Old"}).id)
        self.create_line(picking, self.product)
        self.env.flush_all()
        for path in (f"{PICKINGS}?expand=names", f"{PICKINGS}/{picking.id}?expand=names"):
            with self.subTest(path):
                etag = self.call(path).headers["ETag"]
                self.assertEqual(self.call(path, If_None_Match=etag).status_code, 304)
                picking.partner_id.name += "er"
                self.env.flush_all()
                self.assertEqual(self.call(path, If_None_Match=etag).status_code, 200)

    def test_demand_in_another_unit_and_its_change(self):
        dozen = self.env.ref("uom.product_uom_dozen")
        picking = self.create_assigned_picking(24)
        move = picking.move_ids
        self.env.flush_all()
        # Odoo would reserve again for a changed unit.
        self.env.cr.execute(
            "UPDATE stock_move SET product_uom_qty = 2, product_uom = %s WHERE id = %s", [dozen.id, move.id]
        )
        move.invalidate_recordset()
        path = f"{PICKINGS}/{picking.id}"
        response = self.call(path)
        self.assertEqual(response.json()["move_lines"][0]["qty_demand"], 24)
        self.env.cr.execute("UPDATE stock_move SET product_uom_qty = 3 WHERE id = %s", [move.id])
        response = self.call(path, If_None_Match=response.headers["ETag"])
        self.assertEqual(response.json()["move_lines"][0]["qty_demand"], 36)

    def test_an_answer_is_one_statement(self):
        picking = self.create_assigned_picking()
        warehouse = self.env["warehouse.api"].with_user(self.clerk)
        warehouse._read_picking(picking.id, expand=True)
        with self.assertQueryCount(1):
            warehouse._read_picking(picking.id, expand=True)
        with self.assertQueryCount(1):
            warehouse._read_pickings(expand=True)

    def test_mirrored_rows_have_names(self):
        remote = self.enterContext(OldOdoo(17))
        sample.fill(remote)
        source = self.env["odoo.sync.source"].create(
            {
                "name": "Far",
                "code": "far",
                "url": remote.url,
                "database": DATABASE,
                "login": LOGIN,
                "secret": PASSWORD,
            }
        )
        source._sync()
        picking = self.env["odoo.mirror.picking"].search([("source_id", "=", source.id), ("remote_id", "=", 123)])
        answer = self.get(f"{PICKINGS}/123?expand=names&source=far")
        told = answer["picking"]
        self.assertEqual(told["location_name"], picking.location_id.complete_name)
        self.assertEqual(told["partner_name"], picking.partner_name)
        self.assertTrue(told["partner_name"] and told["location_name"])
        line = picking.move_line_ids.sorted("remote_id")[0]
        told = answer["move_lines"][0]
        self.assertEqual(told["product_name"], line.product_id.name)
        self.assertEqual(told["location_name"], line.location_id.complete_name)
        self.assertEqual((told["lot_name"], told["package_name"]), (line.lot_id.name, line.package_id.name))
        self.assertEqual(sorted(line["sequence"] for line in answer["move_lines"]), [1, 2])
        local = self.create_assigned_picking()
        here = self.get(f"{PICKINGS}/{local.id}?expand=names")
        self.assertEqual(list(here["move_lines"][0]), list(told))
        self.assertEqual(list(here["picking"]), list(answer["picking"]))
