"""Whether ``pip install`` of the checkout would install all of the addon; pyproject.toml names its parts by hand."""

import ast
import tomllib

from . import paths
from .progress import say

PACKAGE = f"odoo.addons.{paths.ADDON_NAME}"
# Needed by those who work on the addon, not by those who run it.
NOT_INSTALLED = {"benchmarks", "dev", "tests"}


def problems() -> list[str]:
    """Return what pyproject.toml leaves out or tells differently from the manifest."""
    say("==> pyproject.toml")
    project = tomllib.loads((paths.CHECKOUT / "pyproject.toml").read_text())
    manifest = ast.literal_eval((paths.CHECKOUT / "__manifest__.py").read_text())
    found = []
    if project["project"]["version"] != manifest["version"]:
        found.append(f"pyproject.toml: version {project['project']['version']}, the manifest has {manifest['version']}")
    named = set(project["tool"]["setuptools"]["packages"])
    wanted = {PACKAGE}
    for file in paths.CHECKOUT.glob("[!.]*/**/__init__.py"):
        parts = file.parent.relative_to(paths.CHECKOUT).parts
        if parts[0] not in NOT_INSTALLED and not parts[0].startswith("build"):
            wanted.add(".".join((PACKAGE, *parts)))
    found += [f"pyproject.toml: packages lacks {name}" for name in sorted(wanted - named)]
    found += [f"pyproject.toml: packages names {name}, which is not there" for name in sorted(named - wanted)]
    patterns = project["tool"]["setuptools"]["package-data"][PACKAGE]
    data = {file for pattern in patterns for file in paths.CHECKOUT.glob(pattern)}
    for file in sorted(file for key in ("data", "demo") for file in manifest.get(key, ())):
        if paths.CHECKOUT / file not in data:
            found.append(f"pyproject.toml: package-data has no pattern for {file}")
    return found
