"""The progress that a command shows while it runs.

Progress is written to standard error, so that standard output contains only results.
"""

import shlex
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from . import paths
from .failure import Failure

# Without a terminal, print a line at this interval (seconds); with one, redraw the line.
HEARTBEAT = 15.0
REDRAW = 0.5
TAIL_LINES = 30
WIDTH = 110


def say(text: str) -> None:
    """Print one line of progress."""
    print(text, file=sys.stderr, flush=True)


@contextmanager
def step(title: str) -> Iterator[None]:
    """Announce a step that takes a while, and print how long it took if it succeeded."""
    say(f"==> {title}")
    start = time.monotonic()
    yield
    say(f"    done in {time.monotonic() - start:.1f} s")


def tail(log: Path, lines: int = TAIL_LINES) -> str:
    """Return the last lines of a log file."""
    return "\n".join(log.read_text(errors="replace").splitlines()[-lines:])


def run(
    command: Sequence[str | Path],
    log_name: str,
    *,
    failure: str,
    hint: str = "",
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    stdin: Path | None = None,
    identity: Mapping[str, Any] | None = None,
    explain: Callable[[str], str] | None = None,
) -> Path:
    """Run a command that writes to a log file, showing its last line and the time. Return the log's path.

    Raises Failure(failure, hint) with the end of the log if the command fails; ``explain`` may pick the relevant
    lines from the whole log instead. ``identity`` contains subprocess's arguments to run as another user.
    """
    paths.LOGS.mkdir(parents=True, exist_ok=True)
    log = paths.LOGS / f"{log_name}.log"
    with log.open("wb") as output, open(stdin or "/dev/null", "rb") as source:
        try:
            process = subprocess.Popen(
                [str(word) for word in command],
                stdin=source,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=env,
                cwd=cwd,
                **(identity or {}),
            )
        except OSError as error:
            raise Failure(f"{failure}\n{shlex.join(map(str, command))}: {error}", hint) from error
        try:
            _watch(process, log)
        except BaseException:
            process.terminate()
            process.wait()
            raise
    if process.returncode:
        text = log.read_text(errors="replace")
        telling = (explain(text) if explain else "") or tail(log)
        raise Failure(
            f"{failure}\nThis ended with exit code {process.returncode}: {shlex.join(map(str, command))}\n{telling}\n"
            f"(all of it: {log})",
            hint,
        )
    return log


def _watch(process: subprocess.Popen, log: Path) -> None:
    """Wait for the process, and show that it is alive."""
    start = shown = time.monotonic()
    terminal = sys.stderr.isatty()
    while True:
        try:
            process.wait(REDRAW)
            break
        except subprocess.TimeoutExpired:
            pass
        now = time.monotonic()
        if terminal or now - shown >= HEARTBEAT:
            shown = now
            line = f"    {now - start:3.0f} s  {_last_line(log)}"[:WIDTH]
            print(f"\r\033[K{line}" if terminal else line, end="" if terminal else "\n", file=sys.stderr, flush=True)
    if terminal:
        print("\r\033[K", end="", file=sys.stderr, flush=True)


def _last_line(log: Path) -> str:
    with log.open("rb") as output:
        size = output.seek(0, 2)
        output.seek(max(0, size - 2000))
        lines = output.read().decode(errors="replace").split("\n")
    return next((line.strip() for line in reversed(lines) if line.strip()), "")
