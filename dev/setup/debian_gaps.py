"""Web assets that are missing from Odoo's unpacked Debian package, and from the packages that it links to."""

import shutil
from pathlib import Path

from ..progress import say
from . import python_env

# Debian leaves it out, but the asset bundles include it; without it every browser test fails with a console error.
LEFT_OUT = Path("usr/lib/python3/dist-packages/odoo/addons/mail/static/lib/selfie_segmentation/selfie_segmentation.js")
# Odoo's icons come from Font Awesome 4, while Debian now has version 7; a Python package still has them.
ICON_FONTS = Path("xstatic/pkg/font_awesome/data/fonts")
RENAMED = {"Inconsolata.otf": "usr/share/fonts/opentype/inconsolata/Inconsolata-Regular.otf"}


def fill(tree: Path) -> None:
    """Replace the tree's broken links with files, and print the links for which there is no file."""
    left_out = tree / LEFT_OUT
    if not left_out.exists():
        left_out.parent.mkdir(parents=True, exist_ok=True)
        left_out.touch()
    missing = []
    for link in (tree / "usr/lib").rglob("*"):
        if not link.is_symlink() or link.exists():
            continue
        destination = link.parent / link.readlink()
        if destination.name in RENAMED:
            source = tree / RENAMED[destination.name]
        else:
            source = python_env.site_packages() / ICON_FONTS / destination.name
        if source.exists():
            destination.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, destination.resolve())
        else:
            missing.append(str(link.relative_to(tree)))
    if missing:
        say(f"    these web assets are missing, which may be visible in the browser: {', '.join(sorted(missing))}")
