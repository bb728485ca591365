"""One page of the feed: the request, its entries, and its output."""

import json
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlencode

from .answer import Answer, json_answer
from .book import Entry, OrderBook

SHAPES = ("array", "object", "single")
MAX_PER_PAGE = 1000


@dataclass(frozen=True)
class Settings:
    """The answer settings of a shop.

    :param shape: ``array`` ``[{…}]``, ``object`` ``{"orders": [{…}]}``, or ``single`` ``{…}``: each page is one order,
        or an empty array if there is none
    :param per_page: default number of entries per page; ``None`` means all
    :param link_header: whether a ``Link`` header points to the next page; otherwise clients have to count pages
    """

    shape: str = "array"
    per_page: int | None = None
    link_header: bool = True

    def __post_init__(self):
        if self.shape not in SHAPES:
            raise ValueError(f"shape must be one of {', '.join(SHAPES)}, not {self.shape!r}")
        if self.per_page is not None and not _is_between(self.per_page, 1, MAX_PER_PAGE):
            raise ValueError(f"per_page must be a number from 1 to {MAX_PER_PAGE} or null, not {self.per_page!r}")
        if not isinstance(self.link_header, bool):
            raise ValueError(f"link_header must be true or false, not {self.link_header!r}")


@dataclass(frozen=True)
class PageRequest:
    """A parsed query string; ``per_page`` is ``None`` for everything at once."""

    since: datetime | None
    page: int
    per_page: int | None
    query: dict[str, str]

    @classmethod
    def parse(cls, query_string: str, settings: Settings) -> "PageRequest":
        """Parse the query string. Raises ``ValueError`` for an invalid value; unknown names are ignored."""
        query = {name: values[-1] for name, values in parse_qs(query_string, keep_blank_values=True).items()}
        per_page = settings.per_page
        if "per_page" in query:
            per_page = _parse_number(query, "per_page", MAX_PER_PAGE)
        if settings.shape == "single":
            per_page = 1
        page = _parse_number(query, "page", 10**9) if "page" in query else 1
        since = _parse_time(query["since"]) if "since" in query else None
        return cls(since, page, per_page, query)

    def link(self, page: int) -> str:
        """Return the query string of another page of the same request."""
        return urlencode({**self.query, "page": page})


@dataclass(frozen=True)
class Page:
    """A page to be sent.

    :param path: address of the feed without the query string
    :param next_page: number of the next page, ``None`` on the last one
    """

    request: PageRequest
    settings: Settings
    path: str
    entries: tuple[Entry, ...]
    next_page: int | None

    @property
    def payloads(self) -> list[Any]:
        return [entry.payload for entry in self.entries]

    def shaped(self, payloads: list[Any]) -> Any:
        """Wrap payloads in the shape of this instance."""
        if self.settings.shape == "object":
            return {"orders": payloads}
        if self.settings.shape == "single" and len(payloads) == 1:
            return payloads[0]
        return payloads

    def headers(self) -> dict[str, str]:
        if self.next_page is None or not self.settings.link_header:
            return {}
        return {"Link": f'<{self.path}?{self.request.link(self.next_page)}>; rel="next"'}

    def answer(self, payloads: list[Any] | None = None) -> Answer:
        """Return the page, optionally with other payloads."""
        return json_answer(200, self.shaped(self.payloads if payloads is None else payloads), self.headers())

    def answer_text(self, payloads: list[Any], replacements: dict[str, str]) -> Answer:
        """Return the page with JSON strings replaced by raw text, for output that no JSON library would write."""
        text = json.dumps(self.shaped(payloads))
        for string, raw in replacements.items():
            text = text.replace(json.dumps(string), raw)
        return replace(self.answer([]), body=text.encode())


def make_page(book: OrderBook, settings: Settings, request: PageRequest, path: str) -> Page:
    """Cut a page out of the order book."""
    entries = book.changed_since(request.since)
    if request.per_page is None:
        return Page(request, settings, path, tuple(entries if request.page == 1 else ()), None)
    start = (request.page - 1) * request.per_page
    on_page = tuple(entries[start : start + request.per_page])
    next_page = request.page + 1 if start + request.per_page < len(entries) else None
    return Page(request, settings, path, on_page, next_page)


def _parse_number(query: dict[str, str], name: str, maximum: int) -> int:
    text = query[name]
    if not (text.isascii() and text.isdigit() and len(text) < 12 and 1 <= int(text) <= maximum):
        raise ValueError(f"{name} must be a number from 1 to {maximum}")
    return int(text)


def _parse_time(text: str) -> datetime:
    try:
        time = datetime.fromisoformat(text)
    except ValueError as error:
        raise ValueError("since must be a time in ISO 8601, such as 2025-01-31T08:30:00Z") from error
    return time if time.tzinfo else time.replace(tzinfo=UTC)


def _is_between(value: Any, low: int, high: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and low <= value <= high
