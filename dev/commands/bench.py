"""Run the benchmarks, one JSON object per line. BENCH=name runs one, ARGS=--quick only counts SQL statements.

BENCH=large takes the number of orders in its larger database: ARGS="--rows 1000000". The databases are kept.
"""

import argparse
import os
import subprocess
from pathlib import Path

from dev import paths, progress
from dev.failure import Failure
from dev.server import environment, odoo_program, templates
from dev.server.environment import Environment

# Benchmark: module in dev/benchmarks/, additional arguments. `--quick` runs only those with a limit to check.
BENCHMARKS = {
    "import": ("order_import", ["--only=import"]),
    "import_at_closing": ("order_import", ["--only=import_at_closing"]),
    "import_full": ("order_import", ["--only=import_full"]),
    "import_placed": ("order_import", ["--only=import_placed"]),
    "repoll": ("repoll", []),
    "fetch_parse": ("fetch_parse", []),
    "large_feed": ("large_feed", []),
    "matching": ("matching", []),
    "stores": ("stores", []),
    "servers": ("servers", []),
    "workers": ("workers", []),
    "session_close": ("session_close", []),
    "large_session": ("large_session", []),
    "api": ("api", []),
    "large": ("large", []),
    "confirm": ("confirm", []),
    "push": ("push", []),
    "mirror_full": ("mirror", ["--only=mirror_full"]),
    "mirror_idle": ("mirror", ["--only=mirror_idle"]),
    "large_mirror": ("large_mirror", []),
}
# Numbers of orders in the larger database of `large` by default, and how many times fewer the smaller one has.
LARGE_ROWS, SMALLER = 100_000, 100
QUICK = ("import", "import_at_closing", "import_full", "import_placed", "repoll", "fetch_parse")


def run(arguments: list[str]) -> int:
    """Run all benchmarks, or the one named by BENCH. Return 1 if one failed."""
    chosen = os.environ.get("BENCH", "")
    if chosen and chosen not in BENCHMARKS:
        raise Failure(f"there is no benchmark {chosen}", f"Choose one of {', '.join(BENCHMARKS)}.")
    names = [chosen] if chosen else list(QUICK if "--quick" in arguments else BENCHMARKS)
    failed = []
    with environment.ready() as env:
        for left_over in env.databases.left_over("bench_"):
            env.databases.drop(left_over)
        for name in names:
            if _run_one(env, name, arguments):
                failed.append(name)
    for name in failed:
        progress.say(f"make bench: {name} failed")
    return 1 if failed else 0


def _run_one(env: Environment, name: str, arguments: list[str]) -> int:
    """Run one benchmark in a separate process and database."""
    if name == "large":
        return _run_large(env, arguments)
    module, more = BENCHMARKS[name]
    database = f"bench_{os.getpid()}"
    try:
        with progress.step(f"Database {env.databases.name(database)} for {name}"):
            templates.copy_addon_template(env, database)
        config = odoo_program.write_config(env, database)
        return _measure(env, module, database, config, *more, *arguments)
    finally:
        _drop(env, database)


def _run_large(env: Environment, arguments: list[str]) -> int:
    """Run the benchmark that compares a large database with a small one."""
    parser = argparse.ArgumentParser(add_help=False)
    parser.add_argument("--rows", type=int, default=LARGE_ROWS)
    options, others = parser.parse_known_args(arguments)
    small, large = f"bench_{os.getpid()}_small", f"bench_{os.getpid()}"
    try:
        templates.copy_large_template(env, max(options.rows // SMALLER, 1000), small)
        templates.copy_large_template(env, options.rows, large)
        configs = [odoo_program.write_config(env, database) for database in (small, large)]
        more = (f"--small={env.databases.name(small)}", f"--small-config={configs[0]}")
        return _measure(env, "large", large, configs[1], *more, *others)
    finally:
        for database in (small, large):
            _drop(env, database)


def _measure(env: Environment, module: str, database: str, config: Path, *arguments: str) -> int:
    """Run a module of the benchmarks on a database. Return its exit code."""
    command = [env.python, "-m", f"dev.benchmarks.{module}", f"--database={env.databases.name(database)}"]
    finished = subprocess.run(
        [*command, f"--config={config}", *arguments],
        cwd=paths.CHECKOUT,
        env=odoo_program.environment(env),
        stdin=subprocess.DEVNULL,
    )
    return finished.returncode


def _drop(env: Environment, database: str) -> None:
    env.databases.drop(database)
    (paths.CONFIG / f"{env.databases.name(database)}.conf").unlink(missing_ok=True)
