"""Set up everything that a command needs: Odoo, its Python, PostgreSQL, and databases to copy from."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from .. import locks, paths
from ..postgres import postgres
from ..postgres.databases import Databases
from ..postgres.postgres import Postgres
from ..setup import addon_links, odoo_source, python_env, rtlcss
from ..setup.odoo_source import OdooSource


@dataclass(frozen=True)
class Environment:
    """The environment of a command; it is valid within the context that created it."""

    odoo: OdooSource
    python: Path
    postgres: Postgres
    databases: Databases


def ensure_tools() -> tuple[OdooSource, Path]:
    """Set up Odoo, its Python, the addon's links and the programs that Odoo calls. Return Odoo and the Python."""
    paths.STATE.mkdir(parents=True, exist_ok=True)
    with locks.exclusive("setup", "another command that is setting up"):
        python = python_env.ensure()
        odoo = odoo_source.ensure()
        addon_links.ensure()
        rtlcss.ensure()
    return odoo, python


@contextmanager
def ready() -> Iterator[Environment]:
    """Set up what is missing, and provide it with PostgreSQL running within the context."""
    odoo, python = ensure_tools()
    with postgres.running() as server:
        yield Environment(odoo, python, server, Databases(server))
