"""Waiting for what a process of somebody else's does."""

import time
from collections.abc import Callable
from typing import Any

POLL = 0.01  # seconds
PATIENCE = 60.0  # seconds


class Timeout(Exception):
    """Something that was to happen did not."""


def wait_until(happened: Callable[[], Any], what: str, seconds: float = PATIENCE, poll: float = POLL) -> None:
    """Wait until something has happened.

    :param what: it, in the past tense
    :raise Timeout: after so many seconds
    """
    deadline = time.monotonic() + seconds
    while not happened():
        if time.monotonic() > deadline:
            raise Timeout(f"within {seconds:g} s it did not come true that {what}")
        time.sleep(poll)
