"""Update the catalogs in i18n/ from the strings in the code, and report how many are left to translate."""

import os

from dev import paths
from dev.server import environment, odoo_program, templates


def run(arguments: list[str]) -> int:
    """Rewrite the template and merge it into every language. Return 0 even if some strings are not translated."""
    database = f"translations_{os.getpid()}"
    with environment.ready() as env:
        try:
            templates.copy_addon_template(env, database)
            script = paths.DEV / "scripts" / "update_translations.py"
            log = odoo_program.run_script(env, database, script, {"I18N": str(paths.CHECKOUT / "i18n")})
        finally:
            env.databases.drop(database)
            (paths.CONFIG / f"{env.databases.name(database)}.conf").unlink(missing_ok=True)
    print("\n".join(line for line in log.read_text().splitlines() if line.startswith("i18n/")))
    return 0
