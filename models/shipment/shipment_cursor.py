"""The cursor of the list of shipments."""

from typing import NamedTuple

from ...tools.bounded_count import Count
from ...tools.signed_cursor import BadCursor, read_cursor, sign_cursor

SCOPE = "external_order_sync.shipments.cursor"


class ShipmentCursor(NamedTuple):
    """A position in the list: the id of the last shipment returned."""

    id: int
    states: list | None  # the list has only shipments in these states; None for all
    total: int | None = None  # number of rows on all pages, counted once; None if it was not counted yet
    total_is_estimate: bool = False

    @property
    def count(self):
        """The `Count` of the rows on all pages, or None."""
        return None if self.total is None else Count(self.total, self.total_is_estimate)


def encode_cursor(env, shipment, states, count):
    """Return the text of the cursor after a shipment.

    :param list states: of the list, or None
    :param Count count: of all pages, or None
    """
    return sign_cursor(env, SCOPE, list(ShipmentCursor(shipment.id, _comparable(states), *(count or ()))))


def decode_cursor(env, text, states):
    """Return the `ShipmentCursor` of a text, of the list of shipments in these states.

    :raise BadCursor: if it is not valid
    """
    cursor = ShipmentCursor(*read_cursor(env, SCOPE, text))
    if cursor.states != _comparable(states):
        raise BadCursor(text)
    return cursor


def _comparable(states):
    return sorted(set(states)) if states else None
