"""The program that Odoo uses to mirror its style sheets for right-to-left languages."""

import os
import shutil

from .. import paths
from . import npm

PACKAGE = "rtlcss@4.3.0"
FOLDER = paths.STATE / "node"
PROGRAMS = FOLDER / "node_modules" / ".bin"


def ensure() -> None:
    """Install it with npm if it is missing. Without npm, Odoo shows these languages from left to right."""
    if not _find() and shutil.which("npm"):
        npm.install(PACKAGE, FOLDER, "Until then, Arabic is shown from left to right.")


def search_path() -> list[str]:
    """Return the folders to add to PATH so that Odoo finds it."""
    return [str(PROGRAMS)] if PROGRAMS.exists() else []


def _find() -> str | None:
    return shutil.which("rtlcss", path=os.pathsep.join([*search_path(), os.environ.get("PATH", os.defpath)]))
