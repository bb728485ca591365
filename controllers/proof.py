from odoo.http import request

from ..lib.json_schema import (
    BOOLEAN,
    INTEGER,
    NULLABLE_DATETIME,
    NULLABLE_INTEGER,
    NULLABLE_STRING,
    NUMBER,
    STRING,
    closed_object,
)
from ..lib.message import without_isolates
from ..lib.time_text import time_text
from ..models.order_sync.external_order_sync_push import CODE
from .api_operation import Answer, ApiController, Parameter, Reply, operation

DATE = Parameter(
    "date",
    {"type": "string", "format": "date"},
    "The business day, such as 2026-01-31.",
    required=True,
)
SYNC = Parameter(
    "sync",
    {"type": "string", "pattern": f"^{CODE.pattern}$"},
    "The code of a synchronization. If omitted, all that the caller may see are meant.",
)

COUNTS = closed_object({"shop": INTEGER, "odoo": INTEGER, "difference": INTEGER})
AMOUNTS = closed_object({"shop": NUMBER, "odoo": NUMBER, "difference": NUMBER})
PAYMENT = closed_object(
    {
        "name": {**STRING, "description": "Of the payment method or, if none stands for it, of the shop's payment."},
        "payment_method_id": NULLABLE_INTEGER,
        "shop": NUMBER,
        "odoo": NUMBER,
        "difference": NUMBER,
    }
)
REASONS = [
    *("missing", "failed", "waiting", "ignored", "changed", "edited", "payment", "refunded", "deleted", "moved"),
    *("extra", "closing", "unexplained"),
]
DIFFERENCE = closed_object(
    {
        "reason": {**STRING, "enum": REASONS, "description": "See docs/reconciliation.md."},
        "order_id": {**NULLABLE_STRING, "description": "OrderID."},
        "refund_id": NULLABLE_STRING,
        "location_id": NULLABLE_STRING,
        "pos_order_id": NULLABLE_INTEGER,
        "shop": NUMBER,
        "odoo": NUMBER,
        "difference": NUMBER,
        "accepted": {**BOOLEAN, "description": "A user has accepted the difference."},
        "what_to_do": NULLABLE_STRING,
    },
    description="An order behind the difference.",
)
PROOF = closed_object(
    {
        "sync": STRING,
        "pos_config_id": INTEGER,
        "pos_config_name": STRING,
        "currency": STRING,
        "state": {
            **STRING,
            "enum": ["green", "explained", "red", "error"],
            "description": "green: books and shop agree. explained: a user has accepted all differences. error: the "
            "day could not be checked; the figures are those of the last check.",
        },
        "source": {
            **NULLABLE_STRING,
            "enum": ["summary", "inbox", None],
            "description": "Where the shop's figures come from: its own summary, or the orders that were received.",
        },
        "message": NULLABLE_STRING,
        "checked": NULLABLE_DATETIME,
        "orders": COUNTS,
        "refunds": COUNTS,
        "gross": AMOUNTS,
        "tax": AMOUNTS,
        "payments": {"type": "array", "items": PAYMENT},
        "closing_difference": {
            **NUMBER,
            "description": "Counted less expected cash of the closed sessions, and likewise of card terminals.",
        },
        "differences": {"type": "array", "items": DIFFERENCE},
    },
    description="A business day of a synchronization in a Point of Sale. A difference is what Odoo has more.",
)
PROOFS = closed_object({"date": STRING, "proofs": {"type": "array", "items": PROOF}})


class ProofController(ApiController):
    @operation(
        "GET",
        "/api/proof",
        summary="Compare the books of a day with the shop",
        description=(
            "Returns the last check of the day, for each synchronization and Point of Sale that the caller may see. A "
            "day that has not been checked yet has no entry: it is checked after its end."
        ),
        parameters=(DATE, SYNC),
        answers={200: Reply("The day.", PROOFS)},
        auth="external_order_key",
    )
    def get_proof(self, date, sync):
        domain = [("day", "=", date), *([("sync_id.code", "=", sync)] if sync else [])]
        proofs = request.env["external.proof"].search(domain)
        return Answer({"date": date.isoformat(), "proofs": [_proof_document(proof) for proof in proofs]})


def _proof_document(proof):
    def figure(name):
        return {side: proof[f"{side}_{name}"] for side in ("shop", "odoo", "difference")}

    return {
        "sync": proof.sync_id.code or "",
        "pos_config_id": proof.pos_config_id.id,
        "pos_config_name": proof.pos_config_id.name,
        "currency": proof.currency_id.name,
        "state": proof.state,
        "source": proof.source or None,
        "message": proof.message or None,
        "checked": time_text(proof.checked_date),
        **{name: figure(name) for name in ("orders", "refunds", "gross", "tax")},
        "payments": [
            {
                "name": payment.name,
                "payment_method_id": payment.payment_method_id.id or None,
                "shop": payment.shop_amount,
                "odoo": payment.odoo_amount,
                "difference": payment.difference,
            }
            for payment in proof.payment_ids
        ],
        "closing_difference": proof.difference_closing,
        "differences": [
            {
                "reason": line.reason,
                "order_id": line.external_id or None,
                "refund_id": line.refund_id or None,
                "location_id": line.external_location or None,
                "pos_order_id": line.pos_order_id.id or None,
                "shop": line.shop_gross,
                "odoo": line.odoo_gross,
                "difference": line.difference_gross,
                "accepted": line.accepted,
                "what_to_do": without_isolates(line.remedy or "") or None,
            }
            for line in proof.line_ids
        ],
    }
