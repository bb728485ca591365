from odoo.http import request

from ..lib.json_schema import closed_object
from ..models.warehouse.warehouse_api_status import SYNC_GROUP
from ..models.warehouse.warehouse_schema import STATUS
from .api_operation import Answer, Reply, known_etags, operation
from .api_parameters import ETAG_HEADER, NOT_MODIFIED
from .api_problem import Problem
from .warehouse import SOURCE, WarehouseController

STARTED = {"success": True, "message": "Odoo sync started in background"}


class SyncController(WarehouseController):
    @operation(
        "GET",
        "/api/odoo/sync/status",
        summary="Get record counts and the state of the order import",
        parameters=(SOURCE,),
        answers={200: Reply("The status.", STATUS, headers={"ETag": ETAG_HEADER}), 304: NOT_MODIFIED},
    )
    def get_status(self, source):
        return self._answer(self._warehouse(source)._read_status(known_etags()))

    @operation(
        "POST",
        "/api/odoo/sync/trigger",
        summary="Start a synchronization now",
        description="Returns at once; the scheduler does the work. Requires the group User of External Order Sync.",
        answers={
            200: Reply(
                "The synchronization has been started.",
                closed_object({key: {"const": value} for key, value in STARTED.items()}),
            )
        },
    )
    def trigger_sync(self):
        if not request.env.user.has_group(SYNC_GROUP):
            raise Problem(403, "Starting a synchronization requires the group User of External Order Sync.")
        started = [request.env[model]._trigger_sync() for model in ("external.order.sync", "odoo.sync.source")]
        if not any(started):
            raise Problem(503, "No synchronization is configured, so there is nothing to start.")
        return Answer(STARTED)
