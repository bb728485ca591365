"""Programs that run in the background of a command and never outlive it."""

import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO, Any

STOP_TIMEOUT = 15.0  # seconds, after which it is killed
PR_SET_PDEATHSIG = 1  # prctl(2)
_LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None


def start(
    command: Sequence[str | Path],
    output: IO[bytes] | int,
    env: Mapping[str, str],
    cwd: Path | None = None,
    **others: Any,
) -> subprocess.Popen:
    """Start a program that writes to a file. It is asked to end when this process ends, even if this one is killed.

    Call this in a thread that lasts, because the kernel treats the end of that thread as the end of the process.

    :param others: additional or overriding arguments of subprocess.Popen
    """
    return subprocess.Popen(
        command,
        cwd=cwd,
        env=env,
        stdout=output,
        # Only the command handles Ctrl-C; it then ends its parts in order.
        start_new_session=True,
        preexec_fn=_end_with_parent if _LIBC else None,
        **{"stdin": subprocess.DEVNULL, "stderr": subprocess.STDOUT, **others},
    )


def stop(process: subprocess.Popen) -> None:
    """End a program and everything in its session: ask it first, kill it if it does not end."""
    if process.poll() is None:
        process.terminate()
    try:
        process.wait(STOP_TIMEOUT)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _end_with_parent() -> None:
    _LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
