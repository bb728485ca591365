from http import HTTPStatus

from odoo.http import request

from ..lib.json_schema import (
    BOOLEAN,
    DATETIME,
    INTEGER,
    NULLABLE_DATETIME,
    NULLABLE_INTEGER,
    NULLABLE_NUMBER,
    NULLABLE_STRING,
    NUMBER,
    STRING,
    closed_object,
)
from ..lib.message import Message
from ..lib.order.pushed import (
    MAX_BYTES,
    MAX_ORDERS,
    MAX_WAIT,
    PushedError,
    is_test_request,
    read_pushed,
    seconds_to_wait,
)
from ..lib.time_text import time_text
from ..models.order_sync.external_order_sync_push import CODE
from ..tools.message_language import reader_text
from ..tools.worker_time import seconds_to_work
from .api_operation import Answer, ApiController, Body, Parameter, Reply, operation
from .api_parameters import STRING_HEADER
from .api_problem import Problem

PATH = "/api/orders"

SYNC = Parameter(
    "sync",
    {"type": "string", "pattern": f"^{CODE.pattern}$"},
    "The code of the synchronization that the orders belong to. If omitted, the only one of the caller is meant.",
)
PREFER = Parameter(
    "Prefer",
    {"type": "string", "maxLength": 1000},
    f"wait=10 imports the orders first, for at most 10 seconds (up to {MAX_WAIT}), and answers with the result: 200 if "
    "each order was tried, otherwise 202.",
    place="header",
)
ORDER_ID = Parameter(
    "order_id", {"type": "string", "maxLength": 200}, "The OrderID, percent-encoded.", place="path", slashes=True
)
LOCATION = Parameter(
    "location",
    {"type": "string", "maxLength": 200},
    "The LocationID, where several branches have an order with this OrderID.",
)

ORDER = {
    "type": "object",
    "properties": {"OrderID": {"type": ["integer", "string"], "maxLength": 64}},
    "required": ["OrderID"],
    "description": "An order as in docs/order_format.md.",
}
ORDER_LIST = {"type": "array", "items": ORDER, "maxItems": MAX_ORDERS}
ORDERS = {
    "anyOf": [ORDER_LIST, {"type": "object", "properties": {"orders": ORDER_LIST}, "required": ["orders"]}, ORDER]
}
STATE = {
    **STRING,
    "enum": ["pending", "done", "failed", "ignored"],
    "description": "pending: about to be imported; failed: a user has to do something, or new content has to come",
}
CODE = {**NULLABLE_STRING, "description": "What is wrong or to be checked, for programs; see docs/push.md."}
RESULT = closed_object(
    {
        "order_id": NULLABLE_STRING,
        "state": {**STATE, "enum": [*STATE["enum"], "refused"]},
        "duplicate": {**BOOLEAN, "description": "It was known with the same content; this is a success."},
        "code": CODE,
        "message": NULLABLE_STRING,
        "pos_order_id": NULLABLE_INTEGER,
    },
    description="The result of an entry. A refused one is not an order; users see it under Needs Attention.",
)
RESULTS = closed_object(
    {
        "accepted": {**INTEGER, "description": "The number of entries that are in the inbox, duplicates included."},
        "results": {"type": "array", "items": RESULT, "description": "One for each entry, in their order."},
    }
)
REFUND = closed_object(
    {
        "refund_id": {
            **NULLABLE_STRING,
            "description": "RefundID; refund without one, cancellation for a cancelled order, null in the register.",
        },
        "state": STATE,
        "code": CODE,
        "message": NULLABLE_STRING,
        "pos_order_id": NULLABLE_INTEGER,
        "pos_order_name": NULLABLE_STRING,
        "amount_total": NULLABLE_NUMBER,
        "date": NULLABLE_DATETIME,
    }
)
ORDER_STATUS = closed_object(
    {
        "order_id": STRING,
        "location_id": NULLABLE_STRING,
        "sync": STRING,
        "state": STATE,
        "code": CODE,
        "message": NULLABLE_STRING,
        "order_status": {**NULLABLE_STRING, "description": "OrderStatus as received."},
        "total": {**NUMBER, "description": "GrandTotal as received; without one, what was booked."},
        "pos_order_id": NULLABLE_INTEGER,
        "pos_order_name": NULLABLE_STRING,
        "amount_total": NULLABLE_NUMBER,
        "amount_tax": NULLABLE_NUMBER,
        "amount_paid": NULLABLE_NUMBER,
        "currency": NULLABLE_STRING,
        "received": DATETIME,
        "imported": NULLABLE_DATETIME,
        "next_attempt": NULLABLE_DATETIME,
        "refunds": {"type": "array", "items": REFUND},
    }
)


