"""What the writes of the warehouse API take and return, as JSON Schema; see ``warehouse_schema``."""

from ...lib.json_schema import (
    BOOLEAN,
    INTEGER,
    NULLABLE_INTEGER,
    NULLABLE_STRING,
    NUMBER,
    STRING,
    closed_object,
)
from .warehouse_schema import MOVE_LINE, MOVE_LINE_NAMES, PICKING, PICKING_NAMES, with_names

# Requests in a batch.
BATCH_SIZE = 200
BACKORDER_CHOICES = ("ask", "create", "cancel")

RECORD_ID = {**INTEGER, "minimum": 1, "maximum": 2**31 - 1}
KEY = {**STRING, "minLength": 1, "maxLength": 200, "pattern": "^[ -~]+$"}
BARCODE = {**STRING, "minLength": 1, "maxLength": 300}
# Empty or null if there is none: a client may send all fields of its form.
OPTIONAL_TEXT = {**NULLABLE_STRING, "maxLength": 300}

MSG_ID = {
    **KEY,
    "type": ["string", "null"],
    "description": "The client's own key of this request, instead of the header Idempotency-Key.",
}
CONFIRM_KEYS = {
    "qty_done": {
        **NUMBER,
        "minimum": 0,
        "maximum": 1_000_000_000,
        "description": "The whole quantity that was picked, in the unit of the line; 0 undoes the picking.",
    },
    "scanned_product_barcode": {
        **OPTIONAL_TEXT,
        "description": "The barcode of the product, its packaging or its lot; GS1 too. Checked if given.",
    },
    "scanned_location_barcode": {
        **OPTIONAL_TEXT,
        "description": "Where the goods were taken from or, in a receipt, put. A location other than the line's is "
        "used if it is below the transfer's and holds the goods.",
    },
    "lot_name": {
        **OPTIONAL_TEXT,
        "maxLength": 200,
        "description": "The lot or serial number; a new one is created if the operation type allows it.",
    },
    "result_package": {
        **OPTIONAL_TEXT,
        "maxLength": 200,
        "description": "The name of the package that the goods are packed into; it is created if there is none.",
    },
}
CONFIRM = closed_object({**CONFIRM_KEYS, "msg_id": MSG_ID}, required=["qty_done"])
VALIDATE_KEYS = {
    "backorder": {
        **STRING,
        "enum": list(BACKORDER_CHOICES),
        "default": "ask",
        "description": "What to do with goods that are not picked: create a backorder, cancel them, or answer 409.",
    },
}
VALIDATE = closed_object({**VALIDATE_KEYS, "msg_id": MSG_ID}, required=[])

DETAILS = closed_object(
    {
        "picking": with_names(PICKING, PICKING_NAMES),
        "move_lines": {"type": "array", "items": with_names(MOVE_LINE, MOVE_LINE_NAMES)},
    },
    description="A transfer and its move lines.",
)
VALIDATED = closed_object(
    {
        "picking": PICKING,
        "backorder": {**PICKING, "type": ["object", "null"], "description": "The new transfer with the missing goods."},
    }
)

MATCH = closed_object(
    {
        "kind": {**STRING, "enum": ["product", "lot", "package", "location", "transfer"]},
        "id": INTEGER,
        "name": STRING,
        "product_id": {**NULLABLE_INTEGER, "description": "Of a product or lot."},
        "product_uom_id": {
            **NULLABLE_INTEGER,
            "description": "The unit of a packaging, if it is a packaging's barcode.",
        },
        "location_id": {**NULLABLE_INTEGER, "description": "Where the lot or package is; null if not at one location."},
    },
    description="A record with this barcode.",
)
SCANNED_KEYS = {
    "barcode": STRING,
    "matches": {"type": "array", "items": MATCH},
    "lot_name": {**NULLABLE_STRING, "description": "The lot that a GS1 barcode names; it need not exist yet."},
    "quantity": {"type": ["number", "null"], "description": "The quantity or weight in the barcode."},
}
SCANNED = closed_object(SCANNED_KEYS)
SCANNED_LINE = closed_object(
    {
        "line_id": INTEGER,
        "product_id": INTEGER,
        "location_id": INTEGER,
        "lot_id": NULLABLE_INTEGER,
        "package_id": NULLABLE_INTEGER,
        "product_uom_id": INTEGER,
        "qty_left": {**NUMBER, "description": "What is still to be picked, in product_uom_id."},
        "picked": BOOLEAN,
    }
)
SCANNED_LINES = closed_object(
    {
        **SCANNED_KEYS,
        "line_id": {**NULLABLE_INTEGER, "description": "The line to pick next; null if all are picked."},
        "lines": {
            "type": "array",
            "items": SCANNED_LINE,
            "description": "All lines that it can mean, open ones first.",
        },
    }
)
SCAN = closed_object({"barcode": BARCODE})

BATCH_REQUEST = closed_object(
    {
        "msg_id": {**KEY, "description": "The client's own key of this request."},
        "action": {**STRING, "enum": ["confirm", "validate"]},
        "picking_id": RECORD_ID,
        "line_id": {**RECORD_ID, "description": "Of a confirmation."},
        **CONFIRM_KEYS,
        **VALIDATE_KEYS,
    },
    required=["msg_id", "action", "picking_id"],
)
BATCH = closed_object({"requests": {"type": "array", "items": BATCH_REQUEST, "minItems": 1, "maxItems": BATCH_SIZE}})
# A batch is checked with this schema as a whole; each of its requests is then checked separately.
BATCH_AS_CHECKED = closed_object(
    {"requests": {"type": "array", "items": {"type": "object"}, "minItems": 1, "maxItems": BATCH_SIZE}}
)
# Action: the schema of its request.
BATCH_ACTIONS = {
    "confirm": closed_object(
        {
            **{key: BATCH_REQUEST["properties"][key] for key in ("msg_id", "action", "picking_id", "line_id")},
            **CONFIRM_KEYS,
        },
        required=["msg_id", "action", "picking_id", "line_id", "qty_done"],
    ),
    "validate": closed_object(
        {**{key: BATCH_REQUEST["properties"][key] for key in ("msg_id", "action", "picking_id")}, **VALIDATE_KEYS},
        required=["msg_id", "action", "picking_id"],
    ),
}
BATCH_RESULTS = closed_object(
    {
        "results": {
            "type": "array",
            "description": "One for each request, in the same order.",
            "items": closed_object(
                {
                    "msg_id": NULLABLE_STRING,
                    "status": {**INTEGER, "description": "As if the request had been sent alone."},
                    "body": {
                        "type": ["object", "null"],
                        "description": "The answer to a validation, or a problem; null for a confirmation.",
                    },
                }
            ),
        },
        "pickings": {
            "type": "array",
            "items": DETAILS,
            "description": "The transfers of the requests as they are now, those that the user may see.",
        },
    }
)
