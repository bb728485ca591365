"""Where the orders of a batch go: which Point of Sale, and which business day."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from ...tools.private_context import PrivateContext


@dataclass(frozen=True)
class ImportTarget(PrivateContext):
    """In the context of a synchronization: the Point of Sale and day that receive the orders being imported.

    `business_day` is None if one running session takes the orders of all days.
    """

    KEY = "external_order_target"

    pos_config: Any
    business_day: date | None = None


@dataclass(eq=False)
class ClosedTargets(PrivateContext):
    """In the context of a run: the targets that no session can take orders for, found so far.

    Their other orders are not even prepared, so a Point of Sale that stays closed costs the others nothing.
    """

    KEY = "external_order_closed_targets"

    reasons: dict = field(default_factory=dict)
    """The ``ExternalOrderError`` (``no_session``) of each `ImportTarget`."""


def pos_config_of(sync):
    """Return the ``pos.config`` that takes the orders being imported: by default, that of the synchronization."""
    target = ImportTarget.current(sync.env)
    return target.pos_config if target else sync.pos_config_id


def business_day_of(sync):
    """Return the day whose session takes the orders being imported, or None if one session takes all."""
    target = ImportTarget.current(sync.env)
    return target.business_day if target else None
