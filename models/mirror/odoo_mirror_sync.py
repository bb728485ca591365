import logging
from contextlib import closing
from datetime import timedelta
from itertools import count, takewhile

from odoo import api, fields, models
from odoo.tools import split_every

from ...lib.ahead import ahead
from ...lib.message import message as _lt
from ...lib.remote_odoo.client import OdooClient, OdooClientError
from ...lib.remote_odoo.versions import KINDS
from ...tools.exclusive import exclusive
from ...tools.message_language import for_reader, reader_text
from ...tools.transaction import commit, commit_progress, retrying, rollback

_logger = logging.getLogger(__name__)

#: The first request of a kind brings the rows written last: so many more than are known to be that new. They are full
#: rows as long as no more than that are known.
NEWEST_ROWS = 100
NEWEST_FULL_ROWS = 500
#: A row that was written so shortly before it was read may have changed again in the same second, to which alone the
#: remote tells its times.
SETTLED_AFTER = timedelta(seconds=5)
#: Full rows, and brief ones, that are asked for at once.
PAGE_ROWS = 2000
BRIEF_PAGE_ROWS = 20_000

#: A kind at which the process died this often is passed over until a person asks for it.
MAX_INTERRUPTIONS = 3

LOCK = "external_order_sync.odoo_sync_source"

#: The log lines of the spec (section "Логи"): a sign, the kind's title, and the kind as it is counted.
LOG_TEXTS = {
    "location": ("📍", "Locations", "locations"),
    "product": ("📦", "Products", "products"),
    "lot": ("🏷️", "Lots", "lots"),
    "package": ("📦", "Packages", "packages"),
    "quant": ("📊", "Quants", "quants"),
    "picking": ("📋", "Pickings (Transfer Orders)", "pickings"),
    "move_line": ("📝", "Move Lines", "move lines"),
}

STATUS_OF_ERROR = {"login": "login_failed", "unreachable": "unreachable"}


#: Databases of which this process has told that the service has started.
_announced = set()


class OutOfTime(Exception):
    """The time to work is over; all that was received is committed."""


