"""The settings of a download of the order feed, and the pages that it returns."""

import hashlib
import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from ..large_pages import LargePages
from .feed_position import FeedPosition


@dataclass(frozen=True)
class FeedSettings:
    """Where and how to fetch. Times are seconds; sizes are bytes after decompression.

    `page_param` names the query parameter of the page number; without it only `Link` headers are followed. `since`
    (UTC; naive means UTC) is sent as `since_param`. `total_timeout` limits the time spent on all pages together,
    without the caller's own time between pages. `work_timeout` limits the total including that time, because the
    caller's process ends after it. `position` is where an earlier download with the same settings stopped.
    `large_pages` are the places for large pages that it shares with other downloads.
    """

    url: str
    api_key: str = field(repr=False)
    auth_method: Literal["bearer", "x_api_key"] = "bearer"
    page_param: str = ""
    first_page: int = 1
    since_param: str = ""
    since: datetime | None = None
    extra_params: Mapping[str, str] = field(default_factory=dict, repr=False)
    connect_timeout: float = 10
    read_timeout: float = 60
    total_timeout: float = 300
    work_timeout: float = math.inf
    max_pages: int = 1000
    max_orders: int = 100_000
    max_bytes: int = 256 * 1024 * 1024
    max_page_bytes: int = 64 * 1024 * 1024
    retries: int = 3
    backoff: float = 0.5
    position: FeedPosition | None = None
    large_pages: LargePages | None = None

    @property
    def request_digest(self) -> str:
        """A digest of what the feed is asked for: a position in its answer means nothing for another request."""
        since = self.since.isoformat() if self.since else None
        names = sorted(self.extra_params)  # their values are secrets
        request = (self.url, self.page_param, self.first_page, self.since_param, since, names)
        return hashlib.sha256(json.dumps(request).encode()).hexdigest()


@dataclass(frozen=True)
class FeedPage:
    """One page. `url` may be shown to users. `entries` can be iterated once, and raises `FeedError` if the text is
    broken.

    `is_last`: the response says that no page follows. With a page-number parameter, this is never known in advance.
    """

    number: int
    url: str
    entries: Iterator[Any] = field(repr=False)
    is_last: bool
