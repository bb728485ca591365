"""The browser of the browser tests: found, installed where that is allowed, and known to start."""

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from .. import child_process
from ..failure import Failure
from . import system_packages

# The names that Odoo's own browser tests look for, so that both find the same one.
NAMES = ("google-chrome", "chromium", "chromium-browser", "google-chrome-stable")
# Seconds. A start takes one or two; the very first after the installation reads all of it from the disk.
PATIENCE = 180
SWITCHES = (
    "--headless",
    "--no-sandbox",  # root, as in a container, can start it in no other way
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def ensure() -> Path:
    """Return the browser's path, installing Debian's chromium first if there is none and the user may.

    It was started once: a browser that cannot start is told here, and not by every browser test for itself.
    """
    found = _find()
    if not found:
        system_packages.apt_install("chromium", "browser tests")
        found = _find()
    if not found:
        raise Failure("No Chromium was found after installing it.", f"Put one of {', '.join(NAMES)} on the PATH.")
    _warm_up(found)
    return found


def _warm_up(browser: Path) -> None:
    """Start the browser once, so that later starts are quick. Raises ``Failure`` if it shows no empty page."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        log = Path(folder) / "log"
        command = [browser, *SWITCHES, f"--user-data-dir={folder}/profile", "--dump-dom", "about:blank"]
        with log.open("wb") as output:
            process = child_process.start(command, output, os.environ)
            try:
                exit_code = process.wait(PATIENCE)
                outcome = f"ended with exit code {exit_code} and showed no page"
            except subprocess.TimeoutExpired:
                outcome = f"showed no page within {PATIENCE} s"
            finally:
                child_process.stop(process)
        said = log.read_text(errors="replace")
    if "<body>" not in said:
        last_lines = "\n".join(said.splitlines()[-10:])
        raise Failure(f"The browser {browser} {outcome}. It said:\n{last_lines}", "Try to start it by hand.")


def _find() -> Path | None:
    return next((Path(path) for name in NAMES if (path := shutil.which(name))), None)
