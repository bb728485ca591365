from urllib.parse import quote

from .api_common import PICKINGS, ApiCase

GTIN = "04006381333931"


class ScanCase(ApiCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.stock = cls.picking_type.default_location_src_id
        cls.stock.barcode = "STOCK"
        cls.product.barcode = "4006381333931"
        cls.lots = cls.create_product("By Lot", tracking="lot", barcode="4006381333948")
        cls.put(cls.lots, 4, lot="L1")
        cls.package = cls.env["stock.package"].create({"name": "BOX-1"})
        cls.put(cls.create_product("Packed"), 3, package=cls.package)

    def use_gs1(self):
        self.company.nomenclature_id = self.env.ref("barcodes_gs1_nomenclature.default_gs1_nomenclature")

    def identify(self, barcode, **options):
        return self.get(f"/api/odoo/scan?barcode={quote(barcode)}", **options)

    def matches(self, barcode):
        return [(match["kind"], match["id"]) for match in self.identify(barcode)["matches"]]


class TestScan(ScanCase):
    def test_what_is_this(self):
        lot = self.env["stock.lot"].search([("name", "=", "L1")])
        picking = self.create_picking()
        for barcode, kind, record in (
            ("4006381333931", "product", self.product),
            ("L1", "lot", lot),
            ("BOX-1", "package", self.package),
            ("STOCK", "location", self.stock),
            (picking.name, "transfer", picking),
        ):
            self.assertEqual(self.matches(barcode), [(kind, record.id)])
        [match] = self.identify("L1")["matches"]
        self.assertEqual(match, {"kind": "lot", "id": lot.id, "name": "L1", "product_id": self.lots.id,
                                 "product_uom_id": None, "location_id": self.stock.id})  # fmt: skip

    def test_nothing(self):
        for barcode in ("nothing", "%", "_", "'", "(01)", "urn:epc:id:sgtin:x", "urn:", "\x1d", "0" * 300):
            self.assertEqual(self.identify(barcode)["matches"], [], barcode)
        self.assertProblem(self.call("/api/odoo/scan"), 400)
        self.assertProblem(self.call(f"/api/odoo/scan?barcode={'0' * 301}"), 400)

    def test_a_packaging(self):
        six = self.env["uom.uom"].create(
            {"name": "Six", "relative_factor": 6, "relative_uom_id": self.product.uom_id.id}
        )
        self.env["product.uom"].create(
            {"product_id": self.product.id, "uom_id": six.id, "barcode": "SIX", "company_id": self.company.id}
        )
        [match] = self.identify("SIX")["matches"]
        self.assertEqual((match["product_id"], match["product_uom_id"]), (self.product.id, six.id))

    def test_gs1(self):
        self.assertEqual(self.matches(f"01{GTIN}"), [])  # not in this company's nomenclature
        self.use_gs1()
        self.assertEqual(self.matches(f"01{GTIN}"), [("product", self.product.id)])
        told = self.identify("01040063813339483000000003\x1d10L1")
        self.assertEqual([match["kind"] for match in told["matches"]], ["product", "lot"])
        self.assertEqual((told["lot_name"], told["quantity"]), ("L1", 3))
        told = self.identify("0104006381333948" + "10NEW")
        self.assertEqual(([match["kind"] for match in told["matches"]], told["lot_name"]), (["product"], "NEW"))
        self.assertEqual(self.matches("01999999"), [])
        self.assertIsNone(self.identify("0104006381333948" + "10")["lot_name"])

    def test_only_what_the_user_may_see(self):
        other = self.create_key(self.create_user("api_other", "stock.group_stock_user", self.other_company))
        nobody = self.create_key(self.create_user("api_nobody", ""))
        for barcode in ("4006381333931", "STOCK", "L1"):
            self.assertEqual(self.identify(barcode, key=other)["matches"], [])
            self.assertProblem(self.call(f"/api/odoo/scan?barcode={barcode}", key=nobody), 403)


class TestScanLine(ScanCase):
    def scan(self, picking, barcode, key=None):
        return self.post(f"{PICKINGS}/{picking.id}/scan", {"barcode": barcode}, key)

    def test_the_line_and_what_is_left(self):
        self.put(self.product, 5)
        picking = self.create_demand((self.product, 5), (self.lots, 2))
        first, second = picking.move_line_ids
        told = self.assertDone(self.scan(picking, "4006381333931"))
        self.assertEqual(told["line_id"], first.id)
        self.assertEqual([(line["line_id"], line["qty_left"]) for line in told["lines"]], [(first.id, 5)])
        self.assertEqual(self.assertDone(self.scan(picking, "L1"))["line_id"], second.id)
        self.assertEqual(len(self.assertDone(self.scan(picking, "STOCK"))["lines"]), 2)
        self.assertEqual(self.assertDone(self.scan(picking, picking.name))["lines"], [])
        self.assertDone(self.confirm(first, 3))
        told = self.assertDone(self.scan(picking, "4006381333931"))
        rest = picking.move_line_ids.filtered(lambda line: line.product_id == self.product) - first
        self.assertEqual(told["line_id"], rest.id)
        self.assertEqual([line["qty_left"] for line in told["lines"]], [2, 0])
        self.assertDone(self.confirm(rest, 2))
        self.assertIsNone(self.assertDone(self.scan(picking, "4006381333931"))["line_id"])

    def test_a_package(self):
        picking = self.create_demand((self.package.quant_ids.product_id, 3))
        told = self.assertDone(self.scan(picking, "BOX-1"))
        self.assertEqual((told["line_id"], told["lines"][0]["package_id"]), (picking.move_line_ids.id, self.package.id))

    def test_in_a_receipt_a_location_means_the_lines_that_go_there(self):
        shelf = self.env["stock.location"].create(
            {"name": "A", "location_id": self.stock.id, "company_id": self.company.id, "barcode": "SHELF-A"}
        )
        receipt = self.create_demand(
            (self.product, 6), picking_type=self.picking_type.warehouse_id.in_type_id, location_dest_id=self.stock.id,
            location_id=self.env.ref("stock.stock_location_suppliers").id,
        )  # fmt: skip
        line = receipt.move_line_ids
        self.assertEqual(self.assertDone(self.scan(receipt, "STOCK"))["line_id"], line.id)
        self.assertRefused(self.scan(receipt, shelf.barcode), "not_in_transfer")
        line.location_dest_id = shelf
        self.assertEqual(self.assertDone(self.scan(receipt, shelf.barcode))["line_id"], line.id)

    def test_what_is_not_in_the_transfer(self):
        self.put(self.product, 5)
        picking = self.create_demand((self.product, 5))
        self.assertRefused(self.scan(picking, "nothing"), "unknown_barcode")
        problem = self.assertRefused(self.scan(picking, "4006381333948"), "not_in_transfer")
        self.assertEqual([match["id"] for match in problem["matches"]], [self.lots.id])
        other = self.create_key(self.create_user("api_other", "stock.group_stock_user", self.other_company))
        self.assertProblem(self.scan(picking, "nothing", other), 404)

    def test_gs1_from_the_scan_to_the_confirmation(self):
        self.use_gs1()
        receiving = self.picking_type.warehouse_id.in_type_id
        receiving.use_create_lots = True
        receipt = self.create_demand(
            (self.lots, 6), picking_type=receiving, location_dest_id=self.stock.id,
            location_id=self.env.ref("stock.stock_location_suppliers").id,
        )  # fmt: skip
        barcode = "0104006381333948" + "10NEW-7"
        told = self.assertDone(self.scan(receipt, barcode))
        line = receipt.move_line_ids
        self.assertEqual((told["line_id"], told["lot_name"]), (line.id, "NEW-7"))
        self.assertDone(self.confirm(line, 6, scanned_product_barcode=barcode))
        self.assertEqual(line.lot_name, "NEW-7")
        self.assertRefused(self.confirm(line, 6, scanned_product_barcode=f"01{GTIN}"), "wrong_product")
