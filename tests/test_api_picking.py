from odoo.fields import Command

from .api_common import PICKINGS, ApiCase


class TestApiPicking(ApiCase):
    def test_shape(self):
        picking = self.create_assigned_picking(5, origin="SO042")
        answer = self.get(f"{PICKINGS}/{picking.id}")
        self.assertEqual(list(answer), ["picking", "move_lines"])
        self.assertEqual(answer["picking"], self.get(f"{PICKINGS}?state=assigned")[0])
        line = picking.move_line_ids
        [told] = answer["move_lines"]
        spec_keys = ["id", "picking_id", "product_id", "qty_done", "location_id", "location_dest_id", "lot_id", "state"]
        self.assertEqual(list(told)[:8], spec_keys)
        self.assertEqual(
            told,
            {
                "id": line.id,
                "picking_id": picking.id,
                "product_id": self.product.id,
                "qty_done": 0,
                "location_id": line.location_id.id,
                "location_dest_id": line.location_dest_id.id,
                "lot_id": None,
                "state": "assigned",
                "quantity": 5,
                "picked": False,
                "product_uom_id": self.product.uom_id.id,
                "lot_name": None,
                "package_id": None,
                "result_package_id": None,
                "reference": picking.name,
                "qty_demand": 5,
            },
        )

    def test_qty_done_is_what_was_picked(self):
        picking = self.create_assigned_picking(5)
        picking.move_line_ids.write({"quantity": 2.5, "picked": True})
        [line] = self.get(f"{PICKINGS}/{picking.id}")["move_lines"]
        self.assertEqual((line["qty_done"], line["quantity"], line["picked"]), (2.5, 2.5, True))
        picking.with_context(skip_backorder=True, cancel_backorder=True).button_validate()
        self.assertEqual(picking.state, "done")
        answer = self.get(f"{PICKINGS}/{picking.id}")
        self.assertEqual(answer["picking"]["state"], "done")
        self.assertEqual([line["qty_done"] for line in answer["move_lines"] if line["state"] == "done"], [2.5])

    def test_lot_and_packages(self):
        picking = self.create_picking()
        product = self.env["product.product"].create({"name": "Serial", "is_storable": True, "tracking": "serial"})
        lot = self.env["stock.lot"].create({"name": "SN-1", "product_id": product.id})
        package = self.env["stock.package"].create({"name": "BOX-1"})
        picking.move_line_ids = [
            Command.create(
                {
                    "product_id": product.id,
                    "quantity": 1,
                    "lot_id": lot.id,
                    "result_package_id": package.id,
                    "location_id": picking.location_id.id,
                    "location_dest_id": picking.location_dest_id.id,
                }
            )
        ]
        [line] = self.get(f"{PICKINGS}/{picking.id}")["move_lines"]
        self.assertEqual((line["lot_id"], line["package_id"], line["result_package_id"]), (lot.id, None, package.id))

    def test_without_lines(self):
        picking = self.create_picking()
        self.assertEqual(self.get(f"{PICKINGS}/{picking.id}")["move_lines"], [])

    def test_unknown(self):
        gone = self.create_picking()
        gone.unlink()
        for picking_id in (gone.id, 0, -1, 2**31 - 1, 2**31, 10**30, "abc", "1.0", "%00", "1%20"):
            with self.subTest(picking_id):
                self.assertProblem(self.call(f"{PICKINGS}/{picking_id}"), 404)

    def test_unknown_parameter(self):
        picking = self.create_picking()
        self.assertEqual(self.get(f"{PICKINGS}/{picking.id}?state=done")["picking"]["state"], "draft")

    def test_rule_of_the_lines(self):
        picking = self.create_assigned_picking()
        self.env["ir.rule"].create(
            {
                "name": "No lines",
                "model_id": self.env["ir.model"]._get_id("stock.move.line"),
                "domain_force": "[('quantity', '>', 100)]",
            }
        )
        self.assertEqual(self.get(f"{PICKINGS}/{picking.id}")["move_lines"], [])

    def test_not_modified(self):
        picking = self.create_assigned_picking(5)
        path = f"{PICKINGS}/{picking.id}"
        etag = self.call(path).headers["ETag"]
        self.assertEqual(self.call(path, If_None_Match=etag).status_code, 304)
        picking.move_line_ids.picked = True
        self.env.flush_all()
        response = self.call(path, If_None_Match=etag)
        self.assertEqual((response.status_code, response.json()["move_lines"][0]["qty_done"]), (200, 5))
        etag = response.headers["ETag"]
        picking.origin = "another"
        self.env.flush_all()
        self.assertEqual(self.call(path, If_None_Match=etag).status_code, 200)
