from odoo import models


class ResPartner(models.Model):
    """Adds an index to find the customers of a batch by their e-mail addresses."""

    _inherit = "res.partner"

    # `ref` and `vat` have their indexes from Odoo.
    _external_customer_email = models.Index("(email_normalized) WHERE email_normalized IS NOT NULL")