class OdooMirrorSync(models.AbstractModel):
    """Brings the mirrors of a source up to date.

    For each kind, one request brings the rows written last and how many there are. If these reach back to the last
    synchronization (and an overlap, as a row's ``write_date`` is its transaction's start, which may have been long
    before it could be seen), and the number agrees, that is all. Otherwise the remote's rows are listed, by id and
    what tells a change, and compared with those here: what differs is fetched in full; what is missing there has gone.
    Listings are keyset pages by id within the window of ``write_date``: Odoo orders by microseconds, but tells only
    seconds, so a position made of both would skip rows.

    Nothing but the mirror itself remembers what was received, so a sync that was interrupted goes on where it was:
    what is already here compares equal and is not asked for again.
    """

    _name = "odoo.mirror.sync"
    _description = "Odoo Mirror Synchronization"

    @api.model
    def _get_mirror(self, kind):
        """Return the model of a kind's mirror."""
        return self.env[f"odoo.mirror.{kind.replace('_', '.')}"]

    @api.model
    def _get_label(self, kind):
        """Return the translated plural of a kind."""
        env = for_reader(self.env)
        return {
            "location": env._("Locations"),
            "product": env._("Products"),
            "lot": env._("Lots"),
            "package": env._("Packages"),
            "quant": env._("Quants"),
            "picking": env._("Pickings"),
            "move_line": env._("Move Lines"),
        }[kind]

    # ------------------------------------------------------------
    # One source
    # ------------------------------------------------------------

    @api.model
    def _announce(self):
        """Log, once in the life of a scheduler's process, that it synchronizes this database's sources."""
        if self.env.cr.dbname not in _announced and self.env["odoo.sync.source"].search_count([], limit=1):
            _announced.add(self.env.cr.dbname)
            _logger.info("📡 Odoo Sync Service started")

    @api.model
    def _sync(self, source):
        """Synchronize a source; what goes wrong is told by its status.

        :return: the run (still ``running`` if the time was up), or no run if another worker is at it
        """
        with exclusive(self.env, LOCK, source.id) as ours:
            if not ours:
                _logger.info("External Order Sync: %s: another worker is synchronizing it", source.code)
                return self.env["odoo.sync.run"]
            run = retrying(self.env, lambda: self.env["odoo.sync.run"]._start(source))
            commit(self.env)
            try:
                self._sync_kinds(source, run)
            except OutOfTime:
                return run
            except OdooClientError as error:
                status = STATUS_OF_ERROR.get(error.kind, "error")
                self._fail(run, status, reader_text(self.env, error.message), error)
            except Exception as error:  # the status has to tell whatever it is, and the other sources go on
                if self.env.cr.connection.closed:
                    raise  # the database is gone, and with it the place to tell it
                _logger.exception("External Order Sync: %s: unexpected error", source.code)
                message = for_reader(self.env)._(
                    "Unexpected error (%(kind)s). See the server log for details.", kind=type(error).__name__
                )
                self._fail(run, "error", message, type(error).__name__)
            return run

    @api.model
    def _sync_kinds(self, source, run):
        if not run.kinds_done:
            _logger.info("🔄 Odoo: Starting full sync...")
        with OdooClient(source._get_connection(), source._get_handshake()) as client:
            if not client.handshake:
                client.connect()
                retrying(self.env, lambda: source._set_handshake(client.handshake))
                self._commit(run, client)
            for kind in KINDS[run.kinds_done :]:
                if kind in self._get_skipped(source):
                    run.kinds_done += 1
                    self._commit(run, client)
                    continue
                sign, title, plural = LOG_TEXTS[kind]
                _logger.info("%s Odoo: Syncing %s...", sign, title)
                self._sync_kind(source, run, client, kind)
                _logger.info("✅ Odoo: Updated %s %s", run[f"{kind}_count"], plural)
        if run._has_changes() or source.status != "success":
            for kind in KINDS:
                self._get_mirror(kind)._link(source)
        if skipped := self._get_skipped(source):
            self._report_skipped(run, skipped)
            return
        retrying(self.env, lambda: run._conclude("success", run._get_summary()))
        commit(self.env)
        _logger.info("✅ Odoo: Full sync completed")

    @api.model
    def _get_skipped(self, source):
        """Return the kinds at which the process died time and again, so that they are left to a person."""
        return source.cursor_ids.filtered(lambda cursor: cursor.interruptions >= MAX_INTERRUPTIONS).mapped("kind")

    @api.model
    def _report_skipped(self, run, kinds):
        message = for_reader(self.env)._(
            "%(summary)s Not synchronized: %(kinds)s. The server stopped %(count)s times while reading them; see "
            "the server log for the reason. Press Sync Now to try them again.",
            summary=run._get_summary(),
            kinds=", ".join(self._get_label(kind) for kind in kinds),
            count=MAX_INTERRUPTIONS,
        )
        self._fail(run, "error", message, f"not synchronized: {', '.join(kinds)}")

    @api.model
    def _fail(self, run, status, message, error):
        rollback(self.env)
        retrying(self.env, lambda: run._conclude(status, message))
        commit(self.env)
        # The log is in English.
        _logger.warning("External Order Sync: %s: %s", run.source_id.code, error)

    # ------------------------------------------------------------
    # One kind
    # ------------------------------------------------------------

    @api.model
    def _sync_kind(self, source, run, client, kind):
        mirror = self._get_mirror(kind)
        cursor = self.env["odoo.sync.cursor"]._get(source, kind)
        since = cursor.asked_date and cursor.asked_date - timedelta(minutes=source.overlap_minutes)
        # As many as are known to have been written since, and some more, so that one request reaches back that far.
        known = mirror._count_written(source, since) if since else 0
        brief = known > NEWEST_FULL_ROWS
        newest = client.newest(kind, min(known + NEWEST_ROWS, BRIEF_PAGE_ROWS), brief)
        if brief:
            changed, _vanished = self._fetch_changed(source, run, client, kind, newest.rows, cursor)
        else:
            changed = self._store(source, run, client, kind, newest.rows)
        if since and newest.asked_at + SETTLED_AFTER < cursor.asked_date:
            since = None  # the remote's clock was ahead at the last pass, and has been set right
        # Of the changes to quants, write_date tells some: where there is one, there may be others.
        whole = not since or cursor._is_comparing_due() or (kind == "quant" and changed)
        if not since and mirror._count_present(source) <= len(newest.rows):
            self._fetch_all(source, run, client, kind)
            whole, cursor.whole_date = False, fields.Datetime.now()
        elif not whole and not _reaches_back(client.kind(kind), newest, since):
            self._compare(source, run, client, kind, cursor, since)
        if whole or mirror._count_present(source) != newest.total:
            settled = self._compare(source, run, client, kind, cursor, None, newest.total)
            cursor.whole_date = settled and fields.Datetime.now()
        cursor.write(
            {
                "asked_date": newest.asked_at,
                "synced_date": fields.Datetime.now(),
                "row_count": mirror._count_present(source),
                "interruptions": 0,
            }
        )
        run.kinds_done += 1
        self._commit(run, client)

    @api.model
    def _fetch_all(self, source, run, client, kind):
        """Fetch all rows, where there is nothing yet to compare them with."""
        after_id, is_last = 0, False

        def read_page(_number):
            nonlocal after_id, is_last
            rows = [] if is_last else client.page(kind, after_id, PAGE_ROWS)
            is_last = is_last or len(rows) < PAGE_ROWS
            if rows:
                after_id = _check_order(client.kind(kind), rows, after_id)
            return rows

        with closing(ahead(read_page, count())) as pages:
            for rows in takewhile(bool, pages):
                self._store(source, run, client, kind, rows)

    @api.model
    def _compare(self, source, run, client, kind, cursor, since, total=None):
        """Compare the rows written ``since``, or all rows, with the remote's, and fetch those that differ.

        :param total: how many rows the remote was known to have
        :return: whether what was seen is of one piece. If rows vanished meanwhile, others may have taken over what
            they held, unseen: then all should be compared once more.
        :rtype: bool
        """
        mirror = self._get_mirror(kind)
        after_id, listed, pages, vanished = 0, 0, 0, 0
        while True:
            brief_rows = client.brief_rows(kind, since, after_id, BRIEF_PAGE_ROWS)
            ids = [row["remote_id"] for row in brief_rows]
            last_id = _check_order(client.kind(kind), brief_rows, after_id)
            listed, pages = listed + len(ids), pages + 1
            is_last = len(ids) < BRIEF_PAGE_ROWS
            vanished += self._fetch_changed(source, run, client, kind, brief_rows, cursor)[1]
            if since is None:
                gone = mirror._mark_gone(source, ids, after_id, None if is_last else last_id)
                run.gone_count += gone
                vanished += gone if pages > 1 else 0
            self._commit(run, client)
            if is_last:
                return not vanished and listed == total
            after_id = last_id

    @api.model
    def _fetch_changed(self, source, run, client, kind, brief_rows, cursor):
        """Fetch those of the brief rows that are not here as they are.

        :return: how many rows were new or changed, and how many vanished between the listing and the fetching
        """
        unsettled = cursor.asked_date and cursor.asked_date - SETTLED_AFTER
        ids = self._get_mirror(kind)._find_changed(source, brief_rows, unsettled)
        changed, vanished = 0, len(ids)
        with closing(ahead(lambda page: client.rows(kind, page), split_every(PAGE_ROWS, ids, list))) as pages:
            for rows in pages:
                vanished -= len(rows)
                changed += self._store(source, run, client, kind, rows)
        return changed, vanished

    @api.model
    def _store(self, source, run, client, kind, rows):
        """Upsert a page and commit it.

        :return: how many rows were new or changed
        """
        changed = self._get_mirror(kind)._upsert(source, rows)
        if changed:
            run[f"{kind}_count"] += changed
            self._commit(run, client, changed)
        return changed

    @api.model
    def _commit(self, run, client, processed=0):
        """Commit what was received.

        :raise OutOfTime: if there is no time left to go on
        """
        if client.requests:
            run.request_count += client.requests
            client.requests = 0
        run.date_progress = fields.Datetime.now()
        if commit_progress(self.env, processed) <= 0:
            raise OutOfTime


def _check_order(remote_kind, rows, after_id):
    """Return the last id of a page, to go on from there.

    :raise OdooClientError: if its ids do not ascend from ``after_id``: there might be no end to it
    """
    for row in rows:
        if row["remote_id"] <= after_id:
            raise OdooClientError(
                _lt("The remote database does not list %s in ID order.", remote_kind.model), "content"
            )
        after_id = row["remote_id"]
    return after_id


def _reaches_back(remote_kind, newest, since):
    """Return whether the newest rows hold all that were written since then."""
    if len(remote_kind.date_paths) > 1:
        return False
    if newest.total <= len(newest.rows):
        return True
    oldest = newest.rows[-1]["remote_write_date"] if newest.rows else None
    return bool(oldest) and fields.Datetime.to_datetime(oldest) < since
