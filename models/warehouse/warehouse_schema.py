"""The answers of the warehouse API as JSON Schema (OpenAPI 3.1 dialect).

The declarations serve two purposes: ``warehouse.api`` builds its SQL projection from the properties (their order is
the order of the keys), and the OpenAPI document shows them. The keys up to the marked line are those of the published
API (docs/warehouse_api.md); the keys below it were added later.
"""

from ...lib.json_schema import (
    BOOLEAN,
    INTEGER,
    NULLABLE_DATETIME,
    NULLABLE_INTEGER,
    NULLABLE_STRING,
    NUMBER,
    STRING,
    closed_object,
)

# ``stock.picking.state``, in the order of docs/warehouse_api.md.
PICKING_STATES = ("draft", "waiting", "confirmed", "assigned", "done", "cancel")
# ``stock.move.state``, which has one state more than its picking.
MOVE_STATES = ("draft", "waiting", "confirmed", "partially_available", "assigned", "done", "cancel")

PICKING = closed_object(
    {
        "id": INTEGER,
        "name": NULLABLE_STRING,
        "state": {"type": ["string", "null"], "enum": [*PICKING_STATES, None]},
        "location_id": NULLABLE_INTEGER,
        "location_dest_id": NULLABLE_INTEGER,
        "scheduled_date": NULLABLE_DATETIME,
        "origin": NULLABLE_STRING,
        "priority": {"type": ["string", "null"], "description": "0 is normal, 1 is urgent."},
        "partner_id": NULLABLE_INTEGER,
        # Added to the published API:
        "picking_type_id": NULLABLE_INTEGER,
        "date_done": {**NULLABLE_DATETIME, "description": "When it was done; null before that."},
    },
    description="A transfer (stock.picking).",
)
# Keys of a transfer that are there only with ``expand=names``.
PICKING_NAMES = {
    "location_name": {**NULLABLE_STRING, "description": "The full name of location_id."},
    "location_dest_name": {**NULLABLE_STRING, "description": "The full name of location_dest_id."},
    "partner_name": {**NULLABLE_STRING, "description": "The name of the contact."},
}

MOVE_LINE = closed_object(
    {
        "id": INTEGER,
        "picking_id": INTEGER,
        "product_id": NULLABLE_INTEGER,
        "qty_done": {**NUMBER, "description": "The quantity actually picked; 0 while it is only reserved."},
        "location_id": NULLABLE_INTEGER,
        "location_dest_id": NULLABLE_INTEGER,
        "lot_id": NULLABLE_INTEGER,
        "state": {"type": ["string", "null"], "enum": [*MOVE_STATES, None]},
        # Added to the published API:
        "quantity": {**NUMBER, "description": "The reserved quantity or, once picked, the picked quantity."},
        "picked": BOOLEAN,
        "product_uom_id": {**NULLABLE_INTEGER, "description": "The unit of measure of all quantities."},
        "lot_name": NULLABLE_STRING,
        "package_id": {**NULLABLE_INTEGER, "description": "The source package (stock.package)."},
        "result_package_id": {**NULLABLE_INTEGER, "description": "The destination package (stock.package)."},
        "reference": {**NULLABLE_STRING, "description": "The number of the transfer."},
        "qty_demand": {
            "type": ["number", "null"],
            "description": "What the stock move demands, in product_uom_id; several move lines may share one demand. "
            "Null for a mirrored Odoo.",
        },
    },
    description="A detailed operation of a transfer (stock.move.line).",
)
# Keys of a move line that are there only with ``expand=names``.
MOVE_LINE_NAMES = {
    "product_name": {**NULLABLE_STRING, "description": "The product with its attribute values: Chair (Red, L)."},
    "product_code": {**NULLABLE_STRING, "description": "The internal reference."},
    "product_barcode": NULLABLE_STRING,
    "location_name": {**NULLABLE_STRING, "description": "The full name of location_id."},
    "location_barcode": NULLABLE_STRING,
    "location_dest_name": {**NULLABLE_STRING, "description": "The full name of location_dest_id."},
    "location_dest_barcode": NULLABLE_STRING,
    "package_name": NULLABLE_STRING,
    "result_package_name": NULLABLE_STRING,
    "sequence": {**INTEGER, "description": "The position on the way through the locations, from 1."},
}


def with_names(schema, names):
    """Return the schema of an answer that may have further keys: those of ``names``."""
    return {**schema, "properties": {**schema["properties"], **names}}


COUNT = closed_object({"count": INTEGER})
COUNT_AND_SYNCED = closed_object({"count": INTEGER, "last_synced": NULLABLE_DATETIME})

LAST_RUN = closed_object(
    {
        "status": {"type": "string", "enum": ["success", "no_orders", "error"]},
        "started": NULLABLE_DATETIME,
        "ended": NULLABLE_DATETIME,
        "message": NULLABLE_STRING,
        "imported": INTEGER,
        "refunded": {**INTEGER, "description": "Booked refunds and cancellations of orders."},
        "failed": INTEGER,
    },
    type=["object", "null"],
    description="The last finished run of the order import; null before the first one.",
)

ORDERS = closed_object(
    {
        "pending": INTEGER,
        "done": INTEGER,
        "failed": INTEGER,
        "ignored": INTEGER,
        "refunds": {**INTEGER, "description": "Booked refunds and cancellations of orders."},
        "running_since": {**NULLABLE_DATETIME, "description": "Start of the current run; null if none is in progress."},
        "last_run": LAST_RUN,
    },
    type=["object", "null"],
    description="Number of imported orders by state; null if the user is not in a group of External Order Sync.",
)

STATUS = closed_object(
    {
        "products": COUNT_AND_SYNCED,
        "locations": COUNT_AND_SYNCED,
        "pickings": closed_object({"count": INTEGER, "last_received": NULLABLE_DATETIME}),
        "quants": COUNT,
        # Added to the published API:
        "lots": COUNT,
        "packages": COUNT,
        "move_lines": COUNT,
        "orders": ORDERS,
        "estimated": {
            "type": "array",
            "items": STRING,
            "description": "Which of the numbers are estimates, such as quants or orders.done.",
        },
    },
    description="Record counts, limited to the records that the user of the API key may see.",
)
