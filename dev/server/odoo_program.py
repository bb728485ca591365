"""How Odoo is started: its configuration file, its environment, its one-off runs."""

import os
from collections.abc import Mapping
from pathlib import Path

from .. import paths, progress
from ..setup import rtlcss
from .environment import Environment

# Variables that the addon itself reads; every other ODOO_ variable would override the configuration file.
OURS = ("ODOO_URL", "ODOO_DB", "ODOO_USER", "ODOO_PASSWORD", "ODOO_SYNC_INTERVAL")


def write_config(env: Environment, database: str, **options: str | int | bool) -> Path:
    """Write the configuration file of the database (its short name) and return its path; options are Odoo's own."""
    name = env.databases.name(database)
    values = {
        "addons_path": ",".join(str(path) for path in (*env.odoo.addons_paths, paths.ADDONS)),
        "data_dir": paths.DATA,
        "db_name": name,
        "dbfilter": f"^{name}$",
        "list_db": False,
        "http_interface": "127.0.0.1",
        "max_cron_threads": 0,
        "workers": 0,
        **options,
    }
    paths.CONFIG.mkdir(parents=True, exist_ok=True)
    config = paths.CONFIG / f"{name}.conf"
    lines = "".join(f"{key} = {str(value).replace('%', '%%')}\n" for key, value in values.items())
    config.write_text(f"[options]\n{lines}")
    return config


def environment(env: Environment, extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return Odoo's environment: the caller's, without variables that would change Odoo's configuration."""
    kept = {
        name: value
        for name, value in env.postgres.environment.items()
        if name in OURS or not name.startswith(("ODOO_", "OPENERP_", "PYTHON", "PGDATABASE"))
    }
    programs = (str(env.python.parent), str(env.postgres.programs), *rtlcss.search_path(), kept.get("PATH", os.defpath))
    return {
        **kept,
        "PATH": os.pathsep.join(programs),
        "PYTHONPATH": str(env.odoo.python_path),
        "PYTHONUNBUFFERED": "1",
        **(extra or {}),
    }


def command(env: Environment, subcommand: str, config: Path, *arguments: str) -> list[str]:
    """Return the words that start one of Odoo's subcommands with a configuration file."""
    return [str(env.python), *env.odoo.program, subcommand, f"--config={config}", *arguments]


def install(env: Environment, database: str, modules: str, *, again: bool = False) -> None:
    """Install modules (comma-separated) with demo data, or update installed ones; create a missing database."""
    config = write_config(env, database)
    arguments = [f"--{'update' if again else 'init'}={modules}", "--with-demo", "--stop-after-init", "--no-http"]
    progress.run(
        command(env, "server", config, *arguments),
        f"odoo-install-{database}",
        failure=f"Odoo could not install {modules}.",
        env=environment(env),
        explain=trouble,
    )


def run_script(env: Environment, database: str, script: Path, variables: Mapping[str, str]) -> Path:
    """Run a script in an Odoo shell on the database; it takes its arguments from environment variables.

    :return: the log with what it printed
    """
    config = write_config(env, database)
    return progress.run(
        command(env, "shell", config, "--no-http", "--log-level=warn"),
        f"odoo-script-{script.stem}",
        failure=f"The script {script.name} failed.",
        env=environment(env, variables),
        stdin=script,
    )


def trouble(log: str) -> str:
    """Return the part of an Odoo log that shows what went wrong: everything from the first error or traceback on."""
    lines = log.splitlines()
    for number, line in enumerate(lines):
        if " ERROR " in line or " CRITICAL " in line or line.startswith("Traceback"):
            return "\n".join(lines[number : number + 60])
    return ""
