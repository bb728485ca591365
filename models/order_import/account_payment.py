from odoo import api, models

from .pos_session_day import EntryDate


class AccountPayment(models.Model):
    _inherit = "account.payment"

    @api.model_create_multi
    def create(self, vals_list):
        # Odoo dates the payments of a closing today.
        if entry := EntryDate.current(self.env):
            vals_list = [{**vals, "date": entry.date} for vals in vals_list]
        return super().create(vals_list)
