from odoo import api, models

from .pos_session_day import EntryDate


class AccountBankStatementLine(models.Model):
    _inherit = "account.bank.statement.line"

    @api.model_create_multi
    def create(self, vals_list):
        # Odoo dates the cash lines of a closing today.
        if entry := EntryDate.current(self.env):
            vals_list = [{**vals, "date": entry.date} for vals in vals_list]
        return super().create(vals_list)
