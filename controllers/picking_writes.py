from http import HTTPStatus

from werkzeug.http import parse_etags

from ..models.warehouse.warehouse_barcode import BLANKS
from ..models.warehouse.warehouse_write import Asked
from ..models.warehouse.warehouse_write_schema import (
    BARCODE,
    CONFIRM,
    DETAILS,
    KEY,
    RECORD_ID,
    SCAN,
    SCANNED,
    SCANNED_LINES,
    VALIDATE,
    VALIDATED,
)
from .api_operation import Answer, Body, Parameter, Reply, operation
from .api_parameters import ETAG_HEADER, PICKING_ID
from .api_problem import Problem, problem_of
from .pickings import PATH
from .warehouse import SOURCE, WarehouseController

LINE_ID = Parameter("line_id", RECORD_ID, "The id of the move line.", place="path")
IDEMPOTENCY_KEY = Parameter(
    "Idempotency-Key",
    KEY,
    "The client's own key of this request. For seven days, a request with the same key gets the same answer and is not "
    "done again; with other content, the answer is 422. The body may name it as msg_id instead.",
    place="header",
)
IF_MATCH = Parameter(
    "If-Match",
    {"type": "string", "minLength": 1, "maxLength": 1000},
    "The ETag of the transfer as the client knows it. If it has changed meanwhile, the answer is 412.",
    place="header",
)
# What the client sends back with the next write.
TRANSFER_ETAG = (ETAG_HEADER[0], "Of the transfer, as GET gives it; send it back as If-Match.")


class PickingWriteController(WarehouseController):
    @operation(
        "POST",
        f"{PATH}/{{picking_id}}/lines/{{line_id}}/confirm",
        summary="Confirm what was picked",
        description=(
            "Picks a line of an open transfer. If it is picked in part, a new line has the rest. A refusal is a 409 "
            "with a code: wrong_product, wrong_location, lot_required, not_enough and others."
        ),
        parameters=(PICKING_ID, LINE_ID, SOURCE, IDEMPOTENCY_KEY, IF_MATCH),
        body=Body(CONFIRM, "What was picked, and what was scanned."),
        answers={
            200: Reply(
                "The transfer afterwards.",
                DETAILS,
                headers={"ETag": TRANSFER_ETAG},
                links={"validate_picking": {"picking_id": "$response.body#/picking/id"}},
            )
        },
        errors=(412,),
    )
    def confirm_line(self, picking_id, line_id, source, idempotency_key, if_match, body):
        body["line_id"] = line_id
        return self._write("confirm", picking_id, source, idempotency_key, if_match, body)

    @operation(
        "POST",
        f"{PATH}/{{picking_id}}/validate",
        summary="Validate a transfer",
        description=(
            "A transfer that is already done gets the same answer. If Odoo would open a dialog, the answer is a 409 "
            "with a code."
        ),
        parameters=(PICKING_ID, SOURCE, IDEMPOTENCY_KEY, IF_MATCH),
        body=Body(VALIDATE, "What to do with goods that are not picked.", optional=True),
        answers={
            200: Reply("The transfer, and its backorder if there is one.", VALIDATED, headers={"ETag": TRANSFER_ETAG})
        },
        errors=(412,),
    )
    def validate_picking(self, picking_id, source, idempotency_key, if_match, body):
        return self._write("validate", picking_id, source, idempotency_key, if_match, body)

    @operation(
        "POST",
        f"{PATH}/{{picking_id}}/scan",
        summary="Find the line that a barcode means",
        description=(
            "Changes nothing. If nothing has the barcode, the answer is a 409 with the code unknown_barcode; if "
            "nothing in the transfer has it, the code is not_in_transfer."
        ),
        parameters=(PICKING_ID, SOURCE),
        body=Body(SCAN, "The barcode of a product, packaging, lot, package or location; GS1 too."),
        answers={200: Reply("The lines that the barcode can mean, and the one to pick next.", SCANNED_LINES)},
    )
    def scan_line(self, picking_id, source, body):
        found = self._writer(source)._scan_picking(picking_id, body["barcode"])
        if found is None:
            raise Problem(404)
        return Answer(found)

    @operation(
        "GET",
        "/api/odoo/scan",
        summary="Find what a barcode is",
        parameters=(Parameter("barcode", BARCODE, "What was scanned.", required=True), SOURCE),
        answers={200: Reply("The records with this barcode; empty if there are none.", SCANNED)},
        errors=(409,),
    )
    def scan_barcode(self, barcode, source):
        return Answer(self._writer(source)._identify(barcode))

    def _write(self, action, picking_id, source, header_key, if_match, body):
        """Do one write, and return its `Answer`."""
        key = body.pop("msg_id", None) or None
        if header_key and key and header_key != key:
            raise Problem(422, "msg_id: differs from the header Idempotency-Key.", code="two_keys")
        asked = Asked(
            action, picking_id, given(body), key=header_key or key, etags=etags_of(if_match) if if_match else None
        )
        [answered] = self._writer(source)._perform([asked], report)
        return Answer(answered.body, status=answered.status, etag=answered.etag)


def given(values):
    """Return the values that are set, texts without the blanks around them; an empty text counts as absent."""
    values = {key: value.strip(BLANKS) if isinstance(value, str) else value for key, value in values.items()}
    return {key: value for key, value in values.items() if value not in (None, "")}


def etags_of(if_match):
    """Return the etags of an If-Match header, weak or strong, or ("*",) for any."""
    etags = parse_etags(if_match)
    return ("*",) if etags.star_tag else tuple(sorted(etags.as_set(include_weak=True)))


def report(error):
    """Return (HTTP status, JSON text) of an error that is the client's; raise any other."""
    problem = problem_of(error)
    if problem.code >= HTTPStatus.INTERNAL_SERVER_ERROR:
        raise error
    return problem.code, problem.to_json()
