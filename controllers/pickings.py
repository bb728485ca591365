from ..lib.json_schema import closed_object
from ..models.warehouse.warehouse_schema import (
    MOVE_LINE,
    MOVE_LINE_NAMES,
    PICKING,
    PICKING_NAMES,
    PICKING_STATES,
    with_names,
)
from ..tools.signed_cursor import CURSOR_SCHEMA, BadCursor
from .api_operation import Parameter, Reply, known_etags, operation
from .api_parameters import (
    COUNT,
    ETAG_HEADER,
    EXACT,
    LIMIT,
    NOT_MODIFIED,
    PICKING_ID,
    next_link,
    page_headers,
    total_headers,
)
from .api_problem import Problem
from .warehouse import SOURCE, WarehouseController

PATH = "/api/odoo/pickings"

STATE = Parameter(
    "state",
    {"type": "array", "items": {"type": "string", "enum": list(PICKING_STATES)}, "minItems": 1, "maxItems": 100},
    "Only transfers in this state. Separate several states with commas.",
)
CURSOR = Parameter(
    "cursor",
    {**CURSOR_SCHEMA, "minLength": 82},
    "The page to return, as given by the Link header of the previous page. Valid for one day from the first page.",
)
UPDATED_SINCE = Parameter(
    "updated_since",
    {"type": "string", "format": "date-time"},
    "Only transfers changed at this time or later. A time without an offset is UTC.",
)
EXPAND = Parameter(
    "expand",
    {"type": "array", "items": {"type": "string", "enum": ["names"]}, "minItems": 1, "maxItems": 1},
    "What to add: names (of products, locations, lots, packages and contacts).",
)
PICKING_OR_EXPANDED = with_names(PICKING, PICKING_NAMES)


class PickingController(WarehouseController):
    @operation(
        "GET",
        PATH,
        summary="List transfers",
        description=(
            "Newest scheduled date first, then by id. Following the next links returns each transfer that keeps "
            "matching exactly once, even while others are created, changed or rescheduled."
        ),
        parameters=(STATE, LIMIT, CURSOR, UPDATED_SINCE, EXPAND, COUNT, SOURCE),
        answers={
            200: Reply(
                "A page of transfers.",
                {"type": "array", "items": PICKING_OR_EXPANDED},
                headers=page_headers("transfers"),
                links={"get_picking": {"picking_id": "$response.body#/0/id"}},
            ),
            304: NOT_MODIFIED,
        },
        errors=(404,),
    )
    def list_pickings(self, state, limit, cursor, updated_since, expand, count, source):
        try:
            page = self._warehouse(source)._read_pickings(
                states=state,
                limit=limit,
                cursor=cursor,
                updated_since=updated_since,
                expand=bool(expand),
                exact_total=count == EXACT,
                known_etags=known_etags(),
            )
        except BadCursor as error:
            detail = "cursor: not a page of this list, or older than a day. Start again without a cursor."
            raise Problem(404, detail, parameter="cursor") from error
        headers = total_headers(page.total) if page.total else {}  # not counted if the answer is 304
        if page.next_cursor:
            headers["Link"] = next_link(page.next_cursor)
        return self._answer(page, headers)

    @operation(
        "GET",
        f"{PATH}/{{picking_id}}",
        summary="Get a transfer with its detailed operations",
        parameters=(PICKING_ID, EXPAND, SOURCE),
        answers={
            200: Reply(
                "The transfer and its move lines.",
                closed_object(
                    {
                        "picking": PICKING_OR_EXPANDED,
                        "move_lines": {"type": "array", "items": with_names(MOVE_LINE, MOVE_LINE_NAMES)},
                    }
                ),
                headers={"ETag": ETAG_HEADER},
                links={
                    "confirm_line": {
                        "picking_id": "$response.body#/picking/id",
                        "line_id": "$response.body#/move_lines/0/id",
                    },
                    "scan_line": {"picking_id": "$response.body#/picking/id"},
                },
            ),
            304: NOT_MODIFIED,
        },
    )
    def get_picking(self, picking_id, expand, source):
        return self._answer(self._warehouse(source)._read_picking(picking_id, known_etags(), expand=bool(expand)))
