from odoo import fields, models


class PosOrderLine(models.Model):
    _inherit = "pos.order.line"

    external_no_restock = fields.Boolean(
        "Not Restocked",
        readonly=True,
        copy=False,
        help="The customer kept the refunded goods, or they cannot be sold again: they do not come back into stock.",
    )
    external_refunded_line_id = fields.Many2one(
        "pos.order.line",
        "Money Back for",
        readonly=True,
        copy=False,
        index="btree_not_null",
        help="The sold line for which money was paid back without goods.",
    )

    def _compute_total_cost(self, stock_moves):
        # What did not come back has cost what it had cost when it was sold.
        lost = self.filtered(lambda line: line.external_no_restock and not line.is_total_cost_computed)
        for line in lost:
            line.total_cost, line.is_total_cost_computed = 0, True
        return super(PosOrderLine, self - lost)._compute_total_cost(stock_moves)
