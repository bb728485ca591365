"""Programs that run beside a command, in the background, and never outlive it."""

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
    """Start a program that writes to a file. It is asked to end when this process ends, even if that is killed.

    To be called in a thread that lasts, as the kernel takes the end of that one for the end of the process.

    :param others: further arguments of subprocess.Popen, or others than its usual ones
    """
    return subprocess.Popen(
        command,
        cwd=cwd,
        env=env,
        stdout=output,
        # Ctrl-C is for the command, which then ends its parts in order.
        start_new_session=True,
        preexec_fn=_end_with_parent if _LIBC else None,
        **{"stdin": subprocess.DEVNULL, "stderr": subprocess.STDOUT, **others},
    )


def stop(process: subprocess.Popen) -> None:
    """End a program and what it started in its session: asked first, killed when it does not follow."""
    if process.poll() is None:
        process.terminate()
    try:
        process.wait(STOP_TIMEOUT)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _end_with_parent() -> None:
    _LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
