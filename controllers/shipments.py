import hashlib
import json

from odoo.http import request

from ..lib.json_schema import (
    DATETIME,
    INTEGER,
    NULLABLE_DATETIME,
    NULLABLE_STRING,
    STRING,
    closed_object,
)
from ..lib.time_text import time_text
from ..models.shipment.external_shipment import STATES as SHIPMENT_STATES
from ..models.shipment.external_shipment_event import KINDS as EVENT_KINDS
from ..models.shipment.shipment_cursor import decode_cursor, encode_cursor
from ..tools.signed_cursor import CURSOR_SCHEMA, BadCursor
from .api_operation import Answer, ApiController, Body, Parameter, Reply, known_etags, operation
from .api_parameters import (
    COUNT,
    ETAG_HEADER,
    EXACT,
    LIMIT,
    NOT_MODIFIED,
    PICKING_ID,
    STRING_HEADER,
    next_link,
    page_headers,
    total_headers,
)
from .api_problem import Problem

PATH = "/api/delivery/shipments"

STATES = [state for state, _label in SHIPMENT_STATES]

EVENT = closed_object(
    {
        "date": DATETIME,
        "kind": {"type": "string", "enum": [kind for kind, _label in EVENT_KINDS]},
        "status": {**STRING, "description": "The status as the courier words it."},
        "details": NULLABLE_STRING,
    },
    description="An event that the courier reported.",
)
SHIPMENT = closed_object(
    {
        "id": INTEGER,
        "picking_id": INTEGER,
        "provider_code": {**STRING, "description": "The delivery_type of the delivery method."},
        "state": {"type": "string", "enum": STATES},
        "status": {"type": "string", "enum": STATES, "description": "The same as state."},
        "tracking_number": NULLABLE_STRING,
        "tracking_url": NULLABLE_STRING,
        "order_number": {**NULLABLE_STRING, "description": "The courier's own order number, if it has one."},
        "reference": {**NULLABLE_STRING, "description": "Our reference at the courier."},
        "carrier_price": {"type": ["number", "null"], "description": "The courier's price; null before it is shipped."},
        "label_url": {
            **NULLABLE_STRING,
            "description": "The newest label, for a browser that is signed in to Odoo; null if there is none.",
        },
        "error": {**NULLABLE_STRING, "description": "The last error; null once it is resolved."},
        "attempts": INTEGER,
        "next_attempt": {
            **NULLABLE_DATETIME,
            "description": "Time of the next attempt; null if it follows at once, or if there is none.",
        },
        "created": DATETIME,
        "shipped": NULLABLE_DATETIME,
        "delivered": NULLABLE_DATETIME,
        "events": {"type": "array", "items": EVENT, "description": "Newest first."},
    },
    description="A transfer that is to be shipped by a courier.",
)

REQUEST = Body(
    closed_object(
        {
            "picking_id": {**INTEGER, "minimum": 1, "maximum": 2**31 - 1},
            "provider_code": {**STRING, "minLength": 1, "maxLength": 100},
        }
    ),
    description=(
        "The transfer, and the courier: the delivery_type of a delivery method, such as opal. The keys may also be "
        "written pickingId and providerCode."
    ),
    aliases={"pickingId": "picking_id", "providerCode": "provider_code"},
)
STATE = Parameter(
    "state",
    {"type": "array", "items": {"type": "string", "enum": STATES}, "minItems": 1, "maxItems": 100},
    "Only shipments in this state. Separate several states with commas.",
)
CURSOR = Parameter("cursor", CURSOR_SCHEMA, "The page to return, as given by the Link header of the previous page.")


