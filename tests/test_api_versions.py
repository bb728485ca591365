from itertools import combinations, product

from odoo.tools import SQL

from ..dev.stand_ins.remote_odoo import sample
from ..dev.stand_ins.remote_odoo.stand_in import DATABASE, LOGIN, PASSWORD, OldOdoo
from .api_common import PICKINGS, ApiCase

# Values that a version made of several could take for another: nothing, empty, and with what stands between them.
VALUES = (None, "", "a", "a:a")
MORE_VALUES = (*VALUES, ":", "a,b", ",", '"a"', "(", "\\", "a/")


class TestApiVersions(ApiCase):
    """The etag of an answer differs whenever the answer does, also where only other records have changed."""

    def set_value(self, place, value):
        """Write a value of another record, without a new version of the transfer or of its lines."""
        table, column, id = place
        if column == "name" and table == "product_template":  # by language
            value = SQL("jsonb_build_object('en_US', %s::text)", value)
        self.env.cr.execute(
            SQL("UPDATE %s SET %s = %s WHERE id = %s", SQL.identifier(table), SQL.identifier(column), value, id)
        )

    def assert_told_apart(self, read, places):
        """Let each two of these values have all pairs of ``VALUES``, the first two more, and compare the etags."""
        required = {("product_template", "name"), ("stock_location", "complete_name"), ("stock_lot", "name")}
        tried = MORE_VALUES
        self.env.flush_all()
        for pair in combinations(places.values(), 2):
            seen = {}
            for place in places.values():
                self.set_value(place, "" if place[:2] in required else None)
            for first, second in product(tried, repeat=2):
                for place, value in zip(pair, (first, second), strict=True):
                    self.set_value(place, "" if value is None and place[:2] in required else value)
                document = read()
                self.assertEqual(seen.setdefault(document.etag, document.body), document.body, (pair, first, second))
            self.assertGreater(len(set(seen.values())), len(tried), pair)
            tried = VALUES

    def create_named_picking(self):
        """Return a transfer whose line refers to a record of each kind, and where the names of these are."""
        goods = self.create_product("Goods", tracking="lot")
        lot = self.env["stock.lot"].create({"name": "L", "product_id": goods.id})
        packages = self.env["stock.package"].create([{"name": "P1"}, {"name": "P2"}])
        source, target = self.env["stock.location"].create(
            # A barcode is unique within a company.
            [{"name": name, "company_id": company} for name, company in (("From", self.company.id), ("To", False))]
        )
        picking = self.create_picking(partner_id=self.env["res.partner"].create({"name": "Ann"}).id)
        line = self.env["stock.move.line"].create(
            {
                "picking_id": picking.id,
                "product_id": goods.id,
                "quantity": 1,
                "location_id": source.id,
                "location_dest_id": target.id,
                "lot_id": lot.id,
                "package_id": packages[0].id,
                "result_package_id": packages[1].id,
                "company_id": self.company.id,
            }
        )
        return picking, {
            "product_code": ("product_product", "default_code", goods.id),
            "product_barcode": ("product_product", "barcode", goods.id),
            "product_name": ("product_template", "name", goods.product_tmpl_id.id),
            "location_name": ("stock_location", "complete_name", source.id),
            "location_barcode": ("stock_location", "barcode", source.id),
            "location_dest_barcode": ("stock_location", "barcode", target.id),
            "lot_name": ("stock_lot", "name", lot.id),
            "package_name": ("stock_package", "complete_name", packages[0].id),
            "result_package_name": ("stock_package", "complete_name", packages[1].id),
            "partner_name": ("res_partner", "complete_name", picking.partner_id.id),
            "reference": ("stock_move", "reference", line.move_id.id),
        }

    def test_a_transfer(self):
        picking, places = self.create_named_picking()
        warehouse = self.env["warehouse.api"].with_user(self.clerk)
        self.assert_told_apart(lambda: warehouse._read_picking(picking.id, expand=True), places)

    def test_a_page_of_transfers(self):
        places = {}
        for number in range(2):
            partner = self.env["res.partner"].create({"name": f"Ann {number}"})
            location = self.env["stock.location"].create({"name": f"L{number}", "company_id": self.company.id})
            self.create_picking(f"2026-01-1{number} 10:00:00", partner_id=partner.id, location_id=location.id)
            places[f"partner_name {number}"] = ("res_partner", "complete_name", partner.id)
            places[f"location_name {number}"] = ("stock_location", "complete_name", location.id)
        warehouse = self.env["warehouse.api"].with_user(self.clerk)
        self.assert_told_apart(lambda: warehouse._read_pickings(expand=True), places)

    def mirror(self):
        remote = self.enterContext(OldOdoo(17))
        sample.fill(remote)
        source = self.env["odoo.sync.source"].create(
            {"name": "Far", "code": "far", "url": remote.url, "database": DATABASE, "login": LOGIN, "secret": PASSWORD}
        )
        source._sync()
        return source

    def test_a_mirrored_transfer(self):
        source = self.mirror()
        picking = self.env["odoo.mirror.picking"].search([("source_id", "=", source.id)])
        line = picking.move_line_ids[0]
        places = {
            "product_code": ("odoo_mirror_product", "default_code", line.product_id.id),
            "product_barcode": ("odoo_mirror_product", "barcode", line.product_id.id),
            "product_name": ("odoo_mirror_product", "name", line.product_id.id),
            "location_name": ("odoo_mirror_location", "complete_name", line.location_id.id),
            "location_barcode": ("odoo_mirror_location", "barcode", line.location_id.id),
            "lot_name": ("odoo_mirror_lot", "name", line.lot_id.id),
            "package_name": ("odoo_mirror_package", "name", line.package_id.id),
        }
        warehouse = self.env["odoo.mirror.api"]._for_source(source).with_user(self.clerk)
        self.assert_told_apart(lambda: warehouse._read_picking(123, expand=True), places)

    def test_a_reference_that_becomes_the_barcode_is_no_304(self):
        picking = self.create_assigned_picking()
        self.product.default_code = "4006381333931"
        self.env.flush_all()
        path = f"{PICKINGS}/{picking.id}?expand=names"
        etag = self.call(path).headers["ETag"]
        self.assertEqual(self.call(path, If_None_Match=etag).status_code, 304)
        self.product.write({"default_code": False, "barcode": "4006381333931"})
        self.env.flush_all()
        response = self.call(path, If_None_Match=etag)
        self.assertEqual(response.status_code, 200)
        self.assertEqual(response.json()["move_lines"][0]["product_barcode"], "4006381333931")

    def test_a_new_reference_of_a_move_is_no_304(self):
        picking = self.create_assigned_picking()
        self.env.flush_all()
        path = f"{PICKINGS}/{picking.id}"
        etag = self.call(path).headers["ETag"]
        self.set_value(("stock_move", "reference", picking.move_ids.id), "New")
        response = self.call(path, If_None_Match=etag)
        self.assertEqual(response.json()["move_lines"][0]["reference"], "New")
