"""Remove everything the other commands set up: databases, Odoo, Python packages, logs. Stops PostgreSQL first."""

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
from dev.remote14 import machine
from dev.setup import axe, rtlcss

# Locks of commands that use something that is removed here.
IN_USE_BY = {
    "setup": "setting up",
    "templates": "making databases",
    "demo-database": "running",
    "faults": "at work",
    "odoo-tests": "testing Odoo",
    "remote14": "using Odoo 14",
}
# By name, because EOS_STATE_DIR may contain other files too. The locks come last, because they are held meanwhile.
PARTS = (
    paths.ADDONS,
    paths.APT,
    paths.CONFIG,
    paths.DATA,
    paths.LOGS,
    axe.FOLDER,
    rtlcss.FOLDER,
    paths.ODOO,
    cluster.FOLDER,
    machine.FOLDER,
    paths.POSTGRES,
    paths.POSTGRES.with_suffix(".part"),
    paths.VENV,
    paths.LOCKS,
)


def run(arguments: list[str]) -> int:
    """Remove everything, unless another command of this checkout is running.

    Outside the state folder, only this checkout's databases on the user's own PostgreSQL are removed.
    """
    if not any(part.exists() for part in PARTS):
        say("There is nothing to remove.")
        return 0
    with ExitStack() as stack:
        for name, doing in IN_USE_BY.items():
            if not stack.enter_context(locks.exclusive_if_free(name)):
                raise Failure(f"Another command of this checkout is {doing}.", "Stop it, or wait until it has ended.")
        with step("Databases"):
            stack.enter_context(_databases_gone())
        with step(f"Files in {paths.STATE}"):
            _remove_files()
    say("Everything has been removed, including the demo database. The next command sets it up again.")
    return 0


@contextmanager
def _databases_gone() -> Iterator[None]:
    """Drop the databases on the user's own server, or keep the embedded server stopped within the context.

    Raises Failure if they are in use.
    """
    if paths.VENV.exists():  # without it there has never been a database
        if postgres.is_outside():
            _drop_outside()
        cluster.Cluster(cluster.FOLDER / "pg").remove()  # left by a killed laboratory
    with embedded_postgres.kept_stopped():
        yield


def _remove_files() -> None:
    """Remove everything that was set up in the state folder, and the folder itself if it is then empty."""
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
            raise Failure(f"The database {used[0][0]} is in use.", "Stop the command that uses it.")
        for (name,) in server.sql(f"SELECT datname FROM pg_database WHERE starts_with(datname, '{prefix}')"):
            Databases(server).drop(name.removeprefix(prefix))
