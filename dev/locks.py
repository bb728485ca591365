"""Locks between commands that run in one checkout at the same time.

They are advisory file locks: the kernel drops them when their holder ends, however it ends.
"""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO

from . import paths
from .progress import say


@contextmanager
def exclusive(name: str, waiting_for: str) -> Iterator[None]:
    """Hold the lock exclusively. If another command has it, print what we are waiting for."""
    with _open(name) as handle:
        if not _try(handle, fcntl.LOCK_EX):
            say(f"    waiting for {waiting_for}")
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield


@contextmanager
def exclusive_if_free(name: str) -> Iterator[bool]:
    """Hold the lock exclusively if no other command has it. Yield whether we got it."""
    with _open(name) as handle:
        yield _try(handle, fcntl.LOCK_EX)


def shared(name: str) -> IO[bytes]:
    """Take a shared lock and return its handle; closing the handle releases it."""
    handle = _open(name)
    fcntl.flock(handle, fcntl.LOCK_SH)
    return handle


def _open(name: str) -> IO[bytes]:
    paths.LOCKS.mkdir(parents=True, exist_ok=True)
    return (paths.LOCKS / name).open("ab")


def _try(handle: IO[bytes], kind: int) -> bool:
    try:
        fcntl.flock(handle, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
