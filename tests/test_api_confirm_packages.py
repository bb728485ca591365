from .test_api_confirm import ConfirmCase


class TestConfirmPackages(ConfirmCase):
    def test_a_new_package_and_the_same_again(self):
        other = self.create_product("Second")
        self.put(self.product, 2)
        self.put(other, 2)
        first, second = self.create_demand((self.product, 2), (other, 2)).move_line_ids
        self.assertDone(self.confirm(first, 2, result_package="BOX-1"))
        package = first.result_package_id
        self.assertEqual((package.name, package.create_uid), ("BOX-1", self.clerk))
        self.assertDone(self.confirm(second, 2, result_package="BOX-1"))
        self.assertEqual(second.result_package_id, package)
        self.assertDone(self.confirm(second, 2, result_package="BOX-2"))
        self.assertNotEqual(second.result_package_id, package)
        self.assertDone(self.validate(first.picking_id))
        self.assertEqual(package.location_id, first.location_dest_id)

    def test_a_package_at_another_place(self):
        package = self.env["stock.package"].create({"name": "FULL"})
        self.put(self.product, 1, self.shelf_a, package=package)
        line = self.create_assigned_picking(2).move_line_ids.filtered(lambda line: not line.package_id)[:1]
        self.assertRefused(self.confirm(line, line.quantity, result_package="FULL"), "package_elsewhere")

    def test_goods_out_of_a_package(self):
        package = self.env["stock.package"].create({"name": "FROM"})
        self.put(self.product, 5, self.shelf_a, package=package)
        line = self.create_demand((self.product, 3)).move_line_ids
        self.assertEqual(line.package_id, package)
        self.assertDone(self.confirm(line, 3))
        self.assertEqual((line.package_id, line.picked), (package, True))
        self.assertDone(self.confirm(line, 5))
        self.assertEqual(self.assertRefused(self.confirm(line, 6), "not_enough")["free"], 5)

    def test_another_location_that_holds_the_goods_in_a_package(self):
        self.put(self.product, 3, self.shelf_a)
        line = self.create_demand((self.product, 3)).move_line_ids
        packages = self.env["stock.package"].create([{"name": "P1"}, {"name": "P2"}])
        self.put(self.product, 3, self.shelf_b, package=packages[0])
        self.assertDone(self.confirm(line, 3, scanned_location_barcode="SHELF-B"))
        self.assertEqual((line.location_id, line.package_id, line.picked), (self.shelf_b, packages[0], True))
        # Of two packages, which one is it?
        line = self.create_demand((self.product, 3)).move_line_ids
        self.assertEqual(line.location_id, self.shelf_a)
        self.put(self.product, 3, self.shelf_b, package=packages[1])
        self.assertRefused(self.confirm(line, 3, scanned_location_barcode="SHELF-B"), "package_ambiguous")

    def test_a_part_of_a_package_leaves_it(self):
        package = self.env["stock.package"].create({"name": "WHOLE"})
        self.put(self.product, 4, package=package)
        line = self.create_demand((self.product, 4)).move_line_ids
        self.assertEqual(line.result_package_id, package)  # Odoo wants to move it as it is
        self.assertDone(self.confirm(line, 2))
        self.assertDone(self.validate(line.picking_id, "create"))
        self.assertEqual((line.state, line.result_package_id.name), ("done", False))
        self.assertEqual((package.location_id, package.quant_ids.quantity), (self.stock, 2))

    def test_one_of_two_products_of_a_package_leaves_it(self):
        package, other = self.env["stock.package"].create({"name": "WHOLE"}), self.create_product("Second")
        for product in (self.product, other):
            self.put(product, 2, package=package)
        first, _second = self.create_demand((self.product, 2), (other, 2)).move_line_ids
        self.assertDone(self.confirm(first, 2))
        self.assertDone(self.validate(first.picking_id, "create"))
        self.assertEqual((first.state, first.result_package_id.name), ("done", False))
        self.assertEqual(package.quant_ids.product_id, other)

    def test_a_package_that_is_counted_piece_by_piece_stays_whole(self):
        package = self.env["stock.package"].create({"name": "WHOLE"})
        self.put(self.product, 3, package=package)
        line = self.create_demand((self.product, 3)).move_line_ids
        for count in (1, 2, 3):
            self.assertDone(self.confirm(line, count))
        self.assertDone(self.validate(line.picking_id))
        self.assertEqual(package.location_id, line.location_dest_id)

    def test_a_package_and_a_location_in_a_receipt(self):
        self.clerk.group_ids += self.env.ref("stock.group_stock_multi_locations")
        line = self.create_demand(
            (self.product, 4), picking_type=self.picking_type.warehouse_id.in_type_id, location_dest_id=self.stock.id,
            location_id=self.env.ref("stock.stock_location_suppliers").id,
        ).move_line_ids  # fmt: skip
        self.assertDone(self.confirm(line, 4, scanned_location_barcode="SHELF-B", result_package="BOX-1"))
        self.assertEqual((line.location_dest_id, line.result_package_id.name), (self.shelf_b, "BOX-1"))
        self.assertDone(self.confirm(line, 4, result_package="BOX-2"))
        self.assertEqual((line.location_dest_id, line.result_package_id.name), (self.shelf_b, "BOX-2"))
