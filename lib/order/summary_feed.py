"""Requests a shop's summary of a business day over HTTP."""

from contextlib import closing
from typing import Any

from ..http_transport import Deadline
from ..message import message as _lt
from ..strict_json import StrictJsonError, loads
from .feed import OrderFeed
from .feed_errors import FeedError


class SummaryFeed(OrderFeed):
    """One document, requested like the pages of an order feed: with its key, limits, retries and rules of redirects."""

    def fetch(self) -> Any:
        """Return the JSON value of the document.

        :raise FeedError: if it cannot be requested or read
        """
        deadline = Deadline(self.settings.total_timeout, self.settings.work_timeout)
        limit = min(self.settings.max_bytes, self.settings.max_page_bytes)
        url = self._numbered_url(1)
        with closing(self._open_session(deadline)) as session, closing(self):
            _url, _links, body = self._fetch(session, deadline, url, limit)
        try:
            return loads(body)
        except StrictJsonError as error:
            problem = _lt("What %(url)s sent cannot be read: %(reason)s", url=self._shown(url), reason=error.message)
            raise FeedError(problem, "content") from error
