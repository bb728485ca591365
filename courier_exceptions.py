from odoo.exceptions import UserError


class CourierError(UserError):
    """A courier did not accept, find or cancel a shipment. The message gives the user the reason.

    Any other ``UserError`` of a provider is treated like this one with `uncertain` off.

    :ivar uncertain: whether the courier may have accepted the order despite the error. If so, the order is looked up
        by its reference before it is sent again.
    """

    def __init__(self, message, uncertain=False):
        super().__init__(message)
        self.uncertain = uncertain


class CourierUnavailable(CourierError):
    """The courier is not reachable or temporarily unavailable. The attempt is repeated automatically."""

    http_status = 503


class ShipmentBusy(UserError):
    """The shipment cannot be changed at this moment, because the courier is being called about it. Try again later."""

    http_status = 503


class ShipmentConflict(UserError):
    """The request conflicts with the state of the transfer or of its shipment."""

    http_status = 409
