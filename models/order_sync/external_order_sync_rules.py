from odoo import fields, models


class ExternalOrderSync(models.Model):
    """How the orders of the external system are to be understood."""

    _inherit = "external.order.sync"

    prices_include_tax = fields.Boolean(
        tracking=True,
        help="Switch this on if the Price of an item, and what is taken off it, include tax in the external system. "
        "Otherwise prices exclude tax, and GrandTotal = AmountTotal - discounts + Tax.",
    )
