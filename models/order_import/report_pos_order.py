from odoo import fields, models


class ReportPosOrder(models.Model):
    _inherit = "report.pos.order"

    source = fields.Selection(
        lambda self: self.env["pos.order"]._fields["source"]._description_selection(self.env),
        "Origin",
        readonly=True,
    )

    def _select(self):
        return f"{super()._select()}, s.source AS source"
