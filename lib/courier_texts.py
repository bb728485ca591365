"""Cuts the texts of couriers to lengths that the queue can store: they are in indexes, which hold 2,700 bytes a row."""

from collections.abc import Container, Iterable, Mapping
from typing import Any

# Characters; each can take 4 bytes. An index of the events has the first two, and 200 of a number.
STATUS_LENGTH = 100
DETAILS_LENGTH = 300
NUMBER_LENGTH = 600
MESSAGE_LENGTH = 2000


def storable(text: str, length: int) -> str:
    """Return a text that a column of the database takes, with "…" in place of what is beyond its length."""
    text = text[: length + 1].replace("\0", "").encode("utf-8", "replace").decode("utf-8")
    return text if len(text) <= length else f"{text[: length - 1]}…"


def storable_message(text: str) -> str:
    """Return an error of a courier with a bounded length."""
    return storable(text, MESSAGE_LENGTH)


def storable_result(result: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a provider's `send_shipping` returned for a parcel, with numbers of a bounded length."""
    names = ("tracking_number", "order_number")
    return {**result, **{name: storable(str(result[name]), NUMBER_LENGTH) for name in names if result.get(name)}}


def storable_events(events: Iterable[Mapping[str, Any]], kinds: Container[str]) -> list[dict[str, Any]]:
    """Return the events of a parcel with texts of a bounded length; a kind that is not known becomes `other`."""
    return [
        {
            **event,
            "kind": event["kind"] if event.get("kind") in kinds else "other",
            "status": storable(str(event.get("status") or "?"), STATUS_LENGTH),
            "details": storable(str(event.get("details") or ""), DETAILS_LENGTH),
        }
        for event in events
    ]
