"""A limit on the processor time of a block, which works on busy and slow machines too."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager


class TooSlow(Exception):
    """The block used more processor time than it may."""


@contextmanager
def cpu_limit(seconds: float) -> Iterator[None]:
    """Raise `TooSlow` in the block once this process has used that much processor time in it.

    Regular expressions look for signals while they match, so an exponential one ends as well.
    """

    def stop(_number, _frame):
        raise TooSlow(f"more than {seconds} s of processor time")

    before = signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)
