"""The context values that the shipment queue sets for the Odoo and courier code that it calls."""

from dataclasses import dataclass, field

from ...tools.private_context import PrivateContext


@dataclass(frozen=True)
class ShipmentBeingSent(PrivateContext):
    """Set while the courier is called for this ``external.shipment``; see `_get_shipment_being_sent`."""

    KEY = "external_shipment_being_sent"

    shipment_id: int


@dataclass(eq=False)
class CourierAnswer(PrivateContext):
    """The courier has already been called; this is the result of `send_shipping`, for Odoo to record."""

    KEY = "external_shipment_result"

    result: dict = field(default_factory=dict)


@dataclass(frozen=True)
class NobodyPressed(PrivateContext):
    """In the context: Odoo calls `send_to_shipper` because a transfer is validated, not because a user pressed it."""

    KEY = "external_shipment_nobody_pressed"
