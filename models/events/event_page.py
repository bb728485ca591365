"""What the log gives its readers."""

from dataclasses import dataclass

from odoo.exceptions import UserError


@dataclass(frozen=True)
class Page:
    """A part of the log.

    :param events: the events that the reader may see, as dicts, in the order of their numbers
    :param next: the number after which to continue
    :param latest: the highest number so far
    """

    events: list
    next: int
    latest: int


class NoLog(UserError):
    """The log is switched off."""

    http_status = 409
    members = {"code": "no_log"}


class LogIncomplete(UserError):
    """Events between the given number and the oldest one kept are gone, so the reader would miss them."""

    http_status = 410

    def __init__(self, message, oldest):
        super().__init__(message)
        self.members = {"code": "log_incomplete", "after": oldest}
