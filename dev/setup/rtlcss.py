"""The program with which Odoo mirrors its style sheets for languages that are written from right to left."""

import os
import shutil

from .. import paths, progress
from ..failure import Failure

PACKAGE = "rtlcss@4.3.0"
FOLDER = paths.STATE / "node"
PROGRAMS = FOLDER / "node_modules" / ".bin"


def ensure() -> None:
    """Install it with npm unless there is one. Without npm, Odoo shows such languages from left to right."""
    if _find() or not shutil.which("npm"):
        return
    FOLDER.mkdir(parents=True, exist_ok=True)
    try:
        progress.run(
            ["npm", "install", "--prefix", FOLDER, "--no-audit", "--no-fund", "--no-save", PACKAGE],
            "npm",
            failure=f"npm could not install {PACKAGE}.",
        )
    except Failure as failure:
        progress.say(f"{failure}\nArabic is shown from left to right meanwhile.")


def search_path() -> list[str]:
    """Return the folders that Odoo has to look in for it, beside those of the caller's PATH."""
    return [str(PROGRAMS)] if PROGRAMS.exists() else []


def _find() -> str | None:
    return shutil.which("rtlcss", path=os.pathsep.join([*search_path(), os.environ.get("PATH", os.defpath)]))
