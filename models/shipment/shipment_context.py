"""What the queue of shipments puts into the context for the code of Odoo and of couriers that it calls."""

from dataclasses import dataclass, field

from ...tools.private_context import PrivateContext


@dataclass(frozen=True)
class ShipmentBeingSent(PrivateContext):
    """The courier is to be called now, for this ``external.shipment``; see `_get_shipment_being_sent`."""

    KEY = "external_shipment_being_sent"

    shipment_id: int


@dataclass(eq=False)
class CourierAnswer(PrivateContext):
    """The courier has been called already; this is what `send_shipping` returns, for Odoo to record."""

    KEY = "external_shipment_result"

    result: dict = field(default_factory=dict)


@dataclass(frozen=True)
class NobodyPressed(PrivateContext):
    """Odoo calls `send_to_shipper` because a transfer is validated: nobody has pressed the button."""

    KEY = "external_shipment_nobody_pressed"
