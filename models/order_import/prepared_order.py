from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from ...lib.order.parts import OrderPayload
from .external_customer_matching import CustomerMatch
from .import_target import ImportTarget
from .outcome import Outcome
from .priced_order import PricedOrder


@dataclass
class PreparedOrder:
    """An order that is fully prepared before anything is written."""

    payload: OrderPayload
    uuid: str
    priced: PricedOrder
    payments: list
    warnings: list
    outcome: Outcome
    target: ImportTarget
    date_order: datetime
    """In UTC, without time zone."""
    customer: Any
    """The ``res.partner``, empty if there is none or if it is not created yet."""
    customer_match: CustomerMatch
    is_invoiced: bool
    further_values: dict = field(default_factory=dict)
    """Values of the ``pos.order`` that only this kind of order has."""
