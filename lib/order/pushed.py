"""The body of a request with orders: what an external system sends by itself, read as a page of a feed is."""

import re
from dataclasses import dataclass, field
from typing import Any

from ..message import Message
from ..message import message as _lt
from ..strict_json import RefusedEntry, StrictJsonError, iter_orders, loads

MAX_ORDERS = 1000
MAX_BYTES = 5 * 1024 * 1024
# No client waits longer for an answer.
MAX_WAIT = 60

_TEST_REQUEST = re.compile(r"webhook_id=[0-9]{1,20}")
_WAIT = re.compile(r'(?:^|[,;\s])wait="?([0-9]{1,4})\b', re.IGNORECASE)


class PushedError(ValueError):
    """The body cannot be taken in; `status` is that of the answer: 400 no JSON, 413 too many orders, 422 no orders."""

    def __init__(self, status: int, message: Message):
        super().__init__(message)
        self.status = status
        self.message = message


@dataclass(frozen=True)
class Pushed:
    """The entries of a body, and the other keys of the object that they are in."""

    entries: list[Any]
    members: dict[str, Any] = field(default_factory=dict)


def read_pushed(body: bytes) -> Pushed:
    """Return the entries of a body in any of the three shapes of ``docs/order_format.md``.

    They are the same as those of a feed with this text, so that an order that arrives both ways is recognized.

    :raise PushedError: if there are no orders in it; then nothing of it is used
    """
    entries: list[Any] = []
    members: dict[str, Any] = {}
    try:
        for entry in iter_orders(body, members):
            entries.append(entry)
            if len(entries) > MAX_ORDERS:
                raise PushedError(413, _lt("There are more than %s orders. Send them in several requests.", MAX_ORDERS))
    except StrictJsonError as error:
        raise PushedError(422 if _is_json(body) else 400, error.message) from error
    if entries and not any(isinstance(entry, dict | RefusedEntry) for entry in entries):
        raise PushedError(422, _lt("The list has no orders: each order is a JSON object with an OrderID."))
    return Pushed(entries, members)


def _is_json(body: bytes) -> bool:
    try:
        loads(body)
    except StrictJsonError:
        return False
    return True


def is_test_request(body: bytes) -> bool:
    """Return whether this is what WooCommerce posts as a form, without a signature, when a webhook is saved."""
    return len(body) < 40 and bool(_TEST_REQUEST.fullmatch(body.decode("latin-1")))


def seconds_to_wait(prefer: str | None) -> int:
    """Return the seconds that a ``Prefer`` header (RFC 7240) asks to wait for the result, at most `MAX_WAIT`."""
    found = _WAIT.search((prefer or "")[:1000])
    return min(int(found[1]), MAX_WAIT) if found else 0
