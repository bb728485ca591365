"""Run the stand-in of an external system in a separate process, like the real system."""

import json
import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from .. import child_process, paths, progress
from ..failure import Failure

START_TIMEOUT = 15.0  # seconds


@contextmanager
def running(
    title: str, module: str, *arguments: str, secrets: Mapping[str, str], answers: Callable[[], Any]
) -> Iterator[None]:
    """Run one of our modules until the context ends. Raises Failure if it does not start.

    :param title: its description for the user
    :param secrets: environment variables that other users of the machine must not read
    :param answers: raises OSError while the stand-in does not answer yet
    """
    paths.LOGS.mkdir(parents=True, exist_ok=True)
    log = paths.LOGS / f"{module.rpartition('.')[2]}.log"
    command = [sys.executable, "-m", module, *arguments]
    with progress.step(title), log.open("wb") as output:
        process = child_process.start(command, output, {**os.environ, **secrets}, cwd=paths.CHECKOUT)
        try:
            if not _comes_to_answer(process, answers):
                raise Failure(f"{title}: it did not start.\n{progress.tail(log)}")
        except BaseException:
            child_process.stop(process)
            raise
    try:
        yield
    finally:
        child_process.stop(process)


def _comes_to_answer(process: subprocess.Popen, answers: Callable[[], Any]) -> bool:
    deadline = time.monotonic() + START_TIMEOUT
    while process.poll() is None and time.monotonic() < deadline:
        try:
            answers()
            return True
        except OSError:
            time.sleep(0.05)
    return False


def control(address: str, path: str, values: Mapping[str, Any] | None = None) -> Any:
    """Call a control endpoint of a stand-in and return its JSON; values are sent by POST. Raises OSError."""
    request = urllib.request.Request(
        f"{address}/_control/{path}",
        json.dumps(values).encode() if values is not None else None,
        {"Content-Type": "application/json"},
    )
    # A proxy from the environment must not be used for the loopback interface.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(request, timeout=START_TIMEOUT) as response:
        return json.load(response)
