from contextlib import ExitStack

from odoo.http import request

from ..lib.json_schema import DATETIME, INTEGER, STRING, closed_object
from ..models.events.event_types import TYPE_NAMES
from ..tools.worker_time import seconds_to_work
from .api_operation import EVENT_STREAM, Answer, ApiController, Parameter, Reply, operation
from .api_parameters import LIMIT
from .api_problem import RETRY_SOON, Problem
from .event_stream import EventStream

MAX_WAIT = 60
STREAM_WAIT = 30

NUMBER = {"type": "integer", "minimum": 0, "maximum": 2**31 - 1}
AFTER = Parameter(
    "after",
    {**NUMBER, "default": 0},
    "The number of the last event that you have: next of the last answer. 0 begins with the oldest one kept.",
    default=0,
)
WAIT = Parameter(
    "wait",
    {"type": "integer", "minimum": 0, "maximum": MAX_WAIT},
    "If there is no event yet, wait for one, for at most this many seconds. If omitted, 0; an event stream lasts "
    f"{STREAM_WAIT}.",
)
TYPES = Parameter(
    "types",
    {"type": "array", "items": {"type": "string", "enum": list(TYPE_NAMES)}},
    "Only events of these types, separated by commas.",
    default=(),
)
LAST_EVENT_ID = Parameter(
    "Last-Event-ID",
    NUMBER,
    "The same as after. Clients of event streams send it when they connect again.",
    place="header",
)

EVENT = closed_object(
    {
        "seq": {**INTEGER, "description": "The number of the event, which grows."},
        "id": {**STRING, "description": "The same in every message about this event."},
        "type": {**STRING, "enum": list(TYPE_NAMES)},
        "timestamp": DATETIME,
        "data": {"type": "object", "description": "See docs/events.md."},
    }
)
PAGE = closed_object(
    {
        "events": {"type": "array", "items": EVENT, "description": "In the order of their numbers."},
        "next": {**INTEGER, "description": "Send it as after to continue."},
        "latest": {**INTEGER, "description": "The highest number so far."},
    }
)


class EventController(ApiController):
    @operation(
        "GET",
        "/api/events",
        summary="Read the log of events",
        description=(
            "Each event has a number, and a reader who continues after the last one misses none. Only events are "
            "listed whose record the user of the key may read. With Accept: text/event-stream, events are sent as they "
            "happen (id is the number, data is the event); the stream ends after the time to wait, and the client "
            "connects again. Only some clients can wait at once; others get 503 with Retry-After. 410: events after "
            "this number were deleted, continue after the one in the answer."
        ),
        parameters=(AFTER, WAIT, TYPES, LIMIT, LAST_EVENT_ID),
        answers={200: Reply("The events.", PAGE, is_stream=True)},
        errors=(409, 410),
        auth="external_order_key",
        readonly=False,
    )
    def get_events(self, after, wait, types, limit, last_event_id):
        # Customers of the portal could take the places of the systems that wait, and read how much happens here.
        if not request.env.user._is_internal():
            raise Problem(403, "The log of events is only for internal users.")
        after = after if last_event_id is None else last_event_id
        is_stream = request.httprequest.accept_mimetypes.best_match(["application/json", EVENT_STREAM]) == EVENT_STREAM
        wait = wait if wait is not None else STREAM_WAIT if is_stream else 0
        seconds = max(min(wait, seconds_to_work(request.env)), 0)
        events = request.env["external.event"]
        with ExitStack() as slot:
            if (wait or is_stream) and not slot.enter_context(events._waiting_slot()):
                raise Problem(503, "Too many clients are waiting for events. Ask again later.", headers=RETRY_SOON)
            page = events._wait_for_page(after, types, limit, 0 if is_stream else seconds)
            if is_stream:
                return Answer(None, stream=EventStream(request.env, slot.pop_all(), page, types, seconds))
        return Answer({"events": page.events, "next": page.next, "latest": page.latest})
