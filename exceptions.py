from odoo.exceptions import UserError


class ExternalOrderError(UserError):
    """Why one external order cannot become a POS order: a reason for a person, and a code for filters.

    :param code: a value of ``external.order.error_code``
    :param message: a translated sentence that says what is wrong and what to do
    :param product: (item id or 0, item name) of the product that was not found, where there is one
    :param payment: (CardType, PaymentMode or None) of the payment whose method was not found, where there is one
    """

    def __init__(self, code, message, product=None, payment=None):
        super().__init__(message)
        self.code = code
        self.product = product
        self.payment = payment
