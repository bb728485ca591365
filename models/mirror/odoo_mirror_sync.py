import logging
from contextlib import closing
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count, takewhile

from odoo import api, fields, models
from odoo.tools import split_every

from ...lib.ahead import ahead
from ...lib.message import message as _lt
from ...lib.remote_odoo.client import OdooClient, OdooClientError
from ...lib.remote_odoo.versions import KINDS
from ...tools.exclusive import exclusive
from ...tools.message_language import reader_text, stored
from ...tools.stored_text import joined
from ...tools.transaction import commit, commit_progress, retrying, rollback

_logger = logging.getLogger(__name__)

# The first request of a kind asks for the rows written last: as many as we know to be new, plus `NEWEST_ROWS`. Full
# rows are requested if we know of at most `NEWEST_FULL_ROWS`, brief rows otherwise.
NEWEST_ROWS = 100
NEWEST_FULL_ROWS = 500
# The remote reports times in whole seconds. A row read this soon after it was written may have changed again within
# the same second.
SETTLED_AFTER = timedelta(seconds=5)
# Full rows and brief rows per request.
PAGE_ROWS = 2000
BRIEF_PAGE_ROWS = 20_000

# A kind is skipped once the process died this many times while syncing it, until a user starts a sync.
MAX_INTERRUPTIONS = 3

LOCK = "external_order_sync.odoo_sync_source"

# For the log lines: an emoji, the title of the kind, and the noun used with counts.
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


# Databases for which this process has logged that the service started.
_announced = set()


class OutOfTime(Exception):
    """No time is left for this run; everything received so far is committed."""


@dataclass
class Compared:
    """What comparing rows with the remote's has found.

    :param changed: the remote ids of the rows that were new or changed
    :param listed: how many rows the remote listed
    :param vanished: how many rows vanished while they were compared
    """

    changed: list[int] = field(default_factory=list)
    listed: int = 0
    vanished: int = 0


