from odoo import models

from .picking_batch import PickingBatch, links_once, written_together


class StockMove(models.Model):
    """Speeds up moves of transfers created by ``external.order.picking``, with the same result as Odoo."""

    _inherit = "stock.move"

    def _is_of_external_batch(self):
        batch = PickingBatch.current(self.env)
        return bool(batch) and self.picking_id.id in batch.picking_ids

    def _should_bypass_reservation(self, forced_location=False):
        # Goods that have already left the shop need no reservation.
        return self._is_of_external_batch() or super()._should_bypass_reservation(forced_location)

    def _skip_push(self):
        # Odoo searches a rule for each move, even if no push rule exists.
        if self._is_of_external_batch() and not PickingBatch.current(self.env).is_pushed(self):
            return True
        return super()._skip_push()

    def _set_references(self):
        if not PickingBatch.current(self.env):
            return super()._set_references()
        # Odoo writes on each move, even if nothing changes.
        return super(StockMove, self.filtered("picking_id.reference_ids"))._set_references()

    def _update_orderpoints(self):
        if not self or not PickingBatch.current(self.env):
            return super()._update_orderpoints()
        # Odoo searches the reordering rules of each move; most products have none, and equal moves have the same.
        # sudo: as Odoo does.
        rules = self.env["stock.warehouse.orderpoint"].sudo().search([("product_id", "in", self.product_id.ids)])
        replenished = set(rules.product_id.ids)
        different = {
            (move.product_id, move.location_id, move.location_dest_id): move.id
            for move in self
            if move.product_id.id in replenished
        }
        return super(StockMove, self.browse(different.values()))._update_orderpoints()

    def _set_value(self, correction_quantity=None):
        # The value of what comes in changes the cost of its product; by FIFO, so does the value of what leaves.
        if not PickingBatch.current(self.env) or any(
            move.is_in or move.is_dropship or move.product_id.cost_method == "fifo" for move in self
        ):
            return super()._set_value(correction_quantity)
        with written_together(self, ["value"]):
            return super()._set_value(correction_quantity)

    def _check_company(self, fnames=None):
        if fnames or not PickingBatch.current(self.env):
            return super()._check_company(fnames)
        for name, moves in links_once(self):
            super(StockMove, moves)._check_company([name])
        return None

    def _add_mls_related_to_order(self, related_order_lines, are_qties_done=True):
        result = super()._add_mls_related_to_order(related_order_lines, are_qties_done)
        of_external = related_order_lines.filtered(lambda line: line.qty > 0 and line.order_id.source == "external")
        if are_qties_done and (packed := of_external.pack_lot_ids):
            self._take_lots_where_they_lie({(lot.product_id, lot.lot_name) for lot in packed})
        return result

    def _take_lots_where_they_lie(self, named):
        """Spread the move lines of lots over the locations and packages that hold them.

        Odoo takes the whole quantity of a lot from the location that last received some, even if that is not enough.
        The lots of external orders were chosen across all locations.

        :param set named: pairs of product and lot name
        """
        for line in self.move_line_ids:
            product, name = line.product_id, line.lot_id.name or line.lot_name
            if (product, name) not in named:
                continue
            compare = product.uom_id.compare
            quants = self.env["stock.quant"]._gather(product, line.move_id.location_id)
            quants = quants.filtered(lambda quant, name=name: quant.lot_id.name == name)
            here = quants.filtered(
                lambda quant, line=line: (
                    (quant.location_id, quant.lot_id, quant.package_id, quant.owner_id)
                    == (line.location_id, line.lot_id, line.package_id, line.owner_id)
                )
            )
            free_here = sum(quant.quantity - quant.reserved_quantity for quant in here) + (
                line.quantity if here else 0.0
            )
            missing = line.quantity - max(free_here, 0.0)
            if compare(missing, 0.0) <= 0:
                continue
            values_list = []
            for quant in quants - here:
                part = min(quant.quantity - quant.reserved_quantity, missing)
                if compare(part, 0.0) > 0:
                    missing -= part
                    values_list.append(line.move_id._prepare_move_line_vals(part, reserved_quant=quant))
            if not values_list:
                continue
            line.quantity -= sum(values["quantity"] for values in values_list)
            if compare(line.quantity, 0.0) <= 0:
                line.unlink()
            line.create(values_list)
