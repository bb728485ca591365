from odoo.http import request

from ..lib.json_schema import INTEGER, NULLABLE_DATETIME, NULLABLE_STRING, STRING, closed_object
from ..lib.time_text import time_text
from ..models.warehouse.warehouse_schema import STATUS
from ..tools.groups import USER_GROUP
from .api_operation import Answer, Reply, known_etags, operation
from .api_parameters import COUNT, ETAG_HEADER, EXACT, LIMIT, NOT_MODIFIED
from .api_problem import Problem
from .warehouse import SOURCE, WarehouseController

STARTED = {"success": True, "message": "Odoo sync started in background"}
# Kind of a synchronization: the model of its runs, and their field with the record that ran.
RUNS = {"orders": ("external.order.sync.run", "sync_id"), "mirror": ("odoo.sync.run", "source_id")}
RUN = closed_object(
    {
        "id": {**INTEGER, "description": "Unique among the runs of its kind."},
        "kind": {**STRING, "enum": list(RUNS), "description": "Import of orders, or mirror of another Odoo."},
        "name": {**STRING, "description": "The synchronization or source that ran."},
        "status": {**STRING, "description": "running, success, no_orders, login_failed, unreachable or error."},
        "started": NULLABLE_DATETIME,
        "ended": NULLABLE_DATETIME,
        "message": NULLABLE_STRING,
    },
    description="A run of a synchronization.",
)


class SyncController(WarehouseController):
    @operation(
        "GET",
        "/api/odoo/sync/status",
        summary="Get record counts and the state of the order import",
        parameters=(COUNT, SOURCE),
        answers={200: Reply("The status.", STATUS, headers={"ETag": ETAG_HEADER}), 304: NOT_MODIFIED},
    )
    def get_status(self, count, source):
        return self._answer(self._warehouse(source)._read_status(known_etags(), exact=count == EXACT))

    @operation(
        "GET",
        "/api/delivery/sync/history",
        summary="List the last runs of the synchronizations",
        description="Newest first. Kinds of runs that the user may not see are left out.",
        parameters=(LIMIT,),
        answers={200: Reply("The runs.", {"type": "array", "items": RUN})},
    )
    def get_history(self, limit):
        entries = []
        for kind, (model, holder) in RUNS.items():
            runs = request.env[model]
            if runs.has_access("read"):
                found = runs.search([], limit=limit)  # in the order of their ids, which is that of their starts
                entries += [_run_document(kind, run, run[holder]) for run in found]
        return Answer(sorted(entries, key=lambda entry: entry["started"], reverse=True)[:limit])

    @operation(
        "POST",
        "/api/odoo/sync/trigger",
        summary="Start a synchronization now",
        description="Returns at once; the scheduler does the work. Synchronizations that are paused, or that nobody "
        "has started in Odoo, do not run. Requires the group User of External Order Sync.",
        answers={
            200: Reply(
                "The synchronization has been started.",
                closed_object({key: {"const": value} for key, value in STARTED.items()}),
            )
        },
    )
    def trigger_sync(self):
        if not request.env.user.has_group(USER_GROUP):
            raise Problem(403, "Starting a synchronization requires the group User of External Order Sync.")
        started = [request.env[model]._trigger_sync() for model in ("external.order.sync", "odoo.sync.source")]
        if not any(started):
            raise Problem(503, "No synchronization is configured and started in Odoo, so there is nothing to run.")
        return Answer(STARTED)


def _run_document(kind, run, holder):
    return {
        "id": run.id,
        "kind": kind,
        "name": holder.sudo().name,  # sudo: a user who may see a run may also see what ran
        "status": run.status,
        "started": time_text(run.date_start),
        "ended": time_text(run.date_end),
        "message": run.message or None,
    }
