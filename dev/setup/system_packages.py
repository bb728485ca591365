"""System packages: install them if allowed, otherwise show the command."""

import os
import shutil
from pathlib import Path

from .. import locks, progress
from ..failure import Failure

APT = Path("/var/lib/apt")
# Seconds to wait for another installation on this machine.
PATIENCE = 600


def apt_install(package: str, purpose: str) -> None:
    """Install a Debian package. Raises Failure with the command to run if the user may not install packages."""
    command = f"apt-get install --yes --no-install-recommends {package}"
    if not shutil.which("apt-get"):
        raise Failure(f"{package}, needed for {purpose}, is not installed.", "Install it with your package manager.")
    if os.geteuid() != 0:
        raise Failure(f"{package}, needed for {purpose}, is not installed.", f"Run: sudo {command}")
    env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    # Two checkouts may be set up at the same time; APT waits for the packages' lock only, not for that of the lists.
    with (
        progress.step(f"Installing {package} ({purpose})"),
        locks.exclusive_folder(APT, "another installation of packages"),
    ):
        progress.run(
            ["apt-get", "update"],
            "apt-update",
            failure="The package lists could not be read.",
            hint=f"Run: {command}",
            env=env,
        )
        progress.run(
            [*command.split(), "-o", f"DPkg::Lock::Timeout={PATIENCE}"],
            f"apt-install-{package}",
            failure=f"{package} could not be installed.",
            hint=f"Run: {command}",
            env=env,
        )
