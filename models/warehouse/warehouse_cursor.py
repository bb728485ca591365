"""The cursor of a list of the warehouse API: a signed text, so that it cannot be altered."""

from datetime import datetime, timedelta
from typing import NamedTuple

from ...tools.bounded_count import Count
from ...tools.signed_cursor import read_cursor, sign_cursor

CURSOR_SCOPE = "external_order_sync.warehouse_api.cursor"
CURSOR_LIFETIME = timedelta(days=1)


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
    # The expiry is part of the cursor and is kept on later pages.
    return sign_cursor(env, scope, list(cursor), expiration=datetime.fromtimestamp(cursor.expires))


def decode_cursor(env, scope, text):
    """Return the `Cursor` of a text.

    :raise BadCursor: if it is not valid
    """
    return Cursor(*read_cursor(env, scope, text))
