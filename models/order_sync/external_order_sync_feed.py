from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import islice

from odoo import fields, models
from odoo.exceptions import UserError

from ...lib.order.content import PayloadError
from ...lib.order.feed import FeedError, FeedSettings, OrderFeed
from ...lib.order.feed_chunks import chunks
from ...lib.order.feed_position import FeedPosition
from ...lib.order.payload import order_status
from ...tools.message_language import reader_text, stored
from ...tools.overrides import is_overridden
from ...tools.private_context import PrivateContext
from ...tools.worker_time import seconds_to_work
from .sync_turn import SyncTurn

# Number of feed entries to look up and store together. It limits memory use and does not change the result.
FETCH_SIZE = 5000
# A year: the requested dates must exist.
MAX_OVERLAP_MINUTES = 366 * 24 * 60
EPOCH = datetime(1970, 1, 1)
# Minimum time in seconds for a download, even if its worker has little time left.
SHORTEST_FETCH = 5


class FetchedEntries(PrivateContext):
    """The entries of one download, in lists of limited size. Iterating over it downloads them.

    An empty list means that the next entries have not arrived yet, and that the caller has something else to do (see
    `SyncTurn`).

    It is in the context while `_fetch_orders_from_external` runs, so that an override of that method does not lose the
    flags set by the download.

    :ivar bool repeats_itself: whether the feed sent a page twice; known after the last entry
    :ivar is_continued: whether the download continues where an earlier one stopped; known after the first entries
    :ivar stopped_at: the JSON of the ``FeedPosition`` where the download ended for lack of time, after the last entry
    """

    KEY = "external_order_sync_fetched"

    def __init__(self, sync):
        self._sync = self.on(sync)
        self._feed = self._digest = None
        self.repeats_itself = self.is_continued = False
        self.stopped_at = None

    def __iter__(self):
        if is_overridden(self._sync, "_fetch_orders_from_external"):
            entries = iter(SyncTurn.off(self._sync)._fetch_orders_from_external())
            while chunk := list(islice(entries, FETCH_SIZE)):
                yield chunk
        else:
            yield from self._iter_pages()

    def _iter_pages(self):
        """Yield the entries page by page, from where the last download stopped, if it did and the feed allows it."""
        sync = self._sync
        with sync._explaining_feed_errors():
            settings = sync._prepare_feed_settings()
            self._digest = settings.request_digest
            # sudo: the position may contain a token of the external system, which only administrators may read.
            position = FeedPosition.from_json(sync.sudo().fetch_position, self._digest)
            self.is_continued = bool(position)
            turn = SyncTurn.current(sync.env)
            places = turn.large_pages if turn else None
            self._feed = OrderFeed(replace(settings, position=position, large_pages=places))
            try:
                yield from chunks(turn.follow(sync, self._feed.pages) if turn else self._feed.pages(), FETCH_SIZE)
            except FeedError:
                # Without a new page, the next download would stop at the same place again.
                reached = self.position if self._feed.is_work_over else None
                if not reached or (position and self._feed.position.number <= position.number):
                    raise
                self.stopped_at = reached
        self.repeats_itself = self._feed.repeats_itself

    def read_first_page(self):
        """Return the entries of the first page, `FETCH_SIZE` at most, and why others on it cannot be read.

        :rtype: tuple[list, UserError | None]
        :raise UserError: if none can be read
        """
        sync, entries = self._sync, []
        if is_overridden(sync, "_fetch_orders_from_external"):
            return next(iter(self), []), None
        try:
            with sync._explaining_feed_errors():
                page = chunks(islice(OrderFeed(sync._prepare_feed_settings()).pages(), 1), FETCH_SIZE)
                entries = next(page, [])
                next(page, None)
        except UserError as error:
            if not entries:
                raise
            return entries, error
        return entries, None

    @property
    def position(self):
        """The JSON of the ``FeedPosition`` where another download could continue now; ``None`` if it cannot."""
        position = self._feed and self._feed.position
        # The external system may quote the key in the links to its pages; it must not be stored with them.
        if not position or self._sync._hide_key(position.url) != position.url:
            return None
        return position.to_json(self._digest)


class ExternalOrderSync(models.Model):
    """The download: what the external system is asked for, and the entries that it returns."""

    _inherit = "external.order.sync"

    fetch_position = fields.Json(
        readonly=True,
        copy=False,
        groups="base.group_system",
        help="Where the last download stopped because its time was over. The next one continues there.",
    )

    def _fetch_orders_from_external(self):
        """Return the orders of all pages of the external system as a list of dicts. Numbers are int or Decimal.

        Override this, for example, to filter orders or to read another format; for query parameters or limits, override
        `_prepare_feed_settings` instead. Scheduled runs use an override too, and then hold all orders in memory.

        :raise UserError: says what went wrong and what to check
        """
        self.ensure_one()
        return [entry for entries in self._iter_feed() for entry in entries]

    def _fetch_entries(self):
        """Return the entries of the feed.

        :rtype: FetchedEntries
        :raise UserError: while they are downloaded, with what went wrong and what to check
        """
        return FetchedEntries(self.ensure_one())

    def _iter_feed(self):
        with self._explaining_feed_errors():
            feed = OrderFeed(self._prepare_feed_settings())
            yield from chunks(feed.pages(), FETCH_SIZE)
        if feed.repeats_itself and (fetched := FetchedEntries.current(self.env)):
            fetched.repeats_itself = True

    @contextmanager
    def _explaining_feed_errors(self):
        """Raise a ``FeedError`` of the block as ``UserError``, without the key, which the system may quote."""
        try:
            yield
        except FeedError as error:
            reason = reader_text(self.env, error.message)
            message = stored(self.env)._("Failed to fetch orders from external system: %(reason)s", reason=reason)
            raise UserError(self._hide_key(message)) from None

    def _prepare_feed_settings(self):
        """Return the settings of the download. Override this to change query parameters or limits.

        :rtype: odoo.addons.external_order_sync.lib.order.feed.FeedSettings
        """
        self.ensure_one()
        since = self.since_parameter and self.fetch_cursor
        if since:
            overlap = timedelta(minutes=min(self.overlap_minutes, MAX_OVERLAP_MINUTES))
            since = (max(min(since, fields.Datetime.now()), EPOCH) - overlap).replace(tzinfo=UTC)
        return FeedSettings(
            url=self.external_api_url.strip(),
            api_key=self._get_secret("external_api_key"),
            auth_method=self.auth_method,
            page_param=(self.page_parameter or "").strip(),
            since_param=(self.since_parameter or "").strip(),
            since=since or None,
            extra_params=self._get_secret_parameters(),
            total_timeout=self.fetch_timeout,
            work_timeout=max(seconds_to_work(self.env), SHORTEST_FETCH),
            max_pages=self.max_pages,
            max_orders=self.max_orders,
            max_bytes=self.max_megabytes * 1024 * 1024,
        )

    def _get_accepted_statuses(self):
        """Return the OrderStatus values to import as a set of strings; an empty set means all."""
        self.ensure_one()
        return split_statuses(self.accepted_statuses)


def split_statuses(text):
    """Return the set of OrderStatus values that a setting lists, separated with commas, read as those of orders."""
    return {_read_status(status.strip()) for status in (text or "").split(",") if status.strip()}


def _read_status(status):
    try:
        return order_status({"OrderStatus": status})
    except PayloadError:  # no order can have it
        return status
