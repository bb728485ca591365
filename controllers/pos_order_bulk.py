from decimal import Decimal
from http import HTTPStatus

from odoo.http import request

from ..lib.json_schema import INTEGER, NULLABLE_INTEGER, NULLABLE_NUMBER, NULLABLE_STRING, STRING, closed_object
from ..lib.order.customer import names_customer
from ..lib.order.fields import MAX_TEXT_LENGTH
from ..lib.order.pushed import MAX_BYTES
from ..tools.scheduling import SYNC_NOW_SECONDS
from ..tools.worker_time import seconds_to_work
from .api_operation import Answer, Body, ErrorForm, Reply, operation
from .api_problem import Problem
from .orders import ORDER_LIST, SYNC, OrderController, read

RESULT = closed_object(
    {
        "external_order_id": NULLABLE_STRING,
        "status": {**STRING, "enum": ["success", "error"]},
        "pos_order_id": NULLABLE_INTEGER,
        "pos_order_name": NULLABLE_STRING,
        "amount_total": NULLABLE_NUMBER,
        "error": NULLABLE_STRING,
    }
)
ANSWER = closed_object(
    {
        "status": {**STRING, "enum": ["success", "error"]},
        "data": closed_object(
            {
                "pos_config_id": NULLABLE_INTEGER,
                "total": INTEGER,
                "successful": INTEGER,
                "failed": INTEGER,
                "results": {"type": "array", "items": RESULT},
            }
        ),
        "error": NULLABLE_STRING,
        "count": INTEGER,
    }
)
NO_DATA = {"pos_config_id": None, "total": 0, "successful": 0, "failed": 0, "results": []}
# Keys of the object around the orders: they count for the orders that name no customer.
FOR_EACH_ORDER = ("partner_id", "customer_ref")
# Statuses that its client does not know. They all mean that the request as a whole is wrong.
WRONG_REQUEST = (404, 409, 413, 415, 422)


def describe(problem):
    """Return (HTTP status, body) of an error in the form of this address."""
    status = HTTPStatus.BAD_REQUEST if problem.code in WRONG_REQUEST else problem.code
    return status, {"status": "error", "data": NO_DATA, "error": problem.description, "count": 0}


class PosOrderBulkController(OrderController):
    @operation(
        "POST",
        "/api/v1/webhook/pos-order/bulk",
        summary="Send orders in the form of the shop system",
        description=(
            "For a client that already sends to this address. It waits until the orders are imported. status is "
            "success if the request was processed; each order has its own. An order that could not be imported yet "
            "stays in the inbox and need not be sent again."
        ),
        parameters=(SYNC,),
        body=Body(
            {
                "anyOf": [
                    ORDER_LIST,
                    {
                        "type": "object",
                        "properties": {
                            "pos_config_id": NULLABLE_INTEGER,
                            "partner_id": NULLABLE_INTEGER,
                            "customer_ref": NULLABLE_STRING,
                            "orders": ORDER_LIST,
                        },
                        "required": ["orders"],
                    },
                ]
            },
            "An array of orders, or an object with orders and the Point of Sale and customer of all of them.",
            max_bytes=MAX_BYTES,
            raw=True,
        ),
        answers={200: Reply("A result for each order.", ANSWER)},
        auth="external_order_key",
        error_form=ErrorForm(ANSWER, describe),
    )
    def push_bulk(self, sync, body):
        syncs = request.env["external.order.sync"]
        pushed = read(syncs, body)
        configuration = syncs._find_for_push(sync, _pos_config_id(pushed.members))
        defaults = _read_defaults(pushed.members)
        entries = [_with_defaults(entry, defaults) for entry in pushed.entries]
        wait = max(min(SYNC_NOW_SECONDS, int(seconds_to_work(request.env))), 1)
        received, _is_tried = self._push(configuration, entries, None, wait)
        results = [entry.get_bulk_result() for entry in received]
        successful = sum(result["status"] == "success" for result in results)
        return Answer(
            {
                "status": "success",
                "data": {
                    "pos_config_id": configuration.pos_config_id.id,
                    "total": len(results),
                    "successful": successful,
                    "failed": len(results) - successful,
                    "results": results,
                },
                "error": None,
                "count": len(results),
            }
        )


def _pos_config_id(members):
    value = members.get("pos_config_id")
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or not 0 < value < 2**31:
        raise Problem(400, "pos_config_id: is not the ID of a Point of Sale.")
    return value


def _read_defaults(members):
    """Return the customer of the whole request. It is copied into each order, so it must not be long."""
    defaults = {}
    for name in FOR_EACH_ORDER:
        value = members.get(name)
        if not value and not isinstance(value, dict | list):
            continue
        if isinstance(value, bool) or not isinstance(value, int | Decimal | str):
            raise Problem(400, f"{name}: has to be a number or a text.")
        if isinstance(value, str) and len(value) > MAX_TEXT_LENGTH:
            raise Problem(400, f"{name}: has more than {MAX_TEXT_LENGTH} characters.")
        defaults[name] = value
    return defaults


def _with_defaults(entry, defaults):
    """Return an order with the customer of the whole request, if it names none. A changed one has no digest."""
    if not defaults or not isinstance(entry, dict) or names_customer(entry):
        return entry
    return {**entry, **defaults}
