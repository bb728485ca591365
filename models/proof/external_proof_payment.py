from odoo import fields, models


class ExternalProofPayment(models.Model):
    """The payments of a day with one method: the shop's, Odoo's, and the difference."""

    _name = "external.proof.payment"
    _description = "Reconciliation of a Day: Payment Method"
    _order = "proof_id, name, id"

    proof_id = fields.Many2one("external.proof", "Day", required=True, readonly=True, ondelete="cascade", index=True)
    company_id = fields.Many2one(related="proof_id.company_id", store=True, precompute=True)
    currency_id = fields.Many2one(related="proof_id.currency_id")
    payment_method_id = fields.Many2one("pos.payment.method", readonly=True, ondelete="set null")
    name = fields.Char("Payment", required=True, readonly=True)
    shop_amount = fields.Monetary("Shop", readonly=True)
    odoo_amount = fields.Monetary("Odoo", readonly=True)
    difference = fields.Monetary(readonly=True)
