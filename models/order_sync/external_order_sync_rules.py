from odoo import api, fields, models
from odoo.exceptions import ValidationError

from .external_order_sync_feed import MAX_OVERLAP_MINUTES


class ExternalOrderSync(models.Model):
    """How to interpret the orders of the external system."""

    _inherit = "external.order.sync"

    prices_include_tax = fields.Boolean(
        tracking=True,
        help="Switch this on if item prices and discounts include tax in the external system. Otherwise they "
        "exclude tax, and GrandTotal = AmountTotal - discounts + Tax.",
    )

    components = fields.Selection(
        [("stock", "Take from stock"), ("ignore", "Ignore")],
        required=True,
        default="stock",
        tracking=True,
        help="What to do with the components of an item (OrderDetailPackages). If they are ignored, only the item "
        "itself is sold and leaves the stock, and its components need no product in Odoo. The choices of an Odoo combo "
        "are always sold.",
    )

    @api.constrains("overlap_minutes")
    def _check_overlap(self):
        for sync in self:
            if sync.overlap_minutes > MAX_OVERLAP_MINUTES:
                raise ValidationError(self.env._("The overlap must not be longer than a year."))
