"""The system user that runs the embedded PostgreSQL.

An ordinary user runs it directly. PostgreSQL refuses to run as root, so for root it runs as a separate user, who must
be able to reach the programs and the data.
"""

import os
import pwd
import shutil
import stat
import subprocess
from pathlib import Path
from typing import Any

from ..failure import Failure
from ..progress import say

NAME = "pgserver"


def identity(folder: Path) -> dict[str, Any]:
    """Return the arguments with which subprocess runs a program as the owner of the folder; none if that is us."""
    if os.geteuid() != 0:
        return {}
    owner = folder.stat()
    return {"user": owner.st_uid, "group": owner.st_gid, "extra_groups": []}


def give(folder: Path) -> None:
    """Give root's folder to the PostgreSQL user; for an ordinary user nothing is needed."""
    if os.geteuid() == 0 and folder.stat().st_uid == 0 and not folder.is_symlink():
        user = _user()
        os.chown(folder, user.pw_uid, user.pw_gid)


def open_the_way(data: Path, programs: Path) -> None:
    """Let the other user enter the folders above the data and the programs, and read the programs."""
    for folder in sorted({*data.parents, *programs.parents}):
        mode = stat.S_IMODE(folder.stat().st_mode) if folder.exists() else 0o777
        if not mode & stat.S_IXOTH:
            say(f"    {folder}: access for other users (chmod o+x), because PostgreSQL does not run as root")
            folder.chmod(mode | stat.S_IXOTH)
    if not (programs / "postgres").stat().st_mode & stat.S_IROTH:
        subprocess.run(["chmod", "-R", "a+rX", programs.parent], check=True)


def _user() -> pwd.struct_passwd:
    try:
        return pwd.getpwnam(NAME)
    except KeyError:
        pass
    command = ["useradd", "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", NAME]
    answer = subprocess.run(command, capture_output=True, text=True) if shutil.which(command[0]) else None
    if answer is None or answer.returncode:
        raise Failure(
            f"PostgreSQL does not run as root, and no user could be created for it.\n{answer.stderr if answer else ''}",
            f"Run as an ordinary user, or create the user: {' '.join(command)}",
        )
    return pwd.getpwnam(NAME)
