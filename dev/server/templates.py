"""Template databases: copying one takes a second, while installing takes minutes.

``template_odoo`` has the modules that the addon depends on, with demo data; ``template_addon`` is a copy of it with
the addon installed. Each is stamped with a hash of its sources, and created again when they change.
``template_large_<rows>`` is a copy of the latter filled for benchmarks; when only the addon's sources change, the addon
is updated in it.
"""

import subprocess

from .. import locks, paths, progress
from ..failure import Failure
from ..setup import addon_links
from . import odoo_program
from .environment import Environment

ODOO = "template_odoo"
ADDON = "template_addon"
DEPENDENCIES = "point_of_sale,stock_delivery"
# What decides how a large template is filled.
FILLED_BY = [
    paths.DEV / "benchmarks" / name for name in ("large_data.py", "large_customers.py", "cloning.py", "store.py")
]


def copy_addon_template(env: Environment, target: str) -> str:
    """Make the target database a fresh copy with the addon installed. Return its stamp."""
    with locks.exclusive("templates", "another command that makes the database templates"):
        stamp = _ensure_addon_template(env)
        env.databases.copy(ADDON, target)
    return stamp


def addon_stamp(env: Environment) -> str:
    """Return the stamp of a database made from the current sources."""
    return paths.digest(odoo_stamp(env), addon_links.sources_digest())


def copy_odoo_template(env: Environment, target: str) -> None:
    """Make the target database a fresh copy with the dependencies installed and without the addon."""
    with locks.exclusive("templates", "another command that makes the database templates"):
        _ensure_odoo_template(env)
        env.databases.copy(ODOO, target)


def copy_large_template(env: Environment, rows: int, target: str) -> None:
    """Make the target database a fresh copy of one with this many orders, see ``dev.benchmarks.large_data``."""
    # Another lock: filling one takes minutes, in which other commands can go on.
    with locks.exclusive("large_templates", "another command that fills a large database"):
        large = _ensure_large_template(env, rows)
        with progress.step(f"Database {env.databases.name(target)} with {rows:,} orders"):
            env.databases.copy(large, target)


def odoo_stamp(env: Environment) -> str:
    """Return the stamp of a database made with the current Odoo."""
    return paths.digest(env.odoo.version, str(env.odoo.python_path), DEPENDENCIES)


def _ensure_odoo_template(env: Environment) -> None:
    stamp = odoo_stamp(env)
    if env.databases.stamp(ODOO) == stamp:
        return
    with progress.step(f"Database template: Odoo with {DEPENDENCIES} and demo data (once; about two minutes)"):
        env.databases.drop(ODOO)
        odoo_program.install(env, ODOO, DEPENDENCIES)
        env.databases.set_stamp(ODOO, stamp)


def _ensure_addon_template(env: Environment) -> str:
    stamp = addon_stamp(env)
    if env.databases.stamp(ADDON) == stamp:
        return stamp
    _ensure_odoo_template(env)
    with progress.step(f"Database template: {paths.ADDON_NAME} installed (again whenever its sources change)"):
        env.databases.copy(ODOO, ADDON)
        odoo_program.install(env, ADDON, paths.ADDON_NAME)
        # The sources may have been edited meanwhile. The stamp was taken before, so such an edit renews the template.
        env.databases.set_stamp(ADDON, stamp)
    return stamp


def _ensure_large_template(env: Environment, rows: int) -> str:
    large = f"template_large_{rows}"
    filled = paths.digest(odoo_stamp(env), *(path.read_bytes() for path in FILLED_BY))
    stamp = f"{filled}/{addon_stamp(env)}"
    present = env.databases.stamp(large)
    if present == stamp:
        return large
    if present and present.startswith(f"{filled}/"):
        with progress.step(f"Database template: {paths.ADDON_NAME} updated in that of {rows:,} orders"):
            odoo_program.install(env, large, paths.ADDON_NAME, again=True)
    else:
        copy_addon_template(env, large)
        with progress.step(f"Database template: {rows:,} orders and transfers (once; minutes for each 100,000)"):
            _fill(env, large, rows)
    env.databases.set_stamp(large, stamp)
    return large


def _fill(env: Environment, database: str, rows: int) -> None:
    config = odoo_program.write_config(env, database)
    name = env.databases.name(database)
    command = [env.python, "-m", "dev.benchmarks.large_data", f"--database={name}", f"--config={config}"]
    finished = subprocess.run(
        [*command, f"--rows={rows}"], cwd=paths.CHECKOUT, env=odoo_program.environment(env), stdin=subprocess.DEVNULL
    )
    if finished.returncode:
        raise Failure("The large database could not be filled.")
