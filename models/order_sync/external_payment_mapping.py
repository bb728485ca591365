from odoo import fields, models


class ExternalPaymentMapping(models.Model):
    """Which payment method a PaymentMode and/or CardType of the external system is."""

    _name = "external.payment.mapping"
    _description = "External Payment Mapping"
    _order = "sync_id, payment_mode, card_type"

    sync_id = fields.Many2one(
        "external.order.sync",
        "Synchronization",
        ondelete="cascade",
        index=True,
        help="Leave empty to use this mapping in all synchronizations.",
    )
    company_id = fields.Many2one(related="sync_id.company_id", store=True)
    payment_mode = fields.Char(help="PaymentMode in the external system, such as 2. Empty: any.")
    card_type = fields.Char(
        help="CardType in the external system, such as Visa; upper and lower case count alike. Empty: any."
    )
    payment_method_id = fields.Many2one("pos.payment.method", required=True, ondelete="cascade")

    _payment_given = models.Constraint(
        "CHECK (COALESCE(payment_mode, '') <> '' OR COALESCE(card_type, '') <> '')",
        "Enter the PaymentMode or the CardType of the external system.",
    )
    _unique_payment = models.UniqueIndex(
        "(COALESCE(sync_id, 0), COALESCE(payment_mode, ''), lower(COALESCE(card_type, '')))",
        "There is already a mapping for this payment.",
    )
