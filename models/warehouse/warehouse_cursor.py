"""The cursor of a list of the warehouse API: a signed text, so that it cannot be altered."""

import binascii
import json
from datetime import datetime, timedelta
from typing import NamedTuple

from odoo.tools.misc import hash_sign, verify_hash_signed

from ...tools.bounded_count import Count

CURSOR_SCOPE = "external_order_sync.warehouse_api.cursor"
CURSOR_LIFETIME = timedelta(days=1)


class BadCursor(ValueError):
    """The text is not a cursor of this list, or the cursor has expired."""


class Cursor(NamedTuple):
    """A position in the list: the key of the last row returned, and the database state at the first page."""

    sort_date: str
    id: int
    snapshot: str  # PostgreSQL's pg_snapshot when the first page was read
    last_reschedule: int  # id of the newest ``stock.picking.reschedule`` at that time
    expires: int  # seconds since 1970
    total: int | None = None  # number of rows on all pages, counted once; None if it was not counted yet
    total_is_estimate: bool = False

    @property
    def count(self):
        """The `Count` of the rows on all pages, or None."""
        return None if self.total is None else Count(self.total, self.total_is_estimate)


def encode_cursor(env, scope, cursor):
    """Return the text of a `Cursor` of the list with this scope."""
    # sudo: the signing secret is a system parameter. The expiry is part of the cursor and is kept on later pages.
    return hash_sign(env(su=True), scope, list(cursor), expiration=datetime.fromtimestamp(cursor.expires))


def decode_cursor(env, scope, text):
    """Return the `Cursor` of a text.

    :raise BadCursor: if it is not valid
    """
    try:
        values = verify_hash_signed(env(su=True), scope, text)  # sudo: as above
    except (ValueError, binascii.Error, json.JSONDecodeError) as error:
        raise BadCursor(text) from error
    if values is None:
        raise BadCursor(text)
    return Cursor(*values)
