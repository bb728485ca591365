"""Remove what the other commands have set up: databases, Odoo, Python packages, logs; PostgreSQL is stopped first."""

import os
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from dev import locks, paths
from dev.failure import Failure
from dev.faults import cluster
from dev.postgres import embedded_postgres, postgres
from dev.postgres.databases import Databases
from dev.progress import say, step
from dev.setup import rtlcss

# What commands hold while they work on something that is removed here.
IN_USE_BY = {
    "setup": "setting up",
    "templates": "making databases",
    "demo-database": "running",
    "faults": "at work",
    "odoo-tests": "testing Odoo",
}
# By name: EOS_STATE_DIR may be a folder that has other things, too. The locks come last, as they are held meanwhile.
PARTS = (
    paths.ADDONS,
    paths.APT,
    paths.CONFIG,
    paths.DATA,
    paths.LOGS,
    rtlcss.FOLDER,
    paths.ODOO,
    cluster.FOLDER,
    paths.POSTGRES,
    paths.POSTGRES.with_suffix(".part"),
    paths.VENV,
    paths.LOCKS,
)


def run(arguments: list[str]) -> int:
    """Remove it, unless another command of this checkout is at work. Nothing outside the state folder is touched, but
    the databases of this checkout on a PostgreSQL of one's own."""
    if not any(part.exists() for part in PARTS):
        say("There is nothing to remove.")
        return 0
    with ExitStack() as stack:
        for name, doing in IN_USE_BY.items():
            if not stack.enter_context(locks.exclusive_if_free(name)):
                raise Failure(f"Another command of this checkout is {doing}.", "End it, or wait for its end.")
        with step("Databases"):
            stack.enter_context(_databases_gone())
        with step(f"Files in {paths.STATE}"):
            _remove_files()
    say("All that was set up is removed, the demo database with it. The next command sets up anew.")
    return 0


@contextmanager
def _databases_gone() -> Iterator[None]:
    """Drop the databases on a server of the user's own, and keep ours stopped for the time of the context.

    Raises Failure if somebody uses them.
    """
    if paths.VENV.exists():  # without it there never was a database
        if postgres.is_outside():
            _drop_outside()
        cluster.Cluster(cluster.FOLDER / "pg").remove()  # what a laboratory that was killed has left
    with embedded_postgres.kept_stopped():
        yield


def _remove_files() -> None:
    """Remove all that was set up in the state folder, and the folder if nothing else is in it."""
    for part in PARTS:
        if part.is_dir() and not part.is_symlink():
            shutil.rmtree(part)
        else:
            part.unlink(missing_ok=True)
    embedded_postgres.remove_socket_folder()
    if paths.STATE.exists() and not os.listdir(paths.STATE):
        paths.STATE.rmdir()


def _drop_outside() -> None:
    with postgres.running() as server:
        prefix = server.database_prefix
        used = server.sql(f"SELECT DISTINCT datname FROM pg_stat_activity WHERE starts_with(datname, '{prefix}')")
        if used:
            raise Failure(f"Somebody uses the database {used[0][0]}.", "End the command that does.")
        for (name,) in server.sql(f"SELECT datname FROM pg_database WHERE starts_with(datname, '{prefix}')"):
            Databases(server).drop(name.removeprefix(prefix))
