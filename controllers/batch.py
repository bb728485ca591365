import json

from odoo.http import request

from ..lib.json_schema import SchemaError, check
from ..models.warehouse.warehouse_write import Answered, Asked
from ..models.warehouse.warehouse_write_schema import (
    BATCH,
    BATCH_ACTIONS,
    BATCH_AS_CHECKED,
    BATCH_RESULTS,
    BATCH_SIZE,
)
from .api_operation import Answer, Body, Reply, operation
from .api_problem import Problem
from .picking_writes import given, report
from .warehouse import SOURCE, WarehouseController

MAX_BATCH = 512 * 1024


class BatchController(WarehouseController):
    @operation(
        "POST",
        "/api/odoo/batch",
        summary="Do several writes",
        description=(
            f"Up to {BATCH_SIZE} confirmations and validations, done in the order in which they are sent. Each has its "
            "own result, and a refused one does not stop the others. If its msg_id was already answered, it gets that "
            "answer again. Either the whole batch is answered or, with 503, nothing was done."
        ),
        parameters=(SOURCE,),
        body=Body(BATCH, "The requests.", max_bytes=MAX_BATCH, checked=BATCH_AS_CHECKED),
        answers={200: Reply("A result for each request.", BATCH_RESULTS)},
    )
    def do_batch(self, source, body):
        asked = [_asked(entry) for entry in body["requests"]]
        wanted = [one for one in asked if isinstance(one, Asked)]
        performed = iter(self._writer(source)._perform(wanted, report))
        results = []
        for entry, one in zip(body["requests"], asked, strict=True):
            answered = next(performed) if isinstance(one, Asked) else one
            results.append(
                {
                    "msg_id": entry["msg_id"] if isinstance(entry.get("msg_id"), str) else None,
                    "status": answered.status,
                    "body": _body(one, answered),
                }
            )
        return Answer({"results": results, "pickings": self._documents({one.picking_id for one in wanted})})

    def _documents(self, picking_ids):
        pickings = request.env["stock.picking"].search([("id", "in", list(picking_ids))], order="id")
        read = request.env["warehouse.api"]._read_picking
        return [json.loads(read(picking.id).body) for picking in pickings]


def _asked(entry):
    """Return the `Asked` of an entry, or the `Answered` that says what is wrong with it."""
    action = entry.get("action")
    try:
        schema = BATCH_ACTIONS.get(
            action if isinstance(action, str) else None, BATCH["properties"]["requests"]["items"]
        )
        entry = check(entry, schema, "request")
    except SchemaError as error:
        return Answered(*report(Problem(422, f"{error}.", code="invalid")))
    # The key counts as it was sent: it is the same as that of the write alone.
    key, action, picking_id = entry.pop("msg_id"), entry.pop("action"), entry.pop("picking_id")
    return Asked(action, picking_id, given(entry), key=key, with_document=False)


def _body(asked, answered):
    if isinstance(asked, Asked) and asked.action == "confirm" and answered.status == 200:
        return None  # the transfer is returned once, not with each of its lines
    return json.loads(answered.body)
