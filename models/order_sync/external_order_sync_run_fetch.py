from odoo import fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ...tools.message_language import stored
from ...tools.transaction import commit, commit_interruption, commit_progress, retrying
from .download import CONCLUDED, WAITING, Download
from .sync_turn import SyncTurn

# A scheduled run stops its download after the process has died this often in it.
MAX_FETCH_STARTS = 3


class ExternalOrderSyncRun(models.Model):
    """The download of a run: page by page into the inbox, and where the next download begins."""

    _inherit = "external.order.sync.run"

    fetch_continues = fields.Boolean(
        readonly=True, help="The time for its download was over. The next run continues where it stopped."
    )

    def _is_fetched(self):
        """Return whether this run downloads nothing, or nothing more."""
        return bool(self.without_fetch or self.fetch_done or self.fetch_continues or self.fetch_error)

    def _fetch(self):
        """Store the feed in the inbox, page by page.

        :return: whether the download has ended, ``False`` if time ran out; ``CONCLUDED`` if this also ended the run,
            ``WAITING`` if the next page has not arrived while another synchronization has something to do
        """
        turn = SyncTurn.current(self.env)
        download = (turn and turn.take_download(self.sync_id.id)) or self._begin_download()
        for entries in download.chunks:
            if not entries:
                turn.keep_download(self.sync_id.id, download)
                return WAITING
            received = retrying(
                self.env,
                lambda entries=entries: self._receive(entries, download.known, download.earlier, download.ambiguous),
            )
            download.earlier.update(received.orders.ids)
            download.ambiguous.update(received.ambiguous.ids)
            if not received.is_counted:
                download.known += len(entries)
                continue
            download.known = 0
            if commit_progress(self.env, len(entries)) <= 0 and not self.scheduled:
                self._keep_position(download.fetched.position)
                return False
        is_concluded = retrying(self.env, lambda: self._finish_fetching(download.known, download.fetched))
        commit(self.env)
        return CONCLUDED if is_concluded else True

    def _begin_download(self):
        """Return the download of this run, which continues where the last one stopped, or begins anew.

        :rtype: Download
        """
        retrying(self.env, self._correct_cursor)
        if self.fetch_starts > MAX_FETCH_STARTS:
            problem = stored(self.env)._(
                "The server stopped %s times during this download. The orders received so far are imported. See "
                "the server log for the cause. Have the external system send fewer orders at a time, or lower the "
                "limits of a download.",
                MAX_FETCH_STARTS,
            )
            raise UserError(problem)
        if self.fetch_starts > 1:
            commit_interruption(self.env)
        self._forget_interrupted_download()
        fetched = self.sync_id._fetch_entries()
        return Download(fetched, iter(fetched))

    def _forget_interrupted_download(self):
        """Reset the counts of a download that begins anew; it recognizes what it received before."""
        position = self.sync_id.fetch_position
        if not self.fetched_count or (position and position["run"] == self.id):
            return
        received_before = self.new_count + self.changed_count + self.ignored_count
        self.write({"fetched_count": 0, "known_count": -received_before, "ambiguous_count": 0})
        self.write({"refused_count": 0, **self._prepare_texts(refused=[])})

    def _finish_fetching(self, known, fetched):
        """Record that the download has ended. If no order is to be imported, end the run; return whether it did.

        :param int known: the number of known entries that were not counted yet
        :param FetchedEntries fetched: the download
        """
        self.fetch_done = not fetched.stopped_at
        self.fetch_continues = bool(fetched.stopped_at)
        self.feed_repeats = fetched.repeats_itself
        self.fetched_count += known
        self.known_count = max(self.known_count + known, 0)
        if fetched.stopped_at:
            self._keep_position(fetched.stopped_at)
            self.sync_id._trigger_sync()
        else:
            self._advance_cursor(fetched)
        self._take_pushes()
        # Most downloads bring nothing that is to be imported: these need no further transaction.
        if self._has_changes_to_book() or self.env["external.order"]._claim(self.sync_id, 1, self):
            return False
        self._conclude()
        return True

    def _advance_cursor(self, fetched):
        """Let the next download begin with what this complete one may have missed, because it came later."""
        started, is_complete = self.date_start, True
        if position := self.sync_id.fetch_position:
            self.sync_id.fetch_position = False
            if fetched.is_continued:
                started = min(started, fields.Datetime.to_datetime(position["started"]))
                is_complete = position["complete"]
        # Every page is already committed. The next run must request again what is not in the inbox: refused entries,
        # and orders that the feed may have skipped by repeating a page.
        if is_complete and not (self.refused_count or self.feed_repeats):
            self.sync_id.fetch_cursor = min(started, fields.Datetime.now())

    def _keep_position(self, position):
        """Let the next download continue at a position, or begin anew without one.

        :param dict position: what ``FetchedEntries.position`` returns
        """
        earlier = self.sync_id.fetch_position
        if not position:
            self.sync_id.fetch_position = False
            return
        is_same = bool(earlier) and earlier["request"] == position["request"]
        self.sync_id.fetch_position = {
            **position,
            "run": self.id,
            "started": earlier["started"] if is_same else fields.Datetime.to_string(self.date_start),
            "complete": not self.refused_count and (not is_same or earlier["complete"]),
        }

    def _forget_position(self):
        """Let the next download begin anew: one that continues may fail at the same place each time. Commits."""
        if self.sync_id.fetch_position:
            self.sync_id.fetch_position = False
            commit(self.env)

    def _correct_cursor(self):
        """If the clock was wrong in a later download, go back to the start of the last reliable one."""
        sync, now = self.sync_id, fields.Datetime.now()
        if not sync.fetch_cursor or sync.fetch_cursor <= now:
            return
        complete = Domain([("fetch_done", "=", True), ("refused_count", "=", 0), ("feed_repeats", "=", False)])
        earlier = Domain([("sync_id", "=", sync.id), ("date_start", "<=", now), ("id", "!=", self.id)])
        sync.fetch_cursor = self.search(complete & earlier, order="date_start desc", limit=1).date_start
        self.cursor_corrected = True
