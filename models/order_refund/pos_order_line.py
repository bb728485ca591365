from odoo import api, fields, models


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

    # Written by the system alone, as on orders: with them, goods would leave without a move of stock.
    _SYSTEM_FIELDS = frozenset(("external_no_restock", "external_refunded_line_id"))

    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        # Afterwards, because the values may be defaults of the context as well.
        if not self.env.su:
            for line in lines:
                if any(line[name] for name in self._SYSTEM_FIELDS):
                    line.order_id._refuse_external_values()
        return lines

    def write(self, vals):
        if not self.env.su and (names := self._SYSTEM_FIELDS & vals.keys()):
            for line in self:
                present = line._convert_to_write({name: line[name] for name in names})
                if any((vals[name] or False) != (present[name] or False) for name in names):
                    line.order_id._refuse_external_values()
        return super().write(vals)

    def _compute_total_cost(self, stock_moves):
        # What did not come back has cost what it had cost when it was sold.
        lost = self.filtered(lambda line: line.external_no_restock and not line.is_total_cost_computed)
        for line in lost:
            line.total_cost, line.is_total_cost_computed = 0, True
        return super(PosOrderLine, self - lost)._compute_total_cost(stock_moves)