class OdooMirrorSync(models.AbstractModel):
    """Bring the mirrors of a source up to date.

    For each kind, one request returns the rows written last and the total number of rows. The kind is done if these
    rows reach back to the last synchronization, minus an overlap, and the total matches. The overlap is needed because
    ``write_date`` is the start of the transaction, and the row may become visible much later.

    Otherwise the remote's rows are listed as brief rows (id, ``write_date`` and a few more columns) and compared with
    ours. Rows that differ are fetched in full; rows missing at the remote are marked as gone. After a change of quants,
    only those of the same products are listed, see `_compare_quants`. Listings are keyset pages by id within the
    ``write_date`` window: Odoo sorts by microseconds but returns whole seconds, so paging by ``write_date`` would skip
    rows.

    The mirror itself is the only record of what was received. An interrupted sync therefore simply continues: rows
    that are already here compare equal and are not fetched again.
    """

    _name = "odoo.mirror.sync"
    _description = "Odoo Mirror Synchronization"

    @api.model
    def _get_mirror(self, kind):
        """Return the model of a kind's mirror."""
        return self.env[f"odoo.mirror.{kind.replace('_', '.')}"]

    @api.model
    def _get_label(self, kind):
        """Return the translated plural name of a kind."""
        env = stored(self.env)
        return {
            "location": env._("Locations"),
            "product": env._("Products"),
            "lot": env._("Lots"),
            "package": env._("Packages"),
            "quant": env._("Stock"),
            "picking": env._("Transfers"),
            "move_line": env._("Move Lines"),
        }[kind]

    # ------------------------------------------------------------
    # One source
    # ------------------------------------------------------------

    @api.model
    def _announce(self):
        """Log once per process that it synchronizes the sources of this database."""
        if self.env.cr.dbname not in _announced and self.env["odoo.sync.source"].search_count([], limit=1):
            _announced.add(self.env.cr.dbname)
            _logger.info("📡 Odoo Sync Service started")

    @api.model
    def _sync(self, source):
        """Synchronize a source. Errors are not raised but shown in its status.

        :return: the run (still ``running`` if the time was up), or an empty recordset if another worker has the source
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
            except Exception as error:  # any error must show in the status, and the other sources must continue
                if self.env.cr.connection.closed:
                    raise  # the database connection is gone, so the error cannot be stored
                _logger.exception("External Order Sync: %s: unexpected error", source.code)
                message = stored(self.env)._(
                    "The synchronization stopped unexpectedly. The next one continues; the server log has the reason."
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
        if skipped := self._get_skipped(source):
            self._report_skipped(run, skipped)
            return
        retrying(self.env, lambda: run._conclude("success", run._get_summary()))
        commit(self.env)
        _logger.info("✅ Odoo: Full sync completed")

    @api.model
    def _get_skipped(self, source):
        """Return the kinds to skip because the process died repeatedly while syncing them, until a user steps in."""
        return source.cursor_ids.filtered(lambda cursor: cursor.interruptions >= MAX_INTERRUPTIONS).mapped("kind")

    @api.model
    def _report_skipped(self, run, kinds):
        message = stored(self.env)._(
            "%(summary)s Not synchronized: %(kinds)s. The server stopped %(count)s times while reading them; see "
            "the server log for the reason. Press Sync Now to try them again.",
            summary=run._get_summary(),
            kinds=joined(*map(self._get_label, kinds), by=", "),
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
        # Ask for as many rows as we know to have been written since, and some more, so that one request is enough.
        known = mirror._count_written(source, since) if since else 0
        brief = known > NEWEST_FULL_ROWS
        newest = client.newest(kind, min(known + NEWEST_ROWS, BRIEF_PAGE_ROWS), brief)
        whole, whole_date = cursor._is_comparing_due(), cursor.whole_date
        counted = (cursor._take_row_count(), run[f"{kind}_count"], run.gone_count)
        if kind == "quant":
            cursor.whole_date = False  # if this pass is interrupted, the next one does not see what has changed
        compared = Compared()
        if brief:
            self._fetch_changed(source, run, client, kind, newest.rows, cursor, compared)
        else:
            compared.changed += self._store(source, run, client, kind, newest.rows)
        if since and newest.asked_at + SETTLED_AFTER < cursor.asked_date:
            since = None  # the remote's clock was ahead during the last pass, and has been corrected
        whole = whole or not since
        if not since and mirror._count_present(source) <= len(newest.rows):
            self._fetch_all(source, run, client, kind)
            whole, whole_date = False, fields.Datetime.now()
        elif not whole and not _reaches_back(client.kind(kind), newest, since):
            self._compare(source, run, client, kind, cursor, compared, since=since)
        if kind == "quant" and since and not whole:
            is_settled = self._compare_quants(source, run, client, cursor, compared.changed, newest.total, counted)
            whole_date = is_settled and whole_date
        present = self._count_present(source, run, kind, counted)
        if whole or present != newest.total:
            compared = self._compare(source, run, client, kind, cursor, Compared())
            # If rows vanished meanwhile, their content may have moved to rows that were already compared.
            is_settled = not compared.vanished and compared.listed == newest.total
            whole_date = is_settled and fields.Datetime.now()
            present = self._count_present(source, run, kind, counted)
            if kind == "quant":
                self._link(source)
        cursor.write(
            {
                "asked_date": newest.asked_at,
                "whole_date": whole_date,
                "synced_date": fields.Datetime.now(),
                "row_count": present,
                "is_counted": True,
                "interruptions": 0,
            }
        )
        run.kinds_done += 1
        self._commit(run, client)

    @api.model
    def _link(self, source):
        """Set all links that rows of all kinds lack; with the comparison of all quants, which is made every hour."""
        for kind in KINDS:
            self._get_mirror(kind)._link(source)

    @api.model
    def _count_present(self, source, run, kind, counted):
        """Return how many rows the remote has according to the mirror; only counted if this pass has changed a row.

        :param counted: their number at the end of the last pass, and the run's counts of changed and gone ones then
        """
        number, *before = counted
        if number is not None and before == [run[f"{kind}_count"], run.gone_count]:
            return number
        return self._get_mirror(kind)._count_present(source)

    @api.model
    def _count_shown(self, source, cursor):
        """Return how many rows of a kind are present: counted now if a pass works on them or was interrupted."""
        return cursor.row_count if cursor.is_counted else self._get_mirror(cursor.kind)._count_present(source)

    @api.model
    def _fetch_all(self, source, run, client, kind):
        """Fetch all rows. Used when there is nothing here to compare them with."""
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
    def _compare(self, source, run, client, kind, cursor, compared, since=None, products=None):
        """Compare the remote's rows with ours, and fetch those that differ.

        :param Compared compared: receives the result
        :param since: only rows written at this time or later; None for all rows, of which the missing ones are gone
        :param list products: only the quants of these products (remote ids)
        :return: ``compared``
        """
        mirror = self._get_mirror(kind)
        among = mirror._sql_of_products(products) if products else None
        after_id, pages = 0, 0
        while True:
            brief_rows = client.brief_rows(kind, since, after_id, BRIEF_PAGE_ROWS, products)
            ids = [row["remote_id"] for row in brief_rows]
            last_id = _check_order(client.kind(kind), brief_rows, after_id)
            compared.listed, pages = compared.listed + len(ids), pages + 1
            is_last = len(ids) < BRIEF_PAGE_ROWS
            self._fetch_changed(source, run, client, kind, brief_rows, cursor, compared)
            if since is None:
                gone = mirror._mark_gone(source, ids, after_id, None if is_last else last_id, among)
                run.gone_count += gone
                compared.vanished += gone if pages > 1 else 0
            self._commit(run, client)
            if is_last:
                return compared
            after_id = last_id

    @api.model
    def _fetch_changed(self, source, run, client, kind, brief_rows, cursor, compared):
        """Fetch the full rows of the brief rows that are missing here or differ; ``compared`` receives the result."""
        unsettled = cursor.asked_date and cursor.asked_date - SETTLED_AFTER
        ids = self._get_mirror(kind)._find_changed(source, brief_rows, unsettled)
        compared.vanished += len(ids)
        with closing(ahead(lambda page: client.rows(kind, page), split_every(PAGE_ROWS, ids, list))) as pages:
            for rows in pages:
                compared.vanished -= len(rows)
                compared.changed += self._store(source, run, client, kind, rows)

    @api.model
    def _store(self, source, run, client, kind, rows):
        """Upsert a page and commit it.

        :return: the remote ids of the rows that were new or changed
        :rtype: list[int]
        """
        changed = self._get_mirror(kind)._upsert(source, rows)
        if changed:
            run[f"{kind}_count"] += len(changed)
            self._commit(run, client, len(changed))
        return changed

    @api.model
    def _commit(self, run, client, processed=0):
        """Commit the rows received so far.

        :raise OutOfTime: if there is no time left to continue
        """
        if client.requests:
            run.request_count += client.requests
            client.requests = 0
        run.date_progress = fields.Datetime.now()
        if commit_progress(self.env, processed) <= 0:
            raise OutOfTime


def _check_order(remote_kind, rows, after_id):
    """Return the last id of a page, from which the next page continues.

    :raise OdooClientError: if the ids do not ascend from ``after_id``, because then the paging might never end
    """
    for row in rows:
        if row["remote_id"] <= after_id:
            problem = _lt(
                "The remote Odoo returned the records of %s in the wrong order, so they cannot be copied. Ask its "
                "administrator whether a customization changes the order of searches.",
                remote_kind.model,
            )
            raise OdooClientError(problem, "content")
        after_id = row["remote_id"]
    return after_id


def _reaches_back(remote_kind, newest, since):
    """Return whether the newest rows include all rows written at ``since`` or later."""
    if len(remote_kind.date_paths) > 1:
        return False
    if newest.total <= len(newest.rows):
        return True
    oldest = newest.rows[-1]["remote_write_date"] if newest.rows else None
    return bool(oldest) and fields.Datetime.to_datetime(oldest) < since
