from odoo.exceptions import UserError


class ExternalOrderError(UserError):
    """The reason why an external order cannot be imported: a message for users, and a code for filters.

    :param code: a value of ``external.order.error_code``
    :param message: a translated sentence that says what is wrong and how to fix it
    :param product: (item ID or 0, item name) of the product that was not found, if any
    :param payment: (CardType, PaymentMode or None) of the payment whose method was not found, if any
    """

    def __init__(self, code, message, product=None, payment=None):
        super().__init__(message)
        self.code = code
        self.product = product
        self.payment = payment
