"""What the warehouse API answers, as JSON Schema (OpenAPI 3.1 dialect).

One declaration, two readers: ``warehouse.api`` builds its SQL projection from the properties (their order is the
order of the keys), and the OpenAPI document prints them. The keys up to the marked line are those of the published
API (docs/warehouse_api.md); what follows was added later.
"""

from ...lib.json_schema import (
    BOOLEAN,
    INTEGER,
    NULLABLE_DATETIME,
    NULLABLE_INTEGER,
    NULLABLE_STRING,
    NUMBER,
    closed_object,
)

#: ``stock.picking.state``, in the order of the spec.
PICKING_STATES = ("draft", "waiting", "confirmed", "assigned", "done", "cancel")
#: ``stock.move.state``, which has one state more than its picking.
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
    },
    description="A transfer (stock.picking).",
)

MOVE_LINE = closed_object(
    {
        "id": INTEGER,
        "picking_id": INTEGER,
        "product_id": NULLABLE_INTEGER,
        "qty_done": {**NUMBER, "description": "The quantity really picked; 0 while it is only reserved."},
        "location_id": NULLABLE_INTEGER,
        "location_dest_id": NULLABLE_INTEGER,
        "lot_id": NULLABLE_INTEGER,
        "state": {"type": ["string", "null"], "enum": [*MOVE_STATES, None]},
        # ours
        "quantity": {**NUMBER, "description": "The quantity reserved or, once picked, taken."},
        "picked": BOOLEAN,
        "product_uom_id": {**NULLABLE_INTEGER, "description": "The unit of both quantities."},
        "lot_name": NULLABLE_STRING,
        "package_id": {**NULLABLE_INTEGER, "description": "The package taken from (stock.package)."},
        "result_package_id": {**NULLABLE_INTEGER, "description": "The package packed into (stock.package)."},
    },
    description="A detailed operation of a transfer (stock.move.line).",
)

COUNT = closed_object({"count": INTEGER})
COUNT_AND_SYNCED = closed_object({"count": INTEGER, "last_synced": NULLABLE_DATETIME})

LAST_RUN = closed_object(
    {
        "status": {"type": "string", "enum": ["success", "no_orders", "error"]},
        "started": NULLABLE_DATETIME,
        "ended": NULLABLE_DATETIME,
        "message": NULLABLE_STRING,
        "imported": INTEGER,
        "failed": INTEGER,
    },
    type=["object", "null"],
    description="The order import's last finished run; null before the first.",
)

ORDERS = closed_object(
    {
        "pending": INTEGER,
        "done": INTEGER,
        "failed": INTEGER,
        "ignored": INTEGER,
        "running_since": {**NULLABLE_DATETIME, "description": "Start of the run going on now; null between runs."},
        "last_run": LAST_RUN,
    },
    type=["object", "null"],
    description="Imported orders by state; null for a user outside the order sync's groups.",
)

STATUS = closed_object(
    {
        "products": COUNT_AND_SYNCED,
        "locations": COUNT_AND_SYNCED,
        "pickings": closed_object({"count": INTEGER, "last_received": NULLABLE_DATETIME}),
        "quants": COUNT,
        # ours
        "lots": COUNT,
        "packages": COUNT,
        "move_lines": COUNT,
        "orders": ORDERS,
    },
    description="What there is, as far as the key's user may see it.",
)
