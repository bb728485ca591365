"""Where a download of the order feed stopped, so that a later one can continue there."""

from dataclasses import dataclass
from typing import Any, Self


@dataclass(frozen=True)
class FeedPosition:
    """A page of a feed. `number` counts the pages from 1; `url` is its address if a link led to it, else empty."""

    number: int
    url: str = ""

    def to_json(self, request_digest: str) -> dict[str, Any]:
        """Return this position as JSON, bound to the request (see `FeedSettings.request_digest`)."""
        return {"number": self.number, "url": self.url, "request": request_digest}

    @classmethod
    def from_json(cls, value: Any, request_digest: str) -> Self | None:
        """Return the position in `to_json`'s value; `None` if the request is another one now."""
        if not isinstance(value, dict) or value.get("request") != request_digest:
            return None
        return cls(value["number"], value["url"])
