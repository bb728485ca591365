"""The order feed of an external system: its pages over HTTP, as raw entries.

Does not use the ORM or interpret orders. Pages are followed by `Link: rel="next"` (RFC 8288) or by a page-number
parameter. All errors are raised as `FeedError` with a sentence for the user, which never contains the key or a URL's
query.
"""

import hashlib
import logging
import re
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC
from functools import partial
from itertools import chain
from time import monotonic
from typing import Any
from urllib.parse import SplitResult, parse_qsl, quote, urldefrag, urlencode, urljoin, urlsplit, urlunsplit

import requests

from ..http_transport import (
    BodyError,
    BodyTooLarge,
    Deadline,
    DeadlineExceeded,
    RetryAfterTooLong,
    open_session,
    read_body,
)
from ..message import Message
from ..message import message as _lt
from ..strict_json import StrictJsonError, iter_orders
from ..web_address import AddressError, may_follow, origin_of_parts, split_address
from .feed_errors import FeedError, FeedErrorKind, connection_problem, timeout_problem
from .feed_position import FeedPosition
from .feed_settings import FeedPage, FeedSettings

__all__ = ["FeedError", "FeedPage", "FeedSettings", "OrderFeed"]

_logger = logging.getLogger(__name__)

MAX_REDIRECTS = 5
_HEADER_VALUE = re.compile(r"[!-~](?:[ -~]*[!-~])?")
_REL = re.compile(r';\s*rel\s*=\s*(?:"([^"]*)"|([^\s;,"]*))', re.IGNORECASE)
_END = object()


