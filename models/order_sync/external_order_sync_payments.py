from odoo import api, fields, models
from odoo.exceptions import ValidationError


class ExternalOrderSync(models.Model):
    """How a synchronization handles payments that match no payment method."""

    _inherit = "external.order.sync"

    unknown_payment = fields.Selection(
        [
            ("first", "Use the first payment method"),
            ("method", "Use a chosen payment method"),
            ("refuse", "Refuse the order"),
        ],
        "Unknown Payments",
        required=True,
        default="first",
        help="What to do with a payment that matches no payment method of the Point of Sale. If a method is used "
        "for it, the order gets a warning. The first payment method is a cash method only if the payment is "
        "cash or there is no other method.",
    )
    unknown_payment_method_id = fields.Many2one(
        "pos.payment.method",
        "Method for Unknown Payments",
        domain="[('id', 'in', unknown_payment_method_ids)]",
        index="btree_not_null",
        ondelete="restrict",
    )
    unknown_payment_method_ids = fields.Many2many(
        "pos.payment.method", compute="_compute_unknown_payment_method_ids", string="Methods That Need No Customer"
    )

    @api.depends("pos_config_id.payment_method_ids", "location_mapping_ids.pos_config_id.payment_method_ids")
    def _compute_unknown_payment_method_ids(self):
        can_take = self.env["external.payment.matching"]._can_take_any_payment
        for sync in self:
            sync.unknown_payment_method_ids = sync._get_pos_configs().payment_method_ids.filtered(can_take)

    @api.constrains("unknown_payment", "unknown_payment_method_id", "pos_config_id", "location_mapping_ids")
    def _check_unknown_payment_method(self):
        for sync in self:
            method = sync.unknown_payment_method_id
            if sync.unknown_payment == "method" and method not in sync.unknown_payment_method_ids:
                raise ValidationError(
                    self.env._(
                        "For unknown payments, choose a payment method of %(pos)s that does not require a customer.",
                        pos=", ".join(sync._get_pos_configs().mapped("name")),
                    )
                )
