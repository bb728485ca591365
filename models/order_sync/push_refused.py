from http import HTTPStatus

from odoo.exceptions import AccessDenied, UserError


class PushRefused(UserError):
    """A request with orders is refused as a whole; nothing of it is stored.

    :param str code: for programs; docs/push.md lists them
    :param str message: for people: what happened, and what to do
    :param int status: the HTTP status
    """

    def __init__(self, code, message, status=HTTPStatus.UNPROCESSABLE_ENTITY):
        super().__init__(message)
        self.http_status = int(status)
        self.members = {"code": code}


class SignatureRefused(AccessDenied):
    """A request has neither an API key nor a right signature.

    :param str message: what is wrong with the signature, for the log
    :param str answer: what the sender learns
    """

    def __init__(self, message, answer):
        super().__init__(message)
        self.answer = answer
