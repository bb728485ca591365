"""Parameters, headers and answers that several resources of the API share."""

from urllib.parse import urlencode

from odoo.http import request

from ..tools.bounded_count import COUNTED_AT_MOST
from .api_operation import Parameter, Reply

STRING_HEADER = {"type": "string"}
ETAG_HEADER = (STRING_HEADER, "Send it back as If-None-Match; the answer is 304 as long as nothing has changed.")
NOT_MODIFIED = Reply("Nothing has changed since the answer with this etag.", headers={"ETag": ETAG_HEADER})

LIMIT = Parameter(
    "limit",
    {"type": "integer", "minimum": 1, "maximum": 1000, "default": 100},
    "Number of entries per page.",
    default=100,
)
EXACT = "exact"
COUNT = Parameter(
    "count",
    {"type": "string", "enum": [EXACT]},
    f"exact: count all matches. Otherwise numbers above {COUNTED_AT_MOST:,} are estimates, because counting takes the "
    "longer the more there are.",
)
PICKING_ID = Parameter(
    "picking_id",
    {"type": "integer", "minimum": 1, "maximum": 2**31 - 1},
    "The id of the transfer.",
    place="path",
)


def page_headers(entries):
    """Return the headers of a paged list, for the OpenAPI document.

    :param str entries: plural name of the entries, such as "transfers"
    """
    return {
        "ETag": ETAG_HEADER,
        "Link": (STRING_HEADER, 'The next page, as rel="next" (RFC 8288); absent on the last page.'),
        "X-Total-Count": (
            {"type": "integer", "minimum": 0},
            f"The number of matching {entries} on all pages, counted when the first one was read.",
        ),
        "X-Total-Count-Estimated": (
            {"const": "true"},
            f"Present if the number is an estimate: it is above {COUNTED_AT_MOST:,}, and the request did not say "
            "count=exact.",
        ),
    }


def total_headers(count):
    """Return the headers that state a `Count` of all pages."""
    estimated = {"X-Total-Count-Estimated": "true"} if count.is_estimate else {}
    return {"X-Total-Count": str(count.rows), **estimated}


def next_link(cursor):
    """Return the ``Link`` header (RFC 8288) that points from the requested page to the next one."""
    query = {**request.httprequest.args.to_dict(), "cursor": cursor}
    return f'<{request.httprequest.base_url}?{urlencode(query)}>; rel="next"'
