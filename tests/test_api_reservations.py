from collections import defaultdict

from .test_api_confirm import ConfirmCase


class TestApiReservations(ConfirmCase):
    """What the quants say is reserved is what the open lines say, also where Odoo exchanges or corrects lines."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.lots = cls.create_product("By Lot", tracking="lot")

    def assertReservationsAgree(self, product):
        """Check that each quant reserves exactly what the open lines of its place hold, and no more than there is."""
        quants, lines = defaultdict(float), defaultdict(float)
        of_product = [("product_id", "=", product.id), ("location_id.usage", "=", "internal")]
        for quant in self.env["stock.quant"].search(of_product):
            quants[quant.location_id, quant.lot_id, quant.package_id] += quant.reserved_quantity
            self.assertLessEqual(quant.reserved_quantity, quant.quantity)
        for line in self.env["stock.move.line"].search([*of_product, ("state", "not in", ("done", "cancel"))]):
            lines[line.location_id, line.lot_id, line.package_id] += line.quantity_product_uom
        self.assertEqual(
            {place: quantity for place, quantity in quants.items() if quantity},
            {place: quantity for place, quantity in lines.items() if quantity},
        )

    def test_lots_of_two_lines_are_exchanged(self):
        self.put(self.lots, 5, lot="L1")
        self.put(self.lots, 5, lot="L2")
        first, second = self.create_demand((self.lots, 8)).move_line_ids.sorted("id")
        self.assertEqual((first.quantity, second.quantity), (5, 3))
        self.assertDone(self.confirm(first, 5, lot_name=second.lot_id.name))
        self.assertReservationsAgree(self.lots)
        self.assertDone(self.confirm(second, 3))
        self.assertDone(self.validate(first.picking_id))
        self.assertEqual(self.reserved(self.lots), 0)

    def test_a_line_that_takes_more_than_it_had_gives_back_no_more_than_that(self):
        self.put(self.lots, 1, lot="L1")
        self.put(self.lots, 2, lot="L2")
        picking = self.create_demand((self.lots, 3))
        first, second = picking.move_line_ids.sorted("quantity")
        self.assertEqual((first.lot_id.name, second.lot_id.name), ("L1", "L2"))
        self.assertDone(self.confirm(first, 2, lot_name="L2"))
        self.assertEqual((first.lot_id.name, first.quantity, first.picked), ("L2", 2, True))
        self.assertEqual((second.lot_id.name, second.quantity, second.picked), ("L1", 1, False))
        self.assertReservationsAgree(self.lots)
        self.assertDone(self.confirm(second, 1))
        self.assertDone(self.validate(picking))

    def test_a_line_beside_free_goods_gives_back_only_what_the_demand_needs(self):
        self.put(self.lots, 1, lot="L1")
        self.put(self.lots, 3, lot="L2")
        picking = self.create_demand((self.lots, 3))
        first, second = picking.move_line_ids.sorted("quantity")
        self.assertDone(self.confirm(first, 3, lot_name="L2"))
        self.assertEqual((first.lot_id.name, first.quantity, first.picked), ("L2", 3, True))
        self.assertFalse(second.exists())
        self.assertEqual(self.reserved(self.lots), 3)
        self.assertReservationsAgree(self.lots)

    def test_a_whole_package_is_replaced_by_goods_of_another_place(self):
        package = self.env["stock.package"].create({"name": "WHOLE"})
        self.put(self.product, 4, self.shelf_a, package=package)
        line = self.create_demand((self.product, 4)).move_line_ids
        self.assertEqual(line.result_package_id, package)
        self.put(self.product, 4, self.shelf_b)
        self.assertDone(self.confirm(line, 4, scanned_location_barcode="SHELF-B"))
        self.assertEqual((line.package_id.name, line.result_package_id.name), (False, False))
        self.assertReservationsAgree(self.product)
        self.assertDone(self.validate(line.picking_id))
        self.assertEqual(self.reserved(self.product), 0)

    def test_a_mistyped_quantity_reserves_no_more_than_the_demand_once_corrected(self):
        self.put(self.product, 40)
        line = self.create_assigned_picking(4).move_line_ids
        self.assertDone(self.confirm(line, 40))
        told = self.assertDone(self.confirm(line, 3))["move_lines"]
        self.assertEqual([(one["quantity"], one["picked"]) for one in told], [(3, True), (1, False)])
        self.assertReservationsAgree(self.product)
        self.assertDone(self.confirm(line, 40))
        told = self.assertDone(self.confirm(line, 4))["move_lines"]
        self.assertEqual([(one["quantity"], one["picked"]) for one in told], [(4, True)])
        self.assertDone(self.confirm(line, 40))
        told = self.assertDone(self.confirm(line, 0))["move_lines"]
        self.assertEqual([(one["quantity"], one["picked"]) for one in told], [(4, False)])
        self.assertReservationsAgree(self.product)

    def test_a_mistyped_quantity_in_a_receipt(self):
        receiving = self.picking_type.warehouse_id.in_type_id
        line = self.create_demand(
            (self.product, 4), picking_type=receiving, location_dest_id=self.stock.id,
            location_id=self.env.ref("stock.stock_location_suppliers").id,
        ).move_line_ids  # fmt: skip
        self.assertDone(self.confirm(line, 30))
        told = self.assertDone(self.confirm(line, 3))["move_lines"]
        self.assertEqual([(one["quantity"], one["picked"]) for one in told], [(3, True), (1, False)])
