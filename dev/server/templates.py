"""Template databases: copying one takes a second, while installing takes minutes.

``template_odoo`` has the modules that the addon depends on, with demo data; ``template_addon`` is a copy of it with
the addon installed. Each is stamped with a hash of its sources, and created again when they change.
"""

from .. import locks, paths, progress
from ..setup import addon_links
from . import odoo_program
from .environment import Environment

ODOO = "template_odoo"
ADDON = "template_addon"
DEPENDENCIES = "point_of_sale,stock_delivery"


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
