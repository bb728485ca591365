"""The checkout under the addon's own name.

Odoo and pytest-odoo take an addon's name from its folder's name, and a checkout may be called anything. A single
link to the whole checkout would contain itself (the state folder is inside), so the folder is real and its entries
are links.
"""

import hashlib
import shutil
from pathlib import Path

from .. import paths

NO_PART_OF_THE_ADDON = {"build", "dist"}
# Neither of them affects a database with the addon installed.
NO_PART_OF_THE_DATABASE = {"dev", "lib", "static", "tests"}
SOURCES = {".csv", ".po", ".py", ".sql", ".xml"}


def ensure() -> Path:
    """Bring the links up to date with the checkout's entries; return the folder to put on Odoo's addons path."""
    paths.ADDON.mkdir(parents=True, exist_ok=True)
    wanted = {entry.name: entry for entry in paths.CHECKOUT.iterdir() if _belongs(entry)}
    for link in paths.ADDON.iterdir():
        if link.name in wanted and link.is_symlink() and link.readlink() == wanted[link.name]:
            del wanted[link.name]
        elif link.is_dir() and not link.is_symlink():
            shutil.rmtree(link)  # such as __pycache__, left by programs that ran from here
        else:
            link.unlink(missing_ok=True)
    for name, entry in wanted.items():
        (paths.ADDON / name).symlink_to(entry)
    return paths.ADDONS


def sources_digest() -> str:
    """Return a hash over the sources that affect a database with the addon installed."""
    total = hashlib.sha256()
    for entry in sorted(paths.CHECKOUT.iterdir()):
        if not _belongs(entry) or entry.name in NO_PART_OF_THE_DATABASE:
            continue
        for file in sorted(entry.rglob("*")) if entry.is_dir() else [entry]:
            if file.suffix in SOURCES:
                total.update(f"{file.relative_to(paths.CHECKOUT)}\0".encode())
                total.update(hashlib.sha256(file.read_bytes()).digest())
    return total.hexdigest()


def _belongs(entry: Path) -> bool:
    return not (
        entry.name.startswith((".", "__pycache__"))
        or entry.name in NO_PART_OF_THE_ADDON
        or entry.name.endswith(".egg-info")
        or entry.resolve() == paths.STATE
    )
