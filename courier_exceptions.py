from odoo.exceptions import UserError


class CourierError(UserError):
    """A courier did not take, find or cancel a shipment: a reason for a person, and what is known of the outcome.

    Any other ``UserError`` of a provider means the same as this with `uncertain` off.

    :ivar uncertain: whether the courier may have accepted the order although this was raised. It is then looked up by
        its reference before it is sent again.
    """

    def __init__(self, message, uncertain=False):
        super().__init__(message)
        self.uncertain = uncertain


class CourierUnavailable(CourierError):
    """The courier cannot be reached, or says that it cannot answer now. It is tried again by itself."""

    http_status = 503


class ShipmentConflict(UserError):
    """What was asked for does not go with the state of the transfer or of its shipment."""

    http_status = 409
