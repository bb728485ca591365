from unittest.mock import patch

from odoo.exceptions import UserError

from .api_common import PICKINGS, ApiCase


class TestValidate(ApiCase):
    def picking_of_two(self):
        """Return a transfer of two products, of which the first one is picked."""
        other = self.create_product("Second")
        self.put(self.product, 5)
        self.put(other, 5)
        picking = self.create_demand((self.product, 5), (other, 5))
        self.assertDone(self.confirm(picking.move_line_ids[0], 5))
        return picking

    def test_everything_is_picked(self):
        picking = self.create_assigned_picking(5)
        self.assertDone(self.confirm(picking.move_line_ids, 5))
        answer = self.assertDone(self.validate(picking))
        self.assertEqual(answer, {"picking": self.get(f"{PICKINGS}/{picking.id}")["picking"], "backorder": None})
        self.assertEqual(answer["picking"]["state"], "done")
        self.assertEqual(self.assertDone(self.validate(picking)), answer)
        self.assertEqual(self.assertDone(self.post(f"{PICKINGS}/{picking.id}/validate")), answer)

    def test_no_body_is_needed(self):
        picking = self.create_assigned_picking(5)
        self.assertDone(self.confirm(picking.move_line_ids, 5))
        self.assertDone(self.call(f"{PICKINGS}/{picking.id}/validate", method="POST"))

    def test_ask_lists_what_is_missing(self):
        picking = self.picking_of_two()
        second = picking.move_line_ids[1]
        self.assertDone(self.confirm(second, 2))
        problem = self.assertRefused(self.validate(picking), "lines_incomplete")
        [missing] = problem["missing"]
        self.assertEqual(missing["product_id"], second.product_id.id)
        self.assertEqual((missing["qty_demand"], missing["qty_done"], missing["qty_missing"]), (5, 2, 3))
        self.assertEqual(missing["line_ids"], (picking.move_line_ids[1:] - second).ids)
        self.assertEqual(problem["allowed"], ["create", "cancel"])
        self.assertEqual(picking.state, "assigned")

    def test_create_a_backorder(self):
        picking = self.picking_of_two()
        answer = self.assertDone(self.validate(picking, "create"))
        backorder = picking.backorder_ids
        self.assertEqual(answer["backorder"], self.get(f"{PICKINGS}/{backorder.id}")["picking"])
        self.assertEqual((picking.state, backorder.state), ("done", "assigned"))
        self.assertEqual(backorder.move_ids.product_uom_qty, 5)
        self.assertEqual(self.assertDone(self.validate(picking, "create")), answer)

    def test_give_up_what_is_missing(self):
        picking = self.picking_of_two()
        answer = self.assertDone(self.validate(picking, "cancel"))
        self.assertIsNone(answer["backorder"])
        self.assertEqual(sorted(picking.move_ids.mapped("state")), ["cancel", "done"])

    def test_the_rest_of_a_line_goes_into_the_backorder(self):
        picking = self.create_assigned_picking(5)
        self.assertDone(self.confirm(picking.move_line_ids, 2))
        backorder = self.assertDone(self.validate(picking, "create"))["backorder"]
        [line] = self.get(f"{PICKINGS}/{backorder['id']}")["move_lines"]
        self.assertEqual((line["quantity"], line["picked"]), (3, False))

    def test_the_operation_type_decides(self):
        for rule, forbidden, allowed in (("always", "cancel", "create"), ("never", "create", "cancel")):
            self.picking_type.create_backorder = rule
            picking = self.picking_of_two()
            self.assertRefused(self.validate(picking), "lines_incomplete")
            problem = self.assertRefused(self.validate(picking, forbidden), "backorder_not_allowed")
            self.assertEqual(problem["allowed"], [allowed])
            answer = self.assertDone(self.validate(picking, allowed))
            self.assertEqual(bool(answer["backorder"]), allowed == "create")

    def test_nothing_is_picked_by_itself(self):
        picking = self.create_assigned_picking(5)
        for backorder in ("ask", "create", "cancel"):
            self.assertRefused(self.validate(picking, backorder), "nothing_picked")
        self.assertFalse(picking.move_ids.picked)

    def test_closed_transfers(self):
        self.assertRefused(self.validate(self.create_picking()), "picking_draft")
        picking = self.create_assigned_picking(5)
        picking.action_cancel()
        self.assertRefused(self.validate(picking), "picking_cancelled")
        self.assertProblem(self.post(f"{PICKINGS}/{picking.id}/validate", {"backorder": "yes"}), 422)

    def test_a_lot_that_is_missing(self):
        self.picking_type.use_create_lots = True
        lots = self.create_product("By Lot", tracking="lot")
        receiving = self.picking_type.warehouse_id.in_type_id
        receipt = self.create_demand(
            (lots, 2),
            picking_type=receiving,
            location_id=self.env.ref("stock.stock_location_suppliers").id,
            location_dest_id=self.picking_type.default_location_src_id.id,
        )
        receipt.move_line_ids.picked = True
        self.assertEqual(
            self.assertRefused(self.validate(receipt), "lot_required")["line_ids"], receipt.move_line_ids.ids
        )

    def test_what_odoo_asks_is_refused_and_nothing_is_done(self):
        picking = self.picking_of_two()

        def ask(pickings):
            pickings.note = "half done"
            return {"type": "ir.actions.act_window", "res_model": "expiry.picking.confirmation", "name": "Confirmation"}

        with patch.object(self.registry["stock.picking"], "_pre_action_done_hook", ask):
            problem = self.assertRefused(self.validate(picking, "create"), "lots_expired")
        self.assertIn("Confirmation", problem["detail"])
        self.assertEqual((picking.state, picking.note), ("assigned", False))
        # After the question about the backorder, too.
        original = self.registry["stock.picking"]._pre_action_done_hook

        def ask_then(pickings):
            result = original(pickings)
            return {"res_model": "some.wizard", "name": "Weigh it"} if result is True else result

        with patch.object(self.registry["stock.picking"], "_pre_action_done_hook", ask_then):
            self.assertRefused(self.validate(picking, "create"), "needs_confirmation")
        self.assertEqual((picking.state, picking.backorder_ids.ids), ("assigned", []))

    def test_what_odoo_refuses_is_told_in_its_words(self):
        picking = self.create_assigned_picking(5)
        self.assertDone(self.confirm(picking.move_line_ids, 5))

        reason = "The gate is closed."

        def refuse(_pickings):
            raise UserError(reason)

        with patch.object(self.registry["stock.picking"], "_action_done", refuse):
            self.assertIn(reason, self.assertRefused(self.validate(picking), "refused")["detail"])
        self.assertEqual(picking.state, "assigned")

    def test_labels_to_print_do_not_keep_it_from_being_done(self):
        self.picking_type.write({"auto_print_delivery_slip": True})
        picking = self.create_assigned_picking(5)
        self.assertDone(self.confirm(picking.move_line_ids, 5))
        self.assertEqual(self.assertDone(self.validate(picking))["picking"]["state"], "done")
