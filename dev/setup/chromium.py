"""The browser of the browser tests: find it, install it if allowed, and check that it starts."""

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from .. import child_process
from ..failure import Failure
from . import system_packages

# The names that Odoo's browser tests look for, so that both use the same browser.
NAMES = ("google-chrome", "chromium", "chromium-browser", "google-chrome-stable")
# Seconds. A start takes one or two; the first one after the installation reads everything from disk.
PATIENCE = 180
SWITCHES = (
    "--headless",
    "--no-sandbox",  # required to start it as root, for example in a container
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def ensure() -> Path:
    """Return the browser's path. If there is none, install Debian's chromium first, if the user may.

    The browser is started once here, so that a broken one is reported once and not by every browser test.
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
    """Start the browser once, so that later starts are fast. Raises ``Failure`` if it does not show an empty page."""
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
