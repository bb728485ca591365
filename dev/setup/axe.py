"""axe-core, the program that finds what keeps people from using a screen; the tests load it into the browser."""

import shutil

from .. import paths, progress
from ..failure import Failure

PACKAGE = "axe-core@4.14.1"
FOLDER = paths.STATE / "axe"
SCRIPT = FOLDER / "node_modules" / "axe-core" / "axe.min.js"


def ensure() -> None:
    """Install it with npm if it is missing. Without npm, the test that needs it fails."""
    if SCRIPT.exists():
        return
    if not shutil.which("npm"):
        progress.say(f"npm is missing, which installs {PACKAGE}: tests/test_accessibility.py will fail.")
        return
    FOLDER.mkdir(parents=True, exist_ok=True)
    try:
        progress.run(
            ["npm", "install", "--prefix", FOLDER, "--no-audit", "--no-fund", "--no-save", PACKAGE],
            "axe",
            failure=f"npm could not install {PACKAGE}.",
        )
    except Failure as failure:
        progress.say(f"{failure}\nUntil then, tests/test_accessibility.py fails.")
