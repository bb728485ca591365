from datetime import UTC, datetime, timedelta
from itertools import islice

from odoo import fields, models
from odoo.exceptions import UserError

from ...lib.order.feed import FeedError, FeedSettings, OrderFeed
from ...lib.order.feed_chunks import chunks
from ...tools.message_language import for_reader, reader_text
from ...tools.overrides import is_overridden
from ...tools.private_context import PrivateContext
from ...tools.worker_time import seconds_to_work

# Number of feed entries to look up and store together. It limits memory use and does not change the result.
FETCH_SIZE = 5000
# A year: the requested dates must exist.
MAX_OVERLAP_MINUTES = 366 * 24 * 60
EPOCH = datetime(1970, 1, 1)
# Minimum time in seconds for a download, even if its worker has little time left.
SHORTEST_FETCH = 5


class FetchedEntries(PrivateContext):
    """The entries of one download, in lists of limited size. Iterating over it downloads them.

    It is in the context while `_fetch_orders_from_external` runs, so that an override of that method does not lose the
    flags set by the download.

    :ivar bool repeats_itself: whether the feed sent a page twice; known after the last entry
    """

    KEY = "external_order_sync_fetched"

    def __init__(self, sync):
        self._sync = self.on(sync)
        self.repeats_itself = False

    def __iter__(self):
        if is_overridden(self._sync, "_fetch_orders_from_external"):
            entries = iter(self._sync._fetch_orders_from_external())
            while chunk := list(islice(entries, FETCH_SIZE)):
                yield chunk
        else:
            yield from self._sync._iter_feed()


class ExternalOrderSync(models.Model):
    """The download: what the external system is asked for, and the entries that it returns."""

    _inherit = "external.order.sync"

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
        try:
            feed = OrderFeed(self._prepare_feed_settings())
            yield from chunks(feed.pages(), FETCH_SIZE)
        except FeedError as error:
            reason = reader_text(self.env, error.message)
            message = for_reader(self.env)._("Failed to fetch orders from external system: %(reason)s", reason=reason)
            raise UserError(self._hide_key(message)) from None  # the system may quote the key that it received
        if feed.repeats_itself and (fetched := FetchedEntries.current(self.env)):
            fetched.repeats_itself = True

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
        return {status.strip() for status in (self.accepted_statuses or "").split(",") if status.strip()}
