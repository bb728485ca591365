"""axe-core, the program that finds what keeps people from using a screen; the tests load it into the browser."""

import shutil

from .. import paths, progress
from ..failure import Failure

PACKAGE = "axe-core@4.14.1"
FOLDER = paths.STATE / "axe"
SCRIPT = FOLDER / "node_modules" / "axe-core" / "axe.min.js"


def ensure() -> None:
    """Install it with npm if it is missing."""
    if SCRIPT.exists():
        return
    hint = "Install npm and make its registry reachable, or leave out tests/test_accessibility.py, which needs it."
    if not shutil.which("npm"):
        raise Failure(f"npm is missing, which installs {PACKAGE}.", hint)
    FOLDER.mkdir(parents=True, exist_ok=True)
    progress.run(
        ["npm", "install", "--prefix", FOLDER, "--no-audit", "--no-fund", "--no-save", PACKAGE],
        "axe",
        failure=f"npm could not install {PACKAGE}.",
        hint=hint,
    )
