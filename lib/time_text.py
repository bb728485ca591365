"""Times as the API writes them."""

from datetime import datetime


def time_text(value: datetime | bool | None) -> str | None:
    """Return a naive UTC time as ISO 8601, or None if there is none."""
    return value.isoformat(timespec="seconds") + "Z" if value else None
