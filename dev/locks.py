"""Locks between commands that run at the same time, in one checkout or on one machine.

They are advisory file locks: the kernel drops them when their holder ends, however it ends.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from . import paths
from .progress import say


@contextmanager
def exclusive(name: str, waiting_for: str) -> Iterator[None]:
    """Hold the lock exclusively. If another command has it, print what we are waiting for."""
    with _open(name) as handle:
        _wait(handle.fileno(), waiting_for)
        yield


@contextmanager
def exclusive_folder(folder: Path, waiting_for: str) -> Iterator[None]:
    """Hold a lock that all checkouts of this machine share, on a folder of the machine that exists."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        _wait(handle, waiting_for)
        yield
    finally:
        os.close(handle)


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


def _wait(handle: int, waiting_for: str) -> None:
    if not _try(handle, fcntl.LOCK_EX):
        say(f"    waiting for {waiting_for}")
        fcntl.flock(handle, fcntl.LOCK_EX)


def _try(handle: IO[bytes] | int, kind: int) -> bool:
    try:
        fcntl.flock(handle, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