class OrderFeed:
    """Reads one feed. The constructor raises `FeedError` for invalid settings.

    :ivar position: the page that was requested last, from which a later download can continue; `None` for the first one
    :ivar is_work_over: whether the download ended because the caller's process has no more time for it
    """

    def __init__(self, settings: FeedSettings) -> None:
        self.settings = settings
        self.position, self.is_work_over = None, False
        self._has_place = False
        self._headers = _auth_headers(settings)
        self._base = _checked_url(settings.url)
        limits = (
            settings.connect_timeout,
            settings.read_timeout,
            settings.total_timeout,
            settings.work_timeout,
            settings.max_pages,
            settings.max_orders,
            settings.max_bytes,
            settings.max_page_bytes,
        )
        if min(limits) <= 0:
            raise FeedError(_lt("Every timeout and limit of the order feed must be greater than 0."), "limit")

    def pages(self) -> Iterator[FeedPage]:
        """Yield the pages until the feed ends, sends an empty page, or repeats itself.

        Consume the entries of a page before requesting the next page. Entries are yielded unchanged: the caller decides
        whether they are orders (see `strict_json.iter_orders`). When a limit is reached, `FeedError` of kind "limit" is
        raised after everything before it was yielded, so that the rest is not lost silently.

        A next link that cannot be used is raised after the entries of its page were yielded, and before it is followed.

        A page with the content of an earlier one is not yielded. The first time, this may be a hiccup: its next link is
        followed, or the same number is requested again. The feed ends if this happens twice in a row, or if a next link
        leads to the same page for the third time. `repeats_itself` is then set.
        """
        settings = self.settings
        deadline = Deadline(settings.total_timeout, settings.work_timeout)
        bytes_left = settings.max_bytes
        seen_bodies: set[bytes] = set()
        asked: Counter[str] = Counter()
        number, url, by_link = self._find_start()
        repeats = 0
        self._orders_left, self.repeats_itself = settings.max_orders, False
        with closing(self._open_session(deadline)) as session, closing(self):
            for _request in range(settings.max_pages):
                asked[url] += 1
                self.position = FeedPosition(number, url if by_link else "") if number > 1 else None
                limit = min(bytes_left, settings.max_page_bytes)
                final_url, link_header, body = self._fetch(session, deadline, url, limit)
                bytes_left -= len(body)
                digest = hashlib.sha256(body).digest()
                _logger.debug("External Order Sync: page %s has %s bytes", number, len(body))
                next_url, link_problem = self._next_url(final_url, link_header)
                by_link = by_link or bool(next_url or link_problem)
                numbered = bool(settings.page_param) and not by_link
                if digest in seen_bodies:
                    if link_problem:
                        raise link_problem
                    repeats += 1
                    if repeats > 1 or not (next_url or numbered):
                        self.repeats_itself = True
                        return
                    url = next_url or url
                    continue
                repeats = 0
                entries = self._entries(body, number)
                del body  # the entries release it once they have its text
                first = next(entries, _END)
                if first is not _END:
                    entries = chain((first,), entries)
                    seen_bodies.add(digest)  # empty pages may be identical
                    if numbered:
                        next_url = self._numbered_url(number + 1)
                elif numbered and number > 1:
                    return
                if asked[next_url] > 1:  # a loop of pages with changing content
                    self.repeats_itself, next_url = True, ""
                handed_over = monotonic()
                yield FeedPage(number, self._shown(final_url), entries, is_last=not (next_url or link_problem))
                deadline.extend(monotonic() - handed_over)
                self.close()
                if link_problem:
                    raise link_problem
                if not next_url:
                    return
                number += 1
                url = next_url
        problem = _lt(
            "The order feed did not end after %s pages; have it send more orders per page, or raise the limit.",
            settings.max_pages,
        )
        raise FeedError(problem, "limit")

    def _entries(self, body: bytes, number: int) -> Iterator[Any]:
        orders = iter_orders(body)
        del body
        try:
            for entry in orders:
                if not self._orders_left:
                    problem = _lt(
                        "The order feed sent more than %s orders at once; have it send fewer, or raise the limit.",
                        self.settings.max_orders,
                    )
                    raise FeedError(problem, "limit")
                self._orders_left -= 1
                yield entry
        except StrictJsonError as error:
            problem = _lt(
                "Page %(number)s of the order feed cannot be read: %(reason)s", number=number, reason=error.message
            )
            raise FeedError(problem, "content") from error

    def _fetch(self, session: requests.Session, deadline: Deadline, url: str, max_bytes: int) -> tuple[str, str, bytes]:
        """Return the final URL, the Link header and the body of a page."""
        try:
            return self._follow(session, deadline, url, max_bytes)
        except DeadlineExceeded:
            self.is_work_over = deadline.is_last()
            problem = timeout_problem(self.settings.total_timeout, self.settings.work_timeout, self.is_work_over)
            kind, retryable = "timeout", True
        except RetryAfterTooLong as error:
            problem = _lt(
                "The external system (%(url)s) asks us to wait %(seconds)s seconds, which is longer than this "
                "download may take; the next run tries again. If this happens often, raise the Sync Interval.",
                seconds=f"{error.seconds:.0f}",
            )
            kind, retryable = "status", True
        except BodyTooLarge:
            problem = _lt(
                "The external system (%(url)s) sent more than the limit (%(page_bytes)s bytes per page, %(bytes)s "
                "in total); have it send fewer orders at a time.",
                page_bytes=self.settings.max_page_bytes,
                bytes=self.settings.max_bytes,
            )
            kind, retryable = "limit", False
        except BodyError as error:
            problem = _lt(
                "The response from the external system (%(url)s) cannot be used: %(reason)s.", reason=error.message
            )
            kind, retryable = "connection", True
        except requests.RequestException as error:
            problem, kind, retryable = connection_problem(error)
        # Raise outside the handlers, because exceptions of requests contain the URL with its query.
        raise FeedError(problem.filled(url=self._shown(url)), kind, retryable)

    def _take_place(self, deadline: Deadline, size: int) -> None:
        """Wait for a place if the page is large. This time is given back, because it is not the feed's."""
        places = self.settings.large_pages
        if places and size > places.small and not self._has_place:
            started = monotonic()
            self._has_place = places.take(deadline.remaining())
            if not self._has_place:
                raise DeadlineExceeded
            deadline.extend(monotonic() - started)

    def close(self) -> None:
        """Give back the place of a large page, which is done with."""
        if self._has_place:
            self._has_place = False
            self.settings.large_pages.give_back()

    def _open_session(self, deadline: Deadline) -> requests.Session:
        settings = self.settings
        return open_session(deadline, self._headers, settings.retries, settings.backoff, settings.connect_timeout)

    def _follow(
        self, session: requests.Session, deadline: Deadline, url: str, max_bytes: int
    ) -> tuple[str, str, bytes]:
        """Get a URL; follow redirects only to addresses that may receive the key."""
        timeout = self.settings.read_timeout
        visited = {url}
        while True:
            with session.get(url, stream=True, headers={"Accept": "application/json"}, timeout=timeout) as response:
                if not response.is_redirect:
                    self._check_status(response, url)
                    # Some systems respond with No Content (204) if there is nothing new.
                    if response.status_code == 204:
                        body = b"[]"
                    else:
                        grown = partial(self._take_place, deadline)
                        body = read_body(response, max_bytes, deadline.remaining, grown)
                    return url, response.headers.get("Link", ""), body
                location = response.headers["Location"]
            elsewhere = _lt(
                "The external system redirects to %(target)s, which is a different host or protocol than the "
                "configured %(base)s. The key is not sent there. If the feed has moved, change the External API "
                "URL."
            )
            url = self._trusted(url, location.encode("latin-1").decode("utf-8", "replace"), elsewhere)
            if url in visited or len(visited) > MAX_REDIRECTS:
                problem = _lt(
                    "The external system redirects in a loop or too often (%s); check the External API URL.",
                    self._shown(url),
                )
                raise FeedError(problem, "redirect")
            visited.add(url)

    def _check_status(self, response: requests.Response, url: str) -> None:
        status, shown = response.status_code, self._shown(url)
        if status in (200, 203, 204):
            return
        if status in (401, 403):
            message = _lt(
                "The external system refused the key (status %s); check the External API Key and how it is sent.",
                status,
            )
            raise FeedError(message, "auth", status=status)
        if status in (404, 410):
            message = _lt(
                "There is no order feed at %(url)s (status %(status)s); check the External API URL.",
                url=shown,
                status=status,
            )
            raise FeedError(message, "status", status=status)
        if status == 429:
            message = _lt(
                "The external system asks for fewer requests (status %s), even after retries; synchronize less often.",
                status,
            )
            raise FeedError(message, "status", retryable=True, status=status)
        if status >= 500:
            message = _lt(
                "The external system has a server error (status %s), even after retries; try again later.", status
            )
            raise FeedError(message, "status", retryable=True, status=status)
        message = _lt(
            "The external system responded to %(url)s with status %(status)s; check the External API URL and its "
            "parameters.",
            url=shown,
            status=status,
        )
        raise FeedError(message, "status", status=status)

    def _find_start(self) -> tuple[int, str, bool]:
        """Return the number and the address of the page to begin with, and whether links lead to the next ones."""
        position = self.settings.position
        if not (position and position.url):
            number = position.number if position else 1
            return number, self._numbered_url(number), False
        return position.number, self._trusted_page(urlunsplit(self._base), position.url), True

    def _numbered_url(self, number: int) -> str:
        """Return the address of a page counted from 1."""
        return self._page_url(self.settings.first_page + number - 1)

    def _page_url(self, page: int) -> str:
        settings = self.settings
        params = dict(settings.extra_params)
        if settings.since_param and settings.since:
            since = settings.since if settings.since.tzinfo else settings.since.replace(tzinfo=UTC)
            params[settings.since_param] = since.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        if settings.page_param:
            params[settings.page_param] = str(page)
        query = self._base.query
        own = parse_qsl(query, keep_blank_values=True)
        if any(name in params for name, _value in own):
            query = urlencode([(name, value) for name, value in own if name not in params])
        return urlunsplit(self._base._replace(query="&".join(filter(None, (query, urlencode(params)))), fragment=""))

    def _next_url(self, url: str, link_header: str) -> tuple[str, FeedError | None]:
        """Return the target of `rel="next"` (RFC 8288, section 3), or what is wrong with it; empty without one."""
        for link in link_header.split("<")[1:]:
            target, _bracket, params = link.partition(">")
            rel = _REL.search(params)
            if rel and "next" in (rel[1] or rel[2] or "").lower().split():
                try:
                    return self._trusted_page(url, target), None
                except FeedError as error:
                    return "", error
        return "", None

    def _trusted_page(self, url: str, reference: str) -> str:
        """Return the URL of a page that the external system announced on another one."""
        elsewhere = _lt(
            "The external system announces its next page at %(target)s, which is a different host or protocol than "
            "the configured %(base)s. The key is not sent there. If the feed has moved, change the External API "
            "URL."
        )
        return self._trusted(url, reference, elsewhere)

    def _trusted(self, url: str, reference: str, elsewhere: Message) -> str:
        """Return the URL that the external system refers to; refuse addresses that must not receive the key.

        `may_follow` decides this. The error is `elsewhere`, filled with `target` and `base`.
        """
        try:
            target = urldefrag(urljoin(url, reference.strip())).url
        except ValueError:
            target = ""  # not an address at all, such as "http://["
        parts = _checked_url(target, "redirect")
        base, origin = origin_of_parts(self._base), origin_of_parts(parts)
        if may_follow(base, origin):
            return target
        raise FeedError(elsewhere.filled(target=str(origin), base=str(base)), "redirect")

    def _shown(self, url: str) -> str:
        """Return a URL for users: only page and since of its query, and never the key."""
        parts = urlsplit(url)
        names = {self.settings.page_param, self.settings.since_param} - {""}
        query = urlencode([pair for pair in parse_qsl(parts.query) if pair[0] in names])
        shown = urlunsplit((parts.scheme, parts.netloc, parts.path, query, ""))
        for secret in filter(None, (self.settings.api_key, quote(self.settings.api_key, safe=""))):
            shown = shown.replace(secret, "***")
        return shown


