"""Mirror a real Odoo 14 during 1,000 random changes, and compare row by row. ARGS="--changes N --seed N"."""

import os
import subprocess

from dev import locks, paths, progress
from dev.remote14 import machine
from dev.server import environment, odoo_program, templates


def run(arguments: list[str]) -> int:
    """Return 0 if nothing differs, otherwise 1."""
    database = f"remote14_{os.getpid()}"
    with locks.exclusive("remote14", "another command that uses Odoo 14"), environment.ready() as env:
        machine.ensure()
        for left_over in env.databases.left_over("remote14_"):
            env.databases.drop(left_over)
        try:
            with progress.step(f"Database {env.databases.name(database)}"):
                templates.copy_addon_template(env, database)
            config = odoo_program.write_config(env, database)
            name = env.databases.name(database)
            command = [env.python, "-m", "dev.remote14.comparison", f"--database={name}", f"--config={config}"]
            finished = subprocess.run(
                [*command, *arguments],
                cwd=paths.CHECKOUT,
                env=odoo_program.environment(env),
                stdin=subprocess.DEVNULL,
            )
            return finished.returncode
        finally:
            env.databases.drop(database)
            (paths.CONFIG / f"{env.databases.name(database)}.conf").unlink(missing_ok=True)