class DeliveryController(ApiController):
    @operation(
        "POST",
        PATH,
        summary="Ship a transfer",
        description=(
            "Queues the shipment; the scheduler sends it right away. Repeating the request for the same transfer does "
            "not order it twice: it returns the existing shipment, and retries it if it ended in an error."
        ),
        body=REQUEST,
        answers={
            201: Reply("The new shipment, queued.", SHIPMENT, headers={"Location": (STRING_HEADER, "Its address.")}),
            200: Reply("The existing shipment of the transfer.", SHIPMENT),
        },
        errors=(404,),
    )
    def create_shipment(self, body):
        picking = request.env["stock.picking"].search([("id", "=", body["picking_id"])])
        if not picking:
            raise Problem(
                404, f"There is no transfer {body['picking_id']}, or the user of this API key is not allowed to see it."
            )
        shipment, is_new = request.env["external.shipment"]._request(picking, body["provider_code"])
        document = _document(shipment.sudo(False))
        if is_new:
            return Answer(document, status=201, headers={"Location": f"{PATH}/{picking.id}"})
        return Answer(document)

    @operation(
        "GET",
        PATH,
        summary="List shipments",
        description="Newest first.",
        parameters=(STATE, LIMIT, CURSOR, COUNT),
        answers={
            200: Reply("A page of shipments.", {"type": "array", "items": SHIPMENT}, headers=page_headers("shipments")),
            304: NOT_MODIFIED,
        },
        errors=(404,),
    )
    def list_shipments(self, state, limit, cursor, count):
        domain = [("state", "in", state)] if state else []
        try:
            after, total = decode_cursor(request.env, cursor, state) if cursor else (None, None)
        except BadCursor as error:
            detail = "cursor: not a page of this list. Start again without a cursor."
            raise Problem(404, detail, parameter="cursor") from error
        if count == EXACT and total and total.is_estimate:
            total = None
        shipments = request.env["external.shipment"]._search_page(domain, after, limit + 1)
        page = shipments[:limit]
        body = _json(_documents(page))
        has_next = len(shipments) > limit
        etag = _etag(f"{has_next}{body}")
        is_known = etag in known_etags() or "*" in known_etags()
        if not is_known and not total:
            total = shipments._count_visible(domain, exact=count == EXACT)
        headers = {} if is_known else total_headers(total)
        if has_next:
            headers["Link"] = next_link(encode_cursor(request.env, page[-1], state, total))
        if is_known:
            return Answer(None, status=304, etag=etag, headers=headers)
        return Answer(body, etag=etag, headers=headers)

    @operation(
        "GET",
        f"{PATH}/{{picking_id}}",
        summary="Get the shipment of a transfer",
        parameters=(PICKING_ID,),
        answers={200: Reply("The shipment.", SHIPMENT, headers={"ETag": ETAG_HEADER}), 304: NOT_MODIFIED},
    )
    def get_shipment(self, picking_id):
        return _answer(_document(_find(picking_id)))

    @operation(
        "POST",
        f"{PATH}/{{picking_id}}/cancel",
        summary="Cancel a shipment",
        description="Also cancels it at the courier. A shipment that is already cancelled stays cancelled.",
        parameters=(PICKING_ID,),
        answers={200: Reply("The cancelled shipment.", SHIPMENT)},
        errors=(409, 422),
    )
    def cancel_shipment(self, picking_id):
        shipment = _find(picking_id)
        shipment.action_cancel()
        return Answer(_document(shipment))

    @operation(
        "POST",
        f"{PATH}/{{picking_id}}/retry",
        summary="Retry a shipment",
        description=(
            "For a shipment that failed, waits for its next attempt, or was cancelled. A cancelled shipment is sent as "
            "a new order."
        ),
        parameters=(PICKING_ID,),
        answers={200: Reply("The queued shipment.", SHIPMENT)},
        errors=(409, 422),
    )
    def retry_shipment(self, picking_id):
        shipment = _find(picking_id)
        shipment.action_retry()
        return Answer(_document(shipment))


def _find(picking_id):
    """Return the shipment of a transfer, if the user may see the transfer.

    :raise Problem: 404 if there is none
    """
    shipment = request.env["external.shipment"].search([("picking_id", "=", picking_id)])
    if not shipment or not shipment.picking_id._filtered_access("read"):
        raise Problem(404)
    return shipment


def _json(content):
    return json.dumps(content, ensure_ascii=False)


def _etag(text):
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def _answer(content):
    """Return the `Answer` to a read: 304 without a body if the client already has this content."""
    body = _json(content)
    etag = _etag(body)
    if etag in known_etags() or "*" in known_etags():
        return Answer(None, status=304, etag=etag)
    return Answer(body, etag=etag)


def _documents(shipments):
    """Return shipments in the form of the ``SHIPMENT`` schema."""
    labels = shipments._read_labels()
    events = shipments._read_events()
    return [
        _describe(shipment, labels.get(shipment.picking_id.id), events.get(shipment.id, ())) for shipment in shipments
    ]


def _document(shipment):
    """Return a shipment in the form of the ``SHIPMENT`` schema."""
    return _documents(shipment)[0]


def _describe(shipment, label, events):
    return {
        "id": shipment.id,
        "picking_id": shipment.picking_id.id,
        "provider_code": shipment.provider_code,
        "state": shipment.state,
        "status": shipment.state,
        "tracking_number": shipment.tracking_number or None,
        "tracking_url": shipment.tracking_url or None,
        "order_number": shipment.order_number or None,
        "reference": shipment.reference or None,
        "carrier_price": shipment.exact_price if shipment.shipped_date else None,
        "label_url": label and f"{shipment.get_base_url()}/web/content/{label.id}?download=1",
        "error": shipment.error_message or None,
        "attempts": shipment.attempts,
        "next_attempt": time_text(shipment.next_attempt),
        "created": time_text(shipment.create_date),
        "shipped": time_text(shipment.shipped_date),
        "delivered": time_text(shipment.delivered_date),
        "events": [
            {"date": time_text(date), "kind": kind, "status": status, "details": details or None}
            for date, kind, status, details in events
        ],
    }
