from odoo import models


class PosPayment(models.Model):
    _inherit = "pos.payment"

    # The search of the inbox by payment method reads this index alone; Odoo has none on the method.
    _external_order_method = models.Index("(payment_method_id, pos_order_id)")
