"""Odoo 19.0 itself: the user's own, Debian's package unpacked beside the checkout, or a clone."""

import importlib.util
import os
import re
import shutil
from dataclasses import dataclass
from pathlib import Path

from .. import paths, progress
from ..failure import Failure
from . import debian_package

SERIES = "19.0"
REPOSITORY = "https://github.com/odoo/odoo"
HINT = "Set ODOO_HOME to an Odoo 19.0: a Git checkout of its branch 19.0, or an unpacked odoo package."


@dataclass(frozen=True)
class OdooSource:
    """An Odoo that can be started."""

    python_path: Path
    """The folder that holds the package ``odoo``."""
    addons_paths: tuple[Path, ...]
    """Folders with addons in addition to those inside the package, which Odoo finds itself."""
    version: str
    program: tuple[str, ...]
    """The arguments with which Python starts Odoo."""


def ensure() -> OdooSource:
    """Return the Odoo to use; fetch one first if the machine has none."""
    home = os.environ.get("ODOO_HOME")
    if home:
        source = find(Path(home).expanduser().resolve())
        if not source:
            raise Failure(f"ODOO_HOME is {home}, which does not contain an Odoo {SERIES}.", HINT)
        return source
    return _importable() or find(paths.ODOO) or _fetch()


def find(home: Path) -> OdooSource | None:
    """Return the Odoo in a folder: a Git checkout, an unpacked Debian package, or the folder that holds ``odoo/``."""
    for folder in (home, home / "usr" / "lib" / "python3" / "dist-packages"):
        version = _version(folder / "odoo")
        if version:
            addons = folder / "addons"
            beside = (addons,) if (addons / "web" / "__manifest__.py").exists() else ()
            return OdooSource(folder, beside, version, _program(folder))
    return None


def _program(folder: Path) -> tuple[str, ...]:
    """Return the arguments that start the Odoo whose package is in a folder.

    With ``workers``, Odoo starts a second process for gevent, using the program that it was started with. ``python -m
    odoo`` is not a program, so that process would keep failing, while all others run.
    """
    # In a checkout; in an installation, whose packages are in lib/python3*/*-packages.
    for program in (folder / "odoo-bin", *(prefix / "bin" / "odoo" for prefix in folder.parents[2:3])):
        if program.is_file():
            return (str(program),)
    return ("-m", "odoo")


def _version(package: Path) -> str | None:
    """Return the version of an Odoo package, or None if there is none or it belongs to another series."""
    release = package / "release.py"
    if not release.exists():
        return None
    match = re.search(r"^version_info = \((\d+), (\d+)", release.read_text(), re.MULTILINE)
    return SERIES if match and ".".join(match.groups()) == SERIES else None


def _importable() -> OdooSource | None:
    """Return the Odoo that this interpreter can import, if it belongs to our series."""
    spec = importlib.util.find_spec("odoo")
    for location in (spec.submodule_search_locations or []) if spec else []:
        source = find(Path(location).resolve().parent)
        if source:
            return source
    return None


def _fetch() -> OdooSource:
    """Get an Odoo from Debian or, if that is not possible, by cloning its repository."""
    tried = []
    for what, fetch in (("Debian's package", debian_package.unpack), (f"a clone of {REPOSITORY}", _clone)):
        # Made under another name and renamed when complete, so a folder of the right name is always whole.
        unfinished = paths.ODOO.with_suffix(".part")
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir(parents=True)
        try:
            with progress.step(f"Odoo {SERIES}: {what}"):
                fetch(unfinished)
                if not find(unfinished):
                    raise Failure(f"The download is not Odoo {SERIES}.")
        except Failure as failure:
            progress.say("    that did not work")
            tried.append(f"- {what}: {failure.message}")
            continue
        unfinished.rename(paths.ODOO)
        return find(paths.ODOO)
    raise Failure(f"Odoo {SERIES} could not be downloaded. Tried:\n" + "\n".join(tried), HINT)


def _clone(target: Path) -> None:
    if not shutil.which("git"):
        raise Failure("git is not installed.")
    progress.run(
        ["git", "clone", "--quiet", "--depth=1", f"--branch={SERIES}", REPOSITORY, target],
        "odoo-clone",
        failure="The clone failed.",
        env={**os.environ, "GIT_TERMINAL_PROMPT": "0"},
    )
