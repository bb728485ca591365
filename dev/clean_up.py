"""Taking away what was set up: the databases of this checkout, and the files in its state folder."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from . import paths
from .failure import Failure
from .faults import cluster
from .postgres import embedded_postgres, postgres
from .postgres.databases import Databases
from .setup import rtlcss

FOLDER = paths.STATE
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


def is_there() -> bool:
    """Whether there is anything to remove."""
    return any(part.exists() for part in PARTS)


@contextmanager
def databases_gone() -> Iterator[None]:
    """Drop the databases on a server of the user's own, and keep ours stopped for the time of the context.

    Raises Failure if somebody uses them.
    """
    if paths.VENV.exists():  # without it there never was a database
        if postgres.is_outside():
            _drop_outside()
        cluster.Cluster(cluster.FOLDER / "pg").remove()  # what a laboratory that was killed has left
    with embedded_postgres.kept_stopped():
        yield


def remove_files() -> None:
    """Remove all that was set up in the state folder, and the folder if nothing else is in it."""
    for part in PARTS:
        if part.is_dir() and not part.is_symlink():
            shutil.rmtree(part)
        else:
            part.unlink(missing_ok=True)
    embedded_postgres.remove_socket_folder()
    if FOLDER.exists() and not os.listdir(FOLDER):
        FOLDER.rmdir()


def _drop_outside() -> None:
    with postgres.running() as server:
        prefix = server.database_prefix
        used = server.sql(f"SELECT DISTINCT datname FROM pg_stat_activity WHERE starts_with(datname, '{prefix}')")
        if used:
            raise Failure(f"Somebody uses the database {used[0][0]}.", "End the command that does.")
        for (name,) in server.sql(f"SELECT datname FROM pg_database WHERE starts_with(datname, '{prefix}')"):
            Databases(server).drop(name.removeprefix(prefix))
