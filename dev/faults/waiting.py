"""Wait for something that another process does."""

import time
from collections.abc import Callable
from typing import Any

POLL = 0.01  # seconds
PATIENCE = 60.0  # seconds


class Timeout(Exception):
    """An expected event did not happen in time."""


def wait_until(happened: Callable[[], Any], what: str, seconds: float = PATIENCE, poll: float = POLL) -> None:
    """Wait until something has happened.

    :param what: the event, in the past tense
    :raise Timeout: if it did not happen within `seconds`
    """
    deadline = time.monotonic() + seconds
    while not happened():
        if time.monotonic() > deadline:
            raise Timeout(f"this did not happen within {seconds:g} s: {what}")
        time.sleep(poll)
