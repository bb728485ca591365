import time
from contextlib import contextmanager

from odoo import api, models
from odoo.tools import SQL, config

from ...tools.exclusive import exclusive
from ...tools.transaction import commit
from .event_page import LogIncomplete, NoLog, Page
from .event_types import ACCESS_OF, TYPE_NAMES

# Events that are looked at for one page at most, where the reader may see few of them.
SCANNED = 10_000
CHUNK = 500
# How many clients may wait at once.
PLACES = "external_order_sync.event_waits"
DEFAULT_PLACES = 8
MOST_PLACES = 1000
LOCK = "external_event_wait"
# Seconds between two looks at the log.
PAUSE = 0.5


class ExternalEvent(models.Model):
    """Reads the log with the rights of the current user: who may read a record may read its events."""

    _inherit = "external.event"

    @api.model
    def _wait_for_page(self, after, types, limit, seconds):
        """Return the next page of the log, waiting until it has an event, for at most some seconds. Commits.

        :param int after: the number of the last event that the reader has
        :param types: names of types; empty for all
        :raise LogIncomplete: if the reader would miss events
        :raise NoLog: if no log is kept
        """
        end = time.monotonic() + seconds
        while True:
            page = self._read_page(after, types, limit)
            pause = min(PAUSE, end - time.monotonic())
            if page.events or pause <= 0:
                return page
            after = page.next
            time.sleep(pause)

    @api.model
    def _read_page(self, after, types, limit):
        """Return the next page of the log at once. Commits. See `_wait_for_page`."""
        self._number()
        commit(self.env)  # the next statement sees what is committed by now
        if not self._get_log_days():
            raise NoLog(
                self.env._("No log of events is kept. An administrator can switch it on in Settings: Event Log.")
            )
        latest, oldest = self._get_latest(), self._get_log_from()
        # What is older was written for subscriptions only, so it is incomplete.
        after = after or oldest
        if not oldest <= after <= latest:
            raise LogIncomplete(
                self.env._(
                    "The log does not have all events after %(after)s. Read the orders, transfers and stock that you "
                    "follow once again, then continue with after=%(oldest)s.",
                    after=after,
                    oldest=oldest,
                ),
                oldest,
            )
        events, scanned = [], 0
        while len(events) < limit and scanned < SCANNED:
            rows = self._read_rows(after, types or TYPE_NAMES, CHUNK)
            visible = self._get_visible(rows)
            for seq, event, *_access in rows:
                after = seq
                if seq in visible:
                    events.append({"seq": seq, **event})
                    if len(events) == limit:
                        break
            scanned += len(rows)
            if len(rows) < CHUNK:
                # The rest is of other types. It is skipped, or a reader of rare events would fall behind the log.
                after = after if len(events) == limit else max(after, latest)
                break
        return Page(events, after, latest)

    @api.model
    def _read_rows(self, after, types, limit):
        """Return [(number, event, model, record id, company id)] of the log, regardless of access."""
        query = SQL(
            """
            SELECT seq,
                   jsonb_build_object(
                       'id', message_id,
                       'type', type,
                       'timestamp', to_char(date, 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
                       'data', data),
                   res_model, res_id, company_id
              FROM external_event
             WHERE seq > %s AND type IN %s
             ORDER BY seq
             LIMIT %s
            """,
            after,
            tuple(types),
            limit,
        )
        return self.env.execute_query(query)

    @api.model
    def _get_visible(self, rows):
        """Return the numbers of those rows whose records the user may read now."""
        companies = set(self.env.companies.ids)
        by_model = {}
        for seq, _event, model, res_id, company_id in rows:
            if not company_id or company_id in companies:
                by_model.setdefault(model, []).append((seq, res_id))
        visible = set()
        for name, found in by_model.items():
            model = self.env[name].with_context(active_test=False)
            if not all(self.env[needed].has_access("read") for needed in (name, ACCESS_OF.get(name, name))):
                continue
            # The search applies the record rules.
            readable = set(model._search([("id", "in", list({res_id for _seq, res_id in found}))]))
            visible.update(seq for seq, res_id in found if res_id in readable)
        return visible

    @api.model
    @contextmanager
    def _waiting_slot(self):
        """Take one of the places for clients that wait, for the duration of the block. Yield whether there was one."""
        for place in range(self._get_places()):
            with exclusive(self.env, LOCK, place) as is_ours:
                if is_ours:
                    yield True
                    return
        yield False

    @api.model
    def _get_places(self):
        """Return how many clients may wait for events at once, in all processes: a waiting client keeps a worker."""
        # sudo: only administrators may read system parameters.
        text = self.env["ir.config_parameter"].sudo().get_param(PLACES) or ""
        if text.isdecimal():
            return min(int(text), MOST_PLACES)
        workers = config["workers"]
        # Without worker processes, each request has a thread, and a database connection of at most db_maxconn.
        return min(max(workers // 4, 1), workers - 1) if workers else DEFAULT_PLACES
