"""Odoo's Debian package, downloaded and unpacked without installing it or touching the machine's package lists."""

import os
import shutil
import subprocess
from pathlib import Path

from .. import paths, progress
from ..failure import Failure
from . import debian_gaps

# The package exists only in sid. Installing it would pull in sid's Python, so it is unpacked instead.
SUITE = "sid"
KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
PACKAGES = (
    "odoo-19",
    # The package's web assets are symbolic links into these.
    "libjs-jquery",
    "libjs-jquery-form",
    "libjs-underscore",
    "fonts-font-awesome",
    "fonts-roboto-unhinted",
    "fonts-montserrat",
    "fonts-inconsolata",
    "fonts-ocr-b",
)


def unpack(target: Path) -> None:
    """Download the packages and unpack them into the folder. Raises Failure if that is not possible."""
    for tool in ("apt-get", "dpkg-deb"):
        if not shutil.which(tool):
            raise Failure(f"{tool} is not installed (not a Debian machine).")
    options = _private_apt(archive_address())
    progress.run(
        ["apt-get", *options, "update"],
        "odoo-apt-update",
        failure=f"Debian's package list of {SUITE} could not be downloaded.",
    )
    progress.run(
        ["apt-get", *options, "download", *PACKAGES],
        "odoo-apt-download",
        failure="The packages could not be downloaded.",
        cwd=paths.APT,
    )
    archives = sorted(paths.APT.glob("*.deb"))
    for archive in archives:
        progress.run(
            ["dpkg-deb", "--extract", archive, target], "odoo-unpack", failure=f"{archive.name} could not be unpacked."
        )
    debian_gaps.fill(target)
    for archive in archives:
        archive.unlink()


def archive_address() -> str:
    """Return the address of the Debian archive that the machine uses."""
    answer = subprocess.run(
        ["apt-get", "indextargets", "--format", "$(REPO_URI) $(CODENAME)", "Created-By: Packages"],
        capture_output=True,
        text=True,
    )
    for line in answer.stdout.splitlines():
        uri, codename = line.split()
        if "debian" in uri and not codename.endswith(("-security", "-updates", "-backports")):
            return uri
    raise Failure("apt is not set up with a Debian archive.")


def _private_apt(archive: str) -> list[str]:
    """Return the options that make apt-get use our own source, lists and cache."""
    shutil.rmtree(paths.APT, ignore_errors=True)
    for folder in ("lists/partial", "cache/archives/partial"):
        (paths.APT / folder).mkdir(parents=True)
    signed_by = f"[signed-by={KEYRING}] " if KEYRING.exists() else ""
    sources = paths.APT / "sources.list"
    sources.write_text(f"deb {signed_by}{archive} {SUITE} main\n")
    options = {
        "Dir::Etc::sourcelist": sources,
        "Dir::Etc::sourceparts": "-",
        "Dir::State::lists": paths.APT / "lists",
        "Dir::Cache": paths.APT / "cache",
        "Acquire::Languages": "none",
    }
    if os.geteuid() == 0:
        # By default apt downloads as the user _apt, who may have no access to the checkout.
        options["APT::Sandbox::User"] = "root"
    return [word for name, value in options.items() for word in ("-o", f"{name}={value}")]
