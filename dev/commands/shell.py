"""Open an Odoo shell on the demo database, or run a script from standard input in it."""

import subprocess

from dev.demo import database as demo_database
from dev.server import environment, odoo_program


def run(arguments: list[str]) -> int:
    """Open the shell and return its exit code. Changes are kept only if the script commits (``env.cr.commit()``)."""
    with environment.ready() as env:
        demo_database.ensure(env)
        config = odoo_program.write_config(env, demo_database.NAME, log_level="warn")
        command = odoo_program.command(env, "shell", config, "--no-http", *arguments)
        return subprocess.run(command, env=odoo_program.environment(env)).returncode
