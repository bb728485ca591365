"""Addons of the Odoo Community Association that the addon works with if they are installed."""

import shutil
from pathlib import Path

from .. import locks, paths, progress
from . import python_env

# `--no-deps`: they name Odoo itself as a dependency, which is not a package.
PACKAGES = ("odoo-addon-queue-job==19.0.2.4.0.1",)
# What these addons import.
LIBRARIES = ("openupgradelib==3.13.7", "cssselect==1.6.0")
FOLDER = paths.STATE / "oca"


def ensure() -> tuple[Path, Path]:
    """Return the folder of the addons and that of their libraries, which are downloaded if they are missing."""
    wanted = "\n".join((*PACKAGES, *LIBRARIES))
    stamp = FOLDER / "installed"
    with locks.exclusive("oca", "another command that downloads addons"):
        if not stamp.exists() or stamp.read_text() != wanted:
            with progress.step("Addons of the Odoo Community Association"):
                shutil.rmtree(FOLDER, ignore_errors=True)
                for packages, folder in ((PACKAGES, "addons"), (LIBRARIES, "libraries")):
                    _install(packages, FOLDER / folder)
                stamp.write_text(wanted)
    return FOLDER / "addons" / "odoo" / "addons", FOLDER / "libraries"


def _install(packages: tuple[str, ...], folder: Path) -> None:
    progress.run(
        [python_env.PYTHON, "-m", "pip", "install", "--no-input", "--no-deps", "--target", folder, *packages],
        "pip-oca",
        failure="The addons could not be installed.",
        hint="Check that pip reaches its package index (pip config list shows which), then run the command again.",
    )
