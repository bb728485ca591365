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
from ..models.shipment.external_shipment import STATES as SHIPMENT_STATES
from ..models.shipment.external_shipment_event import KINDS as EVENT_KINDS
from .api_operation import Answer, ApiController, Body, Parameter, Reply, known_etags, operation
from .api_parameters import ETAG_HEADER, LIMIT, NOT_MODIFIED, PICKING_ID, STRING_HEADER, next_link, page_headers
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
    description="What the courier reported.",
)
SHIPMENT = closed_object(
    {
        "picking_id": INTEGER,
        "provider_code": {**STRING, "description": "The delivery_type of the shipping method."},
        "state": {"type": "string", "enum": STATES},
        "tracking_number": NULLABLE_STRING,
        "tracking_url": NULLABLE_STRING,
        "order_number": {**NULLABLE_STRING, "description": "The number of the courier's order, if it has one."},
        "reference": {**NULLABLE_STRING, "description": "Our reference at the courier."},
        "error": {**NULLABLE_STRING, "description": "What went wrong last; null once it is mended."},
        "attempts": INTEGER,
        "next_attempt": {**NULLABLE_DATETIME, "description": "When it is tried again; null: at once, or not at all."},
        "created": DATETIME,
        "shipped": NULLABLE_DATETIME,
        "delivered": NULLABLE_DATETIME,
        "events": {"type": "array", "items": EVENT, "description": "Newest first."},
    },
    description="A transfer that a courier is to carry.",
)

REQUEST = Body(
    closed_object(
        {
            "picking_id": {**INTEGER, "minimum": 1, "maximum": 2**31 - 1},
            "provider_code": {**STRING, "minLength": 1, "maxLength": 100},
        }
    ),
    description="Which transfer, and with which courier: the delivery_type of any shipping method, for instance opal.",
)
STATE = Parameter(
    "state",
    {"type": "array", "items": {"type": "string", "enum": STATES}, "minItems": 1, "maxItems": 100},
    "Only shipments in this state; several are separated by commas.",
)
CURSOR = Parameter(
    "cursor",
    {"type": "integer", "minimum": 1, "maximum": 2**31 - 1},
    "The page, as the Link header of the page before gives it.",
)


class DeliveryController(ApiController):
    @operation(
        "POST",
        PATH,
        summary="Have a transfer shipped",
        description=(
            "Queues the shipment; the scheduler does the work at once. Asking again for the same transfer orders "
            "nothing more: it answers with the shipment there is, and tries again what ended in an error."
        ),
        body=REQUEST,
        answers={
            201: Reply("The new shipment, queued.", SHIPMENT, headers={"Location": (STRING_HEADER, "Its address.")}),
            200: Reply("The shipment that the transfer has already.", SHIPMENT),
        },
        errors=(404,),
    )
    def create_shipment(self, body):
        picking = request.env["stock.picking"].search([("id", "=", body["picking_id"])])
        if not picking:
            raise Problem(
                404, f"There is no transfer {body['picking_id']}, or the user of this API key may not see it."
            )
        shipment, is_new = request.env["external.shipment"]._request(picking, body["provider_code"])
        document = _document(shipment.sudo(False))
        if is_new:
            return Answer(document, status=201, headers={"Location": f"{PATH}/{picking.id}"})
        return Answer(document)

    @operation(
        "GET",
        PATH,
        summary="Shipments",
        description="Newest first.",
        parameters=(STATE, LIMIT, CURSOR),
        answers={
            200: Reply("A page of shipments.", {"type": "array", "items": SHIPMENT}, headers=page_headers("shipments")),
            304: NOT_MODIFIED,
        },
    )
    def list_shipments(self, state, limit, cursor):
        Shipment = request.env["external.shipment"]
        # The transfers' own record rules count too.
        domain = [("picking_id", "in", request.env["stock.picking"]._search([]))]
        if state:
            domain.append(("state", "in", state))
        page = [("id", "<", cursor)] if cursor else []
        shipments = Shipment.search(domain + page, order="id desc", limit=limit + 1)
        headers = {"X-Total-Count": str(Shipment.search_count(domain))}
        if len(shipments) > limit:
            shipments = shipments[:limit]
            headers["Link"] = next_link(shipments[-1].id)
        return _answer([_document(shipment) for shipment in shipments], headers)

    @operation(
        "GET",
        f"{PATH}/{{picking_id}}",
        summary="The shipment of a transfer",
        parameters=(PICKING_ID,),
        answers={200: Reply("The shipment.", SHIPMENT, headers={"ETag": ETAG_HEADER}), 304: NOT_MODIFIED},
    )
    def get_shipment(self, picking_id):
        return _answer(_document(_find(picking_id)))

    @operation(
        "POST",
        f"{PATH}/{{picking_id}}/cancel",
        summary="Cancel a shipment",
        description="At the courier too, if the courier has it. One that is cancelled already stays so.",
        parameters=(PICKING_ID,),
        answers={200: Reply("The shipment, cancelled.", SHIPMENT)},
        errors=(409, 422),
    )
    def cancel_shipment(self, picking_id):
        shipment = _find(picking_id)
        shipment.action_cancel()
        return Answer(_document(shipment))

    @operation(
        "POST",
        f"{PATH}/{{picking_id}}/retry",
        summary="Send a shipment again",
        description="One that failed, waits for its next attempt, or was cancelled; the latter becomes a new order.",
        parameters=(PICKING_ID,),
        answers={200: Reply("The shipment, queued.", SHIPMENT)},
        errors=(409, 422),
    )
    def retry_shipment(self, picking_id):
        shipment = _find(picking_id)
        shipment.action_retry()
        return Answer(_document(shipment))


def _find(picking_id):
    """Return the shipment of a transfer that the user may see.

    :raise Problem: 404 without one
    """
    shipment = request.env["external.shipment"].search([("picking_id", "=", picking_id)])
    if not shipment or not shipment.picking_id._filtered_access("read"):
        raise Problem(404)
    return shipment


def _answer(content, headers=None):
    """Return the :class:`Answer` for a read, 304 without a body if the client has it already."""
    # The total on the first page changes when other pages do, so it belongs to what is told.
    told = json.dumps([content, headers], ensure_ascii=False)
    etag = hashlib.sha256(told.encode()).hexdigest()[:32]
    if etag in known_etags() or "*" in known_etags():
        return Answer(None, status=304, etag=etag, headers=headers or {})
    return Answer(content, etag=etag, headers=headers or {})


def _document(shipment):
    """Return a shipment as ``SHIPMENT``."""
    return {
        "picking_id": shipment.picking_id.id,
        "provider_code": shipment.provider_code,
        "state": shipment.state,
        "tracking_number": shipment.tracking_number or None,
        "tracking_url": shipment.tracking_url or None,
        "order_number": shipment.order_number or None,
        "reference": shipment.reference or None,
        "error": shipment.error_message or None,
        "attempts": shipment.attempts,
        "next_attempt": _time(shipment.next_attempt),
        "created": _time(shipment.create_date),
        "shipped": _time(shipment.shipped_date),
        "delivered": _time(shipment.delivered_date),
        "events": [
            {"date": _time(event.date), "kind": event.kind, "status": event.status, "details": event.details or None}
            for event in shipment.event_ids
        ],
    }


def _time(value):
    return value.isoformat(timespec="seconds") + "Z" if value else None
