from odoo import models

from .picking_batch import PickingBatch, links_once


class StockMove(models.Model):
    """Moves of transfers that `external.order.picking` makes: the same result with less asking."""

    _inherit = "stock.move"

    def _is_of_external_batch(self):
        batch = PickingBatch.current(self.env)
        return bool(batch) and self.picking_id.id in batch.picking_ids

    def _should_bypass_reservation(self, forced_location=False):
        # What has left the shop already is not reserved first.
        return self._is_of_external_batch() or super()._should_bypass_reservation(forced_location)

    def _skip_push(self):
        # Odoo looks for a rule for each single move, even where no rule pushes anything on.
        if self._is_of_external_batch() and not PickingBatch.current(self.env).is_pushed(self):
            return True
        return super()._skip_push()

    def _set_references(self):
        if not PickingBatch.current(self.env):
            return super()._set_references()
        # Odoo writes on each single move, even where there is nothing to write.
        return super(StockMove, self.filtered("picking_id.reference_ids"))._set_references()

    def _check_company(self, fnames=None):
        if fnames or not PickingBatch.current(self.env):
            return super()._check_company(fnames)
        for name, moves in links_once(self):
            super(StockMove, moves)._check_company([name])
        return None
