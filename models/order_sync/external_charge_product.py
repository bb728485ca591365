from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ...tools.company_access import check_written


class ExternalChargeProduct(models.Model):
    """The product that one synchronization uses for a type of charge, instead of the usual product."""

    _name = "external.charge.product"
    _description = "External Charge Product"
    _order = "sync_id, type"
    _rec_name = "type"
    _check_company_auto = True

    sync_id = fields.Many2one("external.order.sync", "Synchronization", required=True, ondelete="cascade", index=True)
    company_id = fields.Many2one(related="sync_id.company_id")
    type = fields.Selection(
        [
            ("service", "Service"),
            ("delivery", "Delivery"),
            ("tip", "Tip"),
            ("packaging", "Packaging"),
            ("deposit", "Deposit"),
            ("rounding", "Rounding"),
            ("other", "Other"),
        ],
        required=True,
        help="The type of charge in the order. ServiceCharges, DeliveryCharges and TipAmount have their own types.",
    )
    product_id = fields.Many2one(
        "product.product",
        required=True,
        ondelete="cascade",
        index=True,
        check_company=True,
        domain=[("type", "=", "service")],
        help="A service. Its sale taxes and income account are used for the charge.",
    )

    _unique_type = models.Constraint(
        "UNIQUE (sync_id, type)", "There is already a product for this type of charge in the synchronization."
    )

    @api.constrains("product_id")
    def _check_product(self):
        for choice in self:
            if choice.product_id.type != "service":
                raise ValidationError(
                    self.env._("%s is not a service. A charge must not move goods.", choice.product_id.display_name)
                )

    def write(self, vals):
        result = super().write(vals)
        check_written(self)
        return result


class ExternalOrderSync(models.Model):
    _inherit = "external.order.sync"

    charge_product_ids = fields.One2many("external.charge.product", "sync_id", "Charge Products", copy=True)
