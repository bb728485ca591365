from odoo import models


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    def _eligible_for_stock_account(self):
        return super()._eligible_for_stock_account() and not self._is_of_kept_goods()

    def _is_of_kept_goods(self):
        """Return whether this is a credit note's line for goods that did not come back, nor did their value."""
        if self.move_id.move_type != "out_refund":
            return False
        # sudo: the user who posts the credit note may have no access to POS orders.
        lines = self.move_id.sudo().pos_order_ids.lines.filtered(lambda line: line.product_id == self.product_id)
        kept = lines.filtered("external_no_restock")
        if not kept or kept == lines:
            return bool(kept)
        # Lines of one product, in the sequence in which Odoo made the lines of the credit note.
        own = self.move_id.invoice_line_ids.filtered(lambda line: line.product_id == self.product_id).sorted("id")
        place = own.ids.index(self.id) if self.id in own.ids else len(lines)
        return lines.sorted("id")[place : place + 1].external_no_restock
