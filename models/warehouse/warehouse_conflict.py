from http import HTTPStatus

from odoo.exceptions import UserError


class WarehouseConflict(UserError):
    """A write of the warehouse API is refused, and repeating it does not help.

    :param str code: for programs, such as ``wrong_product``; docs/handheld.md lists them.
    :param str message: for people: what happened, and what to do.
    :param int status: the HTTP status.
    :param members: further members of the answer, JSON values.
    """

    def __init__(self, code, message, status=HTTPStatus.CONFLICT, **members):
        super().__init__(message)
        self.http_status = int(status)
        self.members = {"code": code, **members}
