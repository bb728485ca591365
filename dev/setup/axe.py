"""axe-core, the program that finds what keeps people from using a screen; the tests load it into the browser."""

from .. import paths
from . import npm

PACKAGE = "axe-core@4.14.1"
FOLDER = paths.STATE / "axe"
SCRIPT = FOLDER / "node_modules" / "axe-core" / "axe.min.js"


def ensure() -> None:
    """Install it with npm if it is missing. Without npm, the test that needs it fails."""
    if not SCRIPT.exists():
        npm.install(PACKAGE, FOLDER, "Until then, tests/test_accessibility.py fails.")
