"""Limits the memory of downloads that run side by side: only a few of them hold a large page at a time."""

import threading


class LargePages:
    """Places for large pages, shared by several downloads.

    :param small: pages of at most this many bytes need no place
    :param at_most: number of places
    """

    def __init__(self, small: int, at_most: int) -> None:
        self.small = small
        self._places = threading.Semaphore(at_most)

    def take(self, seconds: float) -> bool:
        """Take a place, waiting some seconds for it at most. Return whether there was one."""
        return self._places.acquire(timeout=min(seconds, threading.TIMEOUT_MAX))

    def give_back(self) -> None:
        self._places.release()
