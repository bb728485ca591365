from odoo import api, models

from .pos_session_day import EntryDate


class AccountMove(models.Model):
    _inherit = "account.move"

    @api.model_create_multi
    def create(self, vals_list):
        # Odoo dates the entries of a closing today, and those of an invoice when the order was sold.
        if entry := EntryDate.current(self.env):
            vals_list = [{**vals, "date": entry.date} for vals in vals_list]
        return super().create(vals_list)
