from odoo import models

from ..order_import.outcome import Warn


class PosSession(models.Model):
    _inherit = "pos.session"

    def _create_picking_at_end_of_session(self):
        result = super()._create_picking_at_end_of_session()
        self._warn_of_open_transfers()
        return result

    def _create_account_move(self, balancing_account=False, amount_to_balance=0, bank_payment_method_diffs=None):
        data = super()._create_account_move(balancing_account, amount_to_balance, bank_payment_method_diffs)
        if warning := self._get_lock_warning():
            # sudo: the user who closes the session may not have access to the inbox.
            self.sudo().order_ids.external_order_ids._add_warning(Warn(warning, "date_differs"))
        return data

    def _warn_of_open_transfers(self):
        """Add warnings to this session's external orders for transfers that could not be validated at closing."""
        # sudo: the user who closes the session may not have access to the inbox or all transfers.
        session = self.sudo()
        for picking in session.picking_ids.filtered(lambda picking: picking.state not in ("done", "cancel")):
            lines = session.order_ids.lines.filtered_domain([("product_id", "in", picking.move_ids.product_id.ids)])
            orders = picking.pos_order_id or lines.order_id.filtered(lambda order: not order.picking_ids)
            if rows := orders.external_order_ids:
                rows._add_warning(Warn(picking._get_open_warning(), "transfer_open"))
