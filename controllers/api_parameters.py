"""Parameters, headers and answers that several resources of the API share."""

from urllib.parse import urlencode

from odoo.http import request

from .api_operation import Parameter, Reply

STRING_HEADER = {"type": "string"}
ETAG_HEADER = (STRING_HEADER, "Send it back as If-None-Match; while nothing has changed, the answer is 304.")
NOT_MODIFIED = Reply("Nothing has changed since the answer with this etag.", headers={"ETag": ETAG_HEADER})

LIMIT = Parameter(
    "limit",
    {"type": "integer", "minimum": 1, "maximum": 1000, "default": 100},
    "Entries a page.",
    default=100,
)
PICKING_ID = Parameter(
    "picking_id",
    {"type": "integer", "minimum": 1, "maximum": 2**31 - 1},
    "The transfer's id.",
    place="path",
)


def page_headers(entries):
    """Return the headers of a list in pages, for the OpenAPI document.

    :param str entries: what the list has
    """
    return {
        "ETag": ETAG_HEADER,
        "Link": (STRING_HEADER, 'The next page, as rel="next" (RFC 8288); absent on the last page.'),
        "X-Total-Count": ({"type": "integer", "minimum": 0}, f"How many {entries} match, on all pages."),
    }


def next_link(cursor):
    """Return the ``Link`` header that leads from the page of this request to the one after it (RFC 8288)."""
    query = {**request.httprequest.args.to_dict(), "cursor": cursor}
    return f'<{request.httprequest.base_url}?{urlencode(query)}>; rel="next"'
