"""The browser of the browser tests."""

import shutil
from pathlib import Path

from . import system_packages
from .failure import Failure

# The names that Odoo's own browser tests look for, so that both find the same one.
NAMES = ("google-chrome", "chromium", "chromium-browser", "google-chrome-stable")


def ensure() -> Path:
    """Return the browser's path, installing Debian's chromium first if there is none and the user may."""
    found = _find()
    if not found:
        system_packages.apt_install("chromium", "browser tests")
        found = _find()
    if not found:
        raise Failure("No Chromium was found after installing it.", f"Put one of {', '.join(NAMES)} on the PATH.")
    return found


def _find() -> Path | None:
    return next((Path(path) for name in NAMES if (path := shutil.which(name))), None)
