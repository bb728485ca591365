"""Programs from npm."""

import shutil
from pathlib import Path

from .. import progress
from ..failure import Failure


def install(package: str, folder: Path, consequence: str) -> None:
    """Install a package into a folder. If that is impossible, say what follows; nothing else needs npm.

    :param package: name and version, such as ``rtlcss@4.3.0``
    :param consequence: a sentence
    """
    if not shutil.which("npm"):
        progress.say(f"npm is missing, which installs {package}. {consequence}")
        return
    folder.mkdir(parents=True, exist_ok=True)
    try:
        progress.run(
            ["npm", "install", "--prefix", folder, "--no-audit", "--no-fund", "--no-save", package],
            folder.name,
            failure=f"npm could not install {package}.",
        )
    except Failure as failure:
        progress.say(f"{failure}\n{consequence}")
