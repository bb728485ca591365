from odoo.fields import Command

from .api_common import PICKINGS, ApiCase


class ConfirmCase(ApiCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.stock = cls.picking_type.default_location_src_id
        cls.shelf_a, cls.shelf_b = cls.env["stock.location"].create(
            [
                {"name": name, "location_id": cls.stock.id, "company_id": cls.company.id, "barcode": f"SHELF-{name}"}
                for name in ("A", "B")
            ]
        )
        cls.product.barcode = "4006381333931"

    def told(self, line):
        """Return a line as the API shows it."""
        lines = self.get(f"{PICKINGS}/{line.picking_id.id}")["move_lines"]
        return next(told for told in lines if told["id"] == line.id)

    def reserved(self, product, location=None):
        quants = self.env["stock.quant"].search(
            [("product_id", "=", product.id), ("location_id.usage", "=", "internal")]
        )
        return sum(
            quants.filtered(lambda quant: not location or quant.location_id == location).mapped("reserved_quantity")
        )

    def create_receipt(self, product, quantity, **rules):
        operation = self.picking_type.warehouse_id.in_type_id
        operation.write(rules)
        return self.create_demand(
            (product, quantity), picking_type=operation, location_id=self.env.ref("stock.stock_location_suppliers").id,
            location_dest_id=self.stock.id,
        )  # fmt: skip


class TestConfirm(ConfirmCase):
    def test_the_line_is_picked(self):
        picking = self.create_assigned_picking(5)
        line = picking.move_line_ids
        response = self.confirm(line, 5, scanned_product_barcode=self.product.barcode)
        document = self.assertDone(response)
        self.assertEqual(document, self.get(f"{PICKINGS}/{picking.id}"))
        self.assertEqual(response.headers["ETag"], self.call(f"{PICKINGS}/{picking.id}").headers["ETag"])
        [told] = document["move_lines"]
        self.assertEqual((told["qty_done"], told["quantity"], told["picked"]), (5, 5, True))
        self.assertTrue(picking.move_ids.picked)
        self.assertEqual(line.write_uid, self.clerk)

    def test_zero_takes_it_back(self):
        line = self.create_assigned_picking(5).move_line_ids
        self.assertDone(self.confirm(line, 5))
        [told] = self.assertDone(self.confirm(line, 0))["move_lines"]
        self.assertEqual((told["qty_done"], told["quantity"], told["picked"]), (0, 5, False))

    def test_a_part_leaves_a_line_with_the_rest(self):
        picking = self.create_assigned_picking(5)
        line = picking.move_line_ids
        first, rest = self.assertDone(self.confirm(line, 2))["move_lines"]
        self.assertEqual((first["id"], first["qty_done"]), (line.id, 2))
        self.assertEqual((rest["qty_done"], rest["quantity"], rest["picked"]), (0, 3, False))
        self.assertEqual(picking.move_ids.quantity, 5)
        self.assertEqual(self.reserved(self.product), 5)
        # A larger quantity later: the rest is used up.
        [told] = self.assertDone(self.confirm(line, 5))["move_lines"]
        self.assertEqual((told["id"], told["qty_done"]), (line.id, 5))
        self.assertEqual(self.reserved(self.product), 5)

    def test_a_correction_downwards(self):
        line = self.create_assigned_picking(5).move_line_ids
        self.assertDone(self.confirm(line, 5))
        first, rest = self.assertDone(self.confirm(line, 4))["move_lines"]
        self.assertEqual((first["qty_done"], rest["quantity"], rest["picked"]), (4, 1, False))

    def test_more_than_demanded_as_far_as_it_is_there(self):
        self.put(self.product, 3)
        picking = self.create_assigned_picking(5)
        line = picking.move_line_ids
        problem = self.assertRefused(self.confirm(line, 9), "not_enough")
        self.assertEqual(problem["free"], 8)
        self.assertFalse(line.picked)
        [told] = self.assertDone(self.confirm(line, 8))["move_lines"]
        self.assertEqual((told["qty_done"], told["qty_demand"]), (8, 5))
        self.assertEqual(self.reserved(self.product), 8)

    def test_what_others_have_reserved_is_not_free(self):
        picking = self.create_assigned_picking(5)
        self.create_assigned_picking(4)
        self.assertEqual(self.assertRefused(self.confirm(picking.move_line_ids, 6), "not_enough")["free"], 5)

    def test_wrong_product(self):
        self.create_product("Other", barcode="4006381333948")
        line = self.create_assigned_picking(5).move_line_ids
        for barcode in ("4006381333948", "0000", "%"):
            problem = self.assertRefused(self.confirm(line, 5, scanned_product_barcode=barcode), "wrong_product")
            self.assertEqual(problem["expected_barcode"], "4006381333931")
        self.assertFalse(line.picked)

    def test_the_barcode_of_a_packaging(self):
        six = self.env["uom.uom"].create(
            {"name": "Six", "relative_factor": 6, "relative_uom_id": self.product.uom_id.id}
        )
        self.env["product.uom"].create(
            {"product_id": self.product.id, "uom_id": six.id, "barcode": "SIX", "company_id": self.company.id}
        )
        self.assertDone(self.confirm(self.create_assigned_picking(6).move_line_ids, 6, scanned_product_barcode="SIX"))

    def test_the_quantity_is_in_the_unit_of_the_line(self):
        dozen = self.env.ref("uom.product_uom_dozen")
        self.put(self.product, 24)
        picking = self.create_picking()
        self.env["stock.move"].create(
            {
                "picking_id": picking.id, "product_id": self.product.id, "product_uom_qty": 2, "product_uom": dozen.id,
                "company_id": self.company.id,
                "location_id": picking.location_id.id, "location_dest_id": picking.location_dest_id.id,
            }
        )  # fmt: skip
        picking.action_confirm()
        picking.action_assign()
        line = picking.move_line_ids
        if line.product_uom_id != dozen:  # Odoo reserves in the product's unit unless the whole demand fits
            line.write({"product_uom_id": dozen.id, "quantity": 2})
        self.assertRefused(self.confirm(line, 3), "not_enough")
        [told] = self.assertDone(self.confirm(line, 2))["move_lines"]
        self.assertEqual((told["qty_done"], told["product_uom_id"]), (2, dozen.id))
        self.assertEqual(self.reserved(self.product), 24)
        self.assertRefused(self.confirm(line, 1.23456789), "quantity_rounding")

    def test_closed_transfers(self):
        line = self.create_assigned_picking(5).move_line_ids
        self.assertDone(self.confirm(line, 5))
        self.assertDone(self.validate(line.picking_id))
        self.assertRefused(self.confirm(line, 4), "picking_done")
        line = self.create_assigned_picking(5).move_line_ids
        picking = line.picking_id
        other = self.create_assigned_picking(1).move_line_ids
        self.assertProblem(self.confirm(other, 1, picking=picking), 404)
        nothing = Command.create({"product_id": self.product.id, "quantity": 0, "company_id": self.company.id})
        draft = self.create_picking(move_line_ids=[nothing])
        self.assertEqual(draft.state, "draft")
        self.assertRefused(self.confirm(draft.move_line_ids, 1), "picking_draft")

    def test_what_is_empty_or_around_a_barcode_does_not_count(self):
        """Scanners end a barcode with a line feed; clients send the fields of a form that nobody has filled."""
        empty = {"scanned_product_barcode": "", "scanned_location_barcode": " ", "lot_name": "", "result_package": " "}
        line = self.create_assigned_picking(5).move_line_ids
        self.assertDone(self.confirm(line, 5, **empty))
        self.assertFalse(line.result_package_id)
        self.assertDone(
            self.confirm(line, 5, scanned_product_barcode=f"{self.product.barcode}\r\n", result_package=" BOX-1\t")
        )
        self.assertEqual(line.result_package_id.name, "BOX-1")

    def test_malformed_requests(self):
        line = self.create_assigned_picking(5).move_line_ids
        path = f"{PICKINGS}/{line.picking_id.id}/lines/{line.id}/confirm"
        for body in ({}, {"qty_done": -1}, {"qty_done": "5"}, {"qty_done": 5, "user_id": 2}, {"qty_done": 1e12}, []):
            self.assertRefused(self.post(path, body), "invalid", 422)
        self.assertProblem(self.post(f"{PICKINGS}/{line.picking_id.id}/lines/0/confirm", {"qty_done": 1}), 404)
        self.assertProblem(self.post(f"{PICKINGS}/999999999/lines/{line.id}/confirm", {"qty_done": 1}), 404)


class TestConfirmLocation(ConfirmCase):
    def test_the_expected_location(self):
        self.put(self.product, 5, self.shelf_a)
        line = self.create_demand((self.product, 5)).move_line_ids
        self.assertDone(self.confirm(line, 5, scanned_location_barcode="SHELF-A"))
        self.assertEqual(line.location_id, self.shelf_a)

    def test_another_location_that_holds_the_goods(self):
        self.put(self.product, 5, self.shelf_a)
        line = self.create_demand((self.product, 5)).move_line_ids
        self.put(self.product, 7, self.shelf_b)
        told = self.assertDone(self.confirm(line, 2, scanned_location_barcode="SHELF-B"))["move_lines"]
        self.assertEqual(
            [(line["location_id"], line["quantity"], line["picked"]) for line in told],
            [(self.shelf_b.id, 2, True), (self.shelf_a.id, 3, False)],
        )
        self.assertEqual((self.reserved(self.product, self.shelf_a), self.reserved(self.product, self.shelf_b)), (3, 2))
        problem = self.assertRefused(self.confirm(line, 8, scanned_location_barcode="SHELF-B"), "not_enough")
        self.assertEqual(problem["free"], 7)

    def test_a_location_without_the_goods(self):
        self.put(self.product, 5, self.shelf_a)
        line = self.create_demand((self.product, 5)).move_line_ids
        elsewhere = self.env["stock.location"].create(
            {"name": "Elsewhere", "usage": "internal", "barcode": "ELSEWHERE", "company_id": self.company.id}
        )
        self.put(self.product, 5, elsewhere)
        for barcode in ("SHELF-B", "ELSEWHERE", "NOWHERE"):
            problem = self.assertRefused(self.confirm(line, 5, scanned_location_barcode=barcode), "wrong_location")
            self.assertEqual(problem["expected_barcode"], "SHELF-A")
        self.assertEqual((line.location_id, line.picked), (self.shelf_a, False))

    def test_in_a_receipt_the_location_is_where_the_goods_go(self):
        receipt = self.create_receipt(self.product, 4)
        line = receipt.move_line_ids
        told = self.assertDone(self.confirm(line, 4, scanned_location_barcode="SHELF-B"))["move_lines"]
        self.assertEqual([line["location_dest_id"] for line in told], [self.shelf_b.id])
        self.assertDone(self.validate(receipt))
        self.assertEqual(self.product.with_context(location=self.shelf_b.id).qty_available, 4)

    def test_the_rest_of_a_receipt_keeps_the_place_that_odoo_chose(self):
        self.env["stock.putaway.rule"].create(
            {"product_id": self.product.id, "location_in_id": self.stock.id, "location_out_id": self.shelf_a.id,
             "company_id": self.company.id}
        )  # fmt: skip
        receipt = self.create_receipt(self.product, 5)
        told = self.assertDone(self.confirm(receipt.move_line_ids, 2, scanned_location_barcode="SHELF-B"))["move_lines"]
        self.assertEqual(
            [(line["quantity"], line["location_dest_id"]) for line in told],
            [(2, self.shelf_b.id), (3, self.shelf_a.id)],
        )
        # Everything that is demanded is still there.
        self.assertEqual({line["state"] for line in told}, {"assigned"})

    def test_the_rest_of_goods_that_are_not_counted_stays_at_its_place(self):
        line = self.create_demand((self.create_product("Screws", is_storable=False), 5)).move_line_ids
        told = self.assertDone(self.confirm(line, 2, scanned_location_barcode="SHELF-B"))["move_lines"]
        self.assertEqual([line["location_id"] for line in told], [self.shelf_b.id, self.stock.id])


class TestConfirmLots(ConfirmCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.lots = cls.create_product("By Lot", tracking="lot")
        cls.serials = cls.create_product("By Serial", tracking="serial")

    def test_the_reserved_lot(self):
        self.put(self.lots, 5, lot="L1")
        line = self.create_demand((self.lots, 5)).move_line_ids
        self.assertDone(self.confirm(line, 5, lot_name="L1"))
        self.assertEqual((line.lot_id.name, line.picked), ("L1", True))

    def test_another_lot(self):
        self.put(self.lots, 5, lot="L1")
        line = self.create_demand((self.lots, 5)).move_line_ids
        self.put(self.lots, 3, lot="L2")
        self.assertRefused(self.confirm(line, 4, lot_name="L2"), "not_enough")
        told = self.assertDone(self.confirm(line, 3, lot_name="L2"))["move_lines"]
        self.assertEqual([(line["quantity"], line["picked"]) for line in told], [(3, True), (2, False)])
        self.assertEqual(line.picking_id.move_line_ids.sorted("id").lot_id.mapped("name"), ["L2", "L1"])
        self.assertRefused(self.confirm(line, 1, lot_name="L3"), "lot_unknown")

    def test_serial_numbers_of_two_lines_are_exchanged(self):
        for name in ("S1", "S2"):
            self.put(self.serials, 1, lot=name)
        first, second = self.create_demand((self.serials, 2)).move_line_ids.sorted("id")
        wanted = second.lot_id
        self.assertDone(self.confirm(first, 1, lot_name=wanted.name))
        self.assertEqual((first.lot_id, first.picked, second.picked), (wanted, True, False))
        self.assertNotEqual(second.lot_id, wanted)
        self.assertEqual(self.reserved(self.serials), 2)
        # Once it is picked, no other transfer gets it.
        self.assertRefused(self.confirm(second, 1, lot_name=wanted.name), "not_enough")
        self.assertDone(self.confirm(second, 1))
        self.assertDone(self.validate(first.picking_id))

    def test_a_serial_number_is_one_piece(self):
        self.put(self.serials, 1, lot="S1")
        line = self.create_demand((self.serials, 1)).move_line_ids
        self.assertRefused(self.confirm(line, 2), "serial_quantity")

    def test_new_lots_in_a_receipt(self):
        receipt = self.create_receipt(self.lots, 10, use_create_lots=True, use_existing_lots=False)
        line = receipt.move_line_ids
        self.assertRefused(self.confirm(line, 4), "lot_required")
        first, rest = self.assertDone(self.confirm(line, 4, lot_name="N1"))["move_lines"]
        self.assertEqual((first["lot_name"], first["quantity"], rest["lot_name"], rest["quantity"]), ("N1", 4, None, 6))
        rest = receipt.move_line_ids - line
        told = self.assertDone(self.confirm(rest, 6, lot_name="N2"))["move_lines"]
        self.assertEqual([line["lot_name"] for line in told], ["N1", "N2"])
        self.assertDone(self.validate(receipt))
        lots = self.env["stock.lot"].search([("product_id", "=", self.lots.id)], order="name")
        self.assertEqual([(lot.name, lot.product_qty) for lot in lots], [("N1", 4), ("N2", 6)])

    def test_a_serial_number_twice(self):
        receipt = self.create_receipt(self.serials, 2, use_create_lots=True, use_existing_lots=False)
        first, second = receipt.move_line_ids
        self.assertDone(self.confirm(first, 1, lot_name="S1"))
        self.assertRefused(self.confirm(second, 1, lot_name="S1"), "serial_used")

    def test_a_serial_number_that_is_in_stock(self):
        self.put(self.serials, 1, self.shelf_a, lot="S1")
        for rules in ({"use_existing_lots": True}, {"use_existing_lots": False}):
            receipt = self.create_receipt(self.serials, 1, use_create_lots=True, **rules)
            self.assertRefused(self.confirm(receipt.move_line_ids, 1, lot_name="S1"), "serial_used")

    def test_an_existing_serial_number_twice(self):
        self.env["stock.lot"].create({"name": "S1", "product_id": self.serials.id})
        receipt = self.create_receipt(self.serials, 2, use_create_lots=True, use_existing_lots=True)
        first, second = receipt.move_line_ids
        self.assertDone(self.confirm(first, 1, lot_name="S1"))
        self.assertRefused(self.confirm(second, 1, lot_name="S1"), "serial_used")

    def test_a_serial_number_that_a_customer_returns(self):
        self.put(self.serials, 1, lot="S1")
        line = self.create_demand((self.serials, 1)).move_line_ids
        self.assertDone(self.confirm(line, 1))
        self.assertDone(self.validate(line.picking_id))
        # From a vendor it would be a second piece with this number.
        receipt = self.create_receipt(self.serials, 1, use_create_lots=True, use_existing_lots=False)
        self.assertRefused(self.confirm(receipt.move_line_ids, 1, lot_name="S1"), "serial_used")
        returned = self.create_demand(
            (self.serials, 1), picking_type=receipt.picking_type_id, location_dest_id=self.stock.id,
            location_id=line.location_dest_id.id,
        )  # fmt: skip
        self.assertDone(self.confirm(returned.move_line_ids, 1, lot_name="S1"))
        self.assertDone(self.validate(returned))
        self.assertEqual(line.lot_id.location_id, self.stock)

    def test_the_barcode_of_another_lot_names_this_lot(self):
        self.put(self.lots, 5, lot="L1")
        line = self.create_demand((self.lots, 5)).move_line_ids
        self.put(self.lots, 5, lot="L2")
        self.assertDone(self.confirm(line, 5, scanned_product_barcode="L2"))
        self.assertEqual((line.lot_id.name, line.picked), ("L2", True))
        self.assertRefused(self.confirm(line, 5, scanned_product_barcode="L2", lot_name="L1"), "wrong_lot")
        self.assertEqual(line.lot_id.name, "L2")

    def test_only_existing_lots(self):
        receipt = self.create_receipt(self.lots, 1, use_create_lots=False, use_existing_lots=True)
        self.assertRefused(self.confirm(receipt.move_line_ids, 1, lot_name="N1"), "lot_unknown")
        lot = self.env["stock.lot"].create({"name": "N1", "product_id": self.lots.id})
        self.assertDone(self.confirm(receipt.move_line_ids, 1, lot_name="N1"))
        self.assertEqual(receipt.move_line_ids.lot_id, lot)

    def test_products_without_lots(self):
        line = self.create_assigned_picking(5).move_line_ids
        self.assertRefused(self.confirm(line, 5, lot_name="L1"), "lot_not_used")