def _auth_headers(settings: FeedSettings) -> dict[str, str]:
    """Return the header with the key (see ``docs/order_format.md``), or no header without a key."""
    if not settings.api_key:
        return {}
    if not _HEADER_VALUE.fullmatch(settings.api_key):
        problem = _lt(
            "The External API Key contains characters that cannot be sent (spaces around it, line breaks, or "
            "non-ASCII characters); enter it again."
        )
        raise FeedError(problem, "auth")
    if settings.auth_method == "bearer":
        return {"Authorization": f"Bearer {settings.api_key}"}
    if settings.auth_method == "x_api_key":
        return {"X-API-Key": settings.api_key}
    raise FeedError(_lt("The authentication method of the order feed is unknown; choose another one."), "auth")


def _checked_url(url: str, kind: FeedErrorKind = "connection") -> SplitResult:
    """Return the parts of an address, if requests and this module parse it identically."""
    whose = _lt("The External API URL") if kind == "connection" else _lt("An address given by the external system")
    try:
        parts = split_address(url)
    except AddressError as error:
        problem = {
            "characters": _lt("%s is empty or contains spaces, backslashes or control characters; correct it.", whose),
            "invalid": _lt("%s is not valid; correct it.", whose),
            "scheme": _lt("%s must begin with https:// or http:// and name a host.", whose),
        }[error.reason]
        raise FeedError(problem, kind) from None
    if "@" in parts.netloc:
        problem = _lt("%s contains a user name or password. Remove it and enter the key in its own field.", whose)
        raise FeedError(problem, kind)
    return parts
