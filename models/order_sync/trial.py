from dataclasses import dataclass

from ...tools.private_context import PrivateContext


@dataclass(frozen=True)
class Trial(PrivateContext):
    """In the context: a choice is made on trial and rolled back, so that no order is imported because of it."""

    KEY = "external_order_trial"
