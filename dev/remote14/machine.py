"""Debian bullseye with the packages odoo-14 and postgresql, in a folder of the checkout's state; needs root.

Nothing of the machine changes except that debootstrap is installed. Programs are started in it by `inside`.
"""

import os
import shutil
from pathlib import Path

from .. import paths, progress
from ..failure import Failure
from ..setup import debian_package, system_packages

FOLDER = paths.STATE / "remote14"
ROOT = FOLDER / "debian"
SUITE = "bullseye"
PACKAGES = ("odoo-14", "postgresql")
PROGRAMS = "/usr/lib/postgresql/13/bin"
# Folders inside, all of which belong to the user who runs the programs.
HOME = "/srv/remote14"
CLUSTER, DATA, SOCKETS = f"{HOME}/pg", f"{HOME}/data", f"{HOME}/run"
USER = "postgres"
ENVIRONMENT = {
    "HOME": HOME,
    "LANG": "C.UTF-8",
    "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    "DEBIAN_FRONTEND": "noninteractive",
}
# The namespace has a /proc, which Odoo reads, and ends with its program: nothing stays mounted.
# A change of the user makes the kernel forget that the program is to end with the process that started it.
_AS_USER = "setpriv --reuid=$1 --regid=$1 --init-groups --pdeathsig=TERM"
_ENTER = f'mount -t proc proc "$0/proc" && exec chroot "$0" {_AS_USER} "${{@:2}}"'


def inside(*words: str, user: str = USER, root: Path = ROOT) -> list[str]:
    """Return the command that runs a program in the folder. It becomes that program, so signals reach it."""
    return ["unshare", "--mount", "bash", "-c", _ENTER, str(root), user, *words]


def ensure() -> None:
    """Set up the folder, unless it is there. Raises Failure if the machine cannot do that."""
    if ROOT.exists():
        return
    if os.geteuid() != 0:
        raise Failure("Setting up a Debian in a folder needs root.", "Run this command as root.")
    if not shutil.which("debootstrap"):
        system_packages.apt_install("debootstrap", "a Debian with Odoo 14")
    unfinished = ROOT.with_suffix(".part")
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.parent.mkdir(parents=True, exist_ok=True)
    with progress.step(f"Debian {SUITE} in {ROOT} (once; some minutes, 2 GB)"):
        _bootstrap(unfinished)
        _install_packages(unfinished)
    unfinished.rename(ROOT)


def _bootstrap(root: Path) -> None:
    keyring = debian_package.KEYRING
    signed = [f"--keyring={keyring}"] if keyring.exists() else []
    progress.run(
        ["debootstrap", "--variant=minbase", *signed, SUITE, root, debian_package.archive_address()],
        "remote14-debootstrap",
        failure=f"Debian {SUITE} could not be set up.",
    )


def _install_packages(root: Path) -> None:
    policy = root / "usr/sbin/policy-rc.d"
    policy.write_text("#!/bin/sh\nexit 101\n")  # no package may start a service
    policy.chmod(0o755)
    shutil.copy("/etc/resolv.conf", root / "etc/resolv.conf")
    steps = {
        "remote14-update": ["apt-get", "update"],
        "remote14-install": ["apt-get", "install", "--yes", "--no-install-recommends", *PACKAGES],
        "remote14-clean": ["apt-get", "clean"],
        "remote14-folders": ["install", "--directory", f"--owner={USER}", "--mode=0700", HOME, SOCKETS, DATA],
    }
    for log, command in steps.items():
        progress.run(
            inside(*command, user="root", root=root),
            log,
            failure=f"{', '.join(PACKAGES)} could not be installed in Debian {SUITE}.",
            env=ENVIRONMENT,
        )
