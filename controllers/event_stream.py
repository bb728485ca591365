"""Events as ``text/event-stream`` (HTML Standard, "Server-sent events")."""

import json
import time
from contextlib import closing

import psycopg2
from odoo import api
from odoo.exceptions import UserError

# The client connects again after this many milliseconds.
RETRY = 1000
PAUSE = 0.5
# A comment at least this often, so that a client that is gone is noticed.
SILENCE = 2
CHUNK = 100


class EventStream:
    """The body of a stream: the events of a page, then those that follow, until the time is over.

    It is iterated after its request has ended, so it uses its own database cursor, one for each look at the log.

    :param env: the environment of the request: the events are read with the rights of its user
    :param slot: what has to be closed at the end
    :param seconds: how long the stream lasts
    """

    def __init__(self, env, slot, page, types, seconds):
        self._registry = env.registry
        self._uid = env.uid
        self._context = dict(env.context)
        self._slot = slot
        self._page = page
        self._types = types
        self._end = time.monotonic() + seconds

    def __iter__(self):
        yield f"retry: {RETRY}\n\n".encode()
        page, last = self._page, time.monotonic()
        while True:
            if page.events:
                yield "".join(_text(event) for event in page.events).encode()
                last = time.monotonic()
            elif time.monotonic() - last > SILENCE:
                # The id lets a reader of rare events continue behind those that it does not get.
                yield f"id: {page.next}\n: waiting\n\n".encode()
                last = time.monotonic()
            if time.monotonic() >= self._end:
                return
            if not page.events:
                time.sleep(PAUSE)
            try:
                page = self._read(page.next)
            except (UserError, psycopg2.Error):
                return  # the client connects again and gets the reason as an answer

    def close(self):
        """Free the slot; the server calls this at the end, also if the client is gone."""
        self._slot.close()

    def _read(self, after):
        with closing(self._registry.cursor()) as cr:
            events = api.Environment(cr, self._uid, self._context)["external.event"]
            return events._read_page(after, self._types, CHUNK)


def _text(event):
    # JSON has no line breaks outside of its texts, where they are escaped.
    return f"id: {event['seq']}\nevent: {event['type']}\ndata: {json.dumps(event, ensure_ascii=False)}\n\n"
