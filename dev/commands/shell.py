"""An Odoo shell on the demo database; a script on standard input is run in it."""

import subprocess

from dev.demo import database as demo_database
from dev.server import environment, odoo_program


def run(arguments: list[str]) -> int:
    """Open the shell; its exit code is ours. Changes last only if the script commits (``env.cr.commit()``)."""
    with environment.ready() as env:
        demo_database.ensure(env)
        config = odoo_program.write_config(env, demo_database.NAME, log_level="warn")
        command = odoo_program.command(env, "shell", config, "--no-http", *arguments)
        return subprocess.run(command, env=odoo_program.environment(env)).returncode