class OrderController(ApiController):
    @operation(
        "POST",
        PATH,
        summary="Send orders",
        description=(
            "Stores the orders in the inbox and answers as soon as that is committed; they are imported at once in the "
            "background. An order that is sent again is recognized. One that cannot be imported has a result that "
            "says why, and does not hold up the others. Without an API key, the request has to be signed with the "
            "secret of a synchronization; a signed request that was received before is a 409."
        ),
        parameters=(SYNC, PREFER),
        body=Body(
            ORDERS,
            "An array of orders, an object with orders, or one order.",
            max_bytes=MAX_BYTES,
            raw=True,
            is_test=is_test_request,
        ),
        answers={
            202: Reply("The orders are stored.", RESULTS),
            200: Reply(
                "The orders were tried (Prefer: wait).",
                RESULTS,
                headers={"Preference-Applied": (STRING_HEADER, "The time that was waited at most, as wait=10.")},
            ),
        },
        errors=(404,),
        auth="external_order_push",
    )
    def push_orders(self, sync, prefer, body):
        if is_test_request(body):  # the same answer for each code
            return Answer({"accepted": 0, "results": []})
        configuration, signed = self._identify(sync, body)
        wait = min(seconds_to_wait(prefer), max(int(seconds_to_work(request.env)), 0))
        pushed, is_tried = self._push(configuration, read(configuration, body).entries, signed, wait)
        results = {
            "accepted": sum(not entry.reason for entry in pushed),
            "results": [entry.get_result() for entry in pushed],
        }
        if is_tried:
            return Answer(results, headers={"Preference-Applied": f"wait={wait}"})
        return Answer(results, status=HTTPStatus.ACCEPTED)

    @operation(
        "GET",
        f"{PATH}/{{order_id}}",
        summary="Get the state of an order",
        parameters=(ORDER_ID, SYNC, LOCATION),
        answers={200: Reply("The order.", ORDER_STATUS)},
        errors=(409,),
        auth="external_order_key",
    )
    def get_order(self, order_id, sync, location):
        configuration = request.env["external.order.sync"]._find_for_push(sync)
        orders = configuration._find_orders(order_id, location)
        if not orders:
            raise Problem(404, "There is no order with this OrderID.")
        if len(orders) > 1:
            raise Problem(409, "Orders of several branches have this OrderID. Add location=LocationID to the address.")
        status = orders._get_status()
        return Answer(
            {**status, **{name: time_text(status[name]) for name in ("received", "imported", "next_attempt")}}
            | {"refunds": [{**refund, "date": time_text(refund["date"])} for refund in status["refunds"]]}
        )

    def _identify(self, code, body):
        """Return the synchronization that may receive this request, and what was signed (None with an API key).

        This route and no other takes requests without a user, because shop systems can sign their webhooks but not
        send an Odoo key. A signature can only put orders into the inbox of the synchronization whose secret it is
        made with, and reads nothing back but their results.
        """
        syncs = request.env["external.order.sync"]
        if request.env.uid:
            return syncs._find_for_push(code), None
        return syncs._find_signed(code, request.httprequest.headers, body)

    def _push(self, sync, entries, signed, wait):
        """Store entries; with `wait` (seconds), import them as well.

        :return: a list of ``PushedEntry``, and whether each order was tried
        """
        pushed = sync._receive_pushed(entries, signed, wait)
        orders = sync.env["external.order"].union(*(entry.order for entry in pushed))
        return pushed, bool(wait) and (not orders or sync._import_pushed(orders, wait))


def read(sync, body):
    """Return the `Pushed` of a body; errors are in the language of the synchronization's messages."""
    try:
        return read_pushed(body)
    except PushedError as error:
        message: Message = error.message
        raise Problem(error.status, reader_text(sync.env, message)) from error
