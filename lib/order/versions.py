"""Which of several contents with one OrderID are older versions of one order."""

import re
from datetime import datetime
from typing import Any

from .field_names import SOLD_AT, sent_name
from .moment import is_older, parse_moment, version_of
from .payload import order_location

# Systems that know only the day write midnight.
_MIDNIGHT = re.compile(r"[T ](?:00?:00(?::00(?:\.0*)?)?(?![:.0-9])(?! *P)|12:00(?::00)? *A)")


def newest_versions(contents: list[dict[str, Any]]) -> list[int]:
    """Return the positions of those contents with one OrderID of which no other one is a later version.

    Two are versions of one order only if they say so for sure: sold at the same time of the same day, with the same
    LocationID, and last changed at different times. Different orders of two registers may share an OrderID, but hardly
    that.
    """
    about = [(_sold_at(content), order_location(content), version_of(content)) for content in contents]
    newest: dict[tuple[datetime | None, str, bool], str] = {}
    for sold_at, location, version in about:
        order = (sold_at, location, version.endswith("Z"))  # times in UTC are not compared with local ones
        newest[order] = max(newest.get(order, ""), version)
    return [
        position
        for position, (sold_at, location, version) in enumerate(about)
        if sold_at is None or not is_older(version, newest[sold_at, location, version.endswith("Z")])
    ]


def _sold_at(content: dict[str, Any]) -> datetime | None:
    """Return when an order was sold if it says the time of day, in UTC if it states its offset."""
    value = content.get(sent_name(content, SOLD_AT))
    moment, has_time = parse_moment(value, with_fractions=True)
    return moment if has_time and not _MIDNIGHT.search(" ".join(value.upper().split())) else None
