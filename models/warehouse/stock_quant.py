from odoo import models


class StockQuant(models.Model):
    _inherit = "stock.quant"

    # The status of the warehouse API counts the quants of one company, of which another company may have many more.
    _api_company_index = models.Index("(company_id)")
