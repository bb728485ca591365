from odoo.http import request

from ..lib.json_schema import BOOLEAN, INTEGER, NULLABLE_STRING, STRING, closed_object
from .api_operation import Answer, ApiController, Reply, operation

CARRIER = closed_object(
    {
        "id": INTEGER,
        "name": STRING,
        "provider_code": {**STRING, "description": "The delivery_type, which is the provider_code of its shipments."},
        "configured": {**BOOLEAN, "description": "Whether everything that the courier needs has been entered."},
    },
    description="A delivery method.",
)
CONFIG = closed_object(
    {
        "configured": {**BOOLEAN, "description": "Whether a transfer can be shipped at all."},
        "default_provider_code": {**NULLABLE_STRING, "description": "That of the first delivery method in sequence."},
        "providers": {"type": "array", "items": STRING, "description": "The provider codes that can be used."},
    },
    description="How the couriers are set up.",
)


class CourierController(ApiController):
    @operation(
        "GET",
        "/api/delivery/carriers",
        summary="List the delivery methods",
        description="In their sequence in Odoo.",
        answers={200: Reply("The delivery methods that the user may see.", {"type": "array", "items": CARRIER})},
    )
    def list_carriers(self):
        return Answer(
            [
                {
                    "id": carrier.id,
                    "name": carrier.name,
                    "provider_code": carrier.delivery_type,
                    "configured": carrier._is_ready_to_ship(),
                }
                for carrier in _get_carriers()
            ]
        )

    @operation(
        "GET",
        "/api/delivery/config",
        summary="Get the settings of the couriers",
        answers={200: Reply("The settings.", CONFIG)},
    )
    def get_config(self):
        ready = [carrier.delivery_type for carrier in _get_carriers() if carrier._is_ready_to_ship()]
        return Answer(
            {
                "configured": bool(ready),
                "default_provider_code": ready[0] if ready else None,
                "providers": list(dict.fromkeys(ready)),
            }
        )


def _get_carriers():
    return request.env["delivery.carrier"].search([])
