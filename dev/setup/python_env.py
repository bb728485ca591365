"""The virtual environment with Odoo's dependencies and the test tools, in pinned versions."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from .. import paths, progress
from ..failure import Failure
from . import system_packages

OLDEST_PYTHON = (3, 11)
REQUIREMENTS = (paths.DEV / "requirements.txt", paths.DEV / "requirements-test.txt")
PYTHON = paths.VENV / "bin" / "python"
STAMP = paths.VENV / "installed"


def ensure() -> Path:
    """Return the Python of the virtual environment, which is created or updated if necessary."""
    if sys.version_info < OLDEST_PYTHON:
        raise Failure(
            f"This is Python {sys.version.split()[0]}; the development environment needs 3.11 or newer.",
            "Run: make PYTHON=/path/to/python3.11 ...",
        )
    interpreter = f"{sys.version} {sys.base_prefix}"
    wanted = paths.digest(interpreter, *(file.read_bytes() for file in REQUIREMENTS))
    made_by, _, installed = STAMP.read_text().partition("\n") if STAMP.exists() else ("", "", "")
    same_python = made_by == paths.digest(interpreter)
    if same_python and installed == wanted and _works():
        return PYTHON
    with progress.step(f"Python packages (pinned in {REQUIREMENTS[0].parent.name}/{REQUIREMENTS[0].name})"):
        if not _works() or (made_by and not same_python):
            _create()
        _install()
        STAMP.write_text(f"{paths.digest(interpreter)}\n{wanted}")
    return PYTHON


def site_packages() -> Path:
    """Return the folder with the packages of the virtual environment."""
    return next((paths.VENV / "lib").glob("python3*/site-packages"))


def _works() -> bool:
    """Return whether the environment's Python starts and has pip (a system update can break either)."""
    if not PYTHON.exists():
        return False
    return subprocess.run([PYTHON, "-c", "import pip"], capture_output=True).returncode == 0


def _create() -> None:
    try:
        import ensurepip  # noqa: F401  Debian's Python comes without it, and then venv fails late
    except ImportError:
        version = f"{sys.version_info.major}.{sys.version_info.minor}"
        system_packages.apt_install(f"python{version}-venv", "a virtual environment")
    if paths.VENV.exists():
        shutil.rmtree(paths.VENV)
    progress.run(
        [sys.executable, "-m", "venv", paths.VENV],
        "venv",
        failure="The virtual environment could not be created.",
        hint=f"See whether this works: {sys.executable} -m venv a-folder-to-try",
    )


def _install() -> None:
    command: list[str | Path] = [PYTHON, "-m", "pip", "install", "--disable-pip-version-check", "--no-input"]
    for file in REQUIREMENTS:
        command += ["--requirement", file]
    progress.run(
        command,
        "pip",
        failure="The Python packages could not be installed.",
        hint="Check that pip reaches its package index (pip config list shows which), then run the command again.",
        # With the caller's PYTHONPATH, pip would regard the packages there as installed.
        env={name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "PYTHONHOME")},
        explain=lambda text: "\n".join(line for line in text.splitlines() if line.startswith("ERROR")),
    )
