"""The cursor of the list of shipments."""

from ...tools.bounded_count import Count
from ...tools.signed_cursor import BadCursor, read_cursor, sign_cursor

SCOPE = "external_order_sync.shipments.cursor"


def encode_cursor(env, shipment, states, count):
    """Return the text of the cursor after a shipment.

    :param list states: of the list, or None
    :param Count count: of all pages, or None
    """
    return sign_cursor(env, SCOPE, [shipment.id, _comparable(states), count])


def decode_cursor(env, text, states):
    """Return the id of the shipment before the page, and the `Count` of all pages or None, of the list of shipments in
    these states.

    :raise BadCursor: if it is not valid
    """
    shipment_id, of_states, count = read_cursor(env, SCOPE, text)
    if of_states != _comparable(states):
        raise BadCursor(text)
    return shipment_id, Count(*count) if count else None


def _comparable(states):
    return sorted(set(states)) if states else None
