"""Run Odoo's own tests with and without the addon, and list those that fail only with it. ARGS=--only=TAGS for some."""

import argparse
import json
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from dev import child_process, locks, paths, ports, progress
from dev.failure import Failure
from dev.server import environment, odoo_program, templates
from dev.server.environment import Environment

# In addition to the addon's dependencies: modules that extend the same orders and transfers.
MORE_MODULES = "pos_sale,sale_management"
TESTED = (
    "point_of_sale",
    "stock",
    "stock_account",
    "stock_delivery",
    "delivery",
    "pos_sale",
    "sale_stock",
    "pos_online_payment",
)
# The addon draws the numbers of orders and transfers in batches.
SEQUENCE_TESTS = ("Standard", "NoGap", "ChangeImplementation", "Generate", "Init")
TAGS = ",".join((*(f"/{name}" for name in TESTED), *(f"/base:TestIrSequence{name}" for name in SEQUENCE_TESTS)))
WITHOUT, WITH = "odoo_tests_without", "odoo_tests_with"
SIGN_OF_LIFE = 30.0  # seconds


@dataclass(frozen=True)
class Run:
    """The tests on one database, in a separate process."""

    name: str
    results: Path
    log: Path
    process: subprocess.Popen

    def outcomes(self) -> dict[str, dict[str, str]]:
        """Return the outcome of each test so far, by its name."""
        lines = [json.loads(line) for line in self.results.read_text().splitlines()] if self.results.exists() else []
        return {line["test"]: line for line in lines if "test" in line}

    def failed(self) -> set[str]:
        """Return the names of the tests, and of the classes that could not be set up, that failed so far."""
        return {test for test, outcome in self.outcomes().items() if outcome["outcome"] == "failed"}

    def is_complete(self) -> bool:
        """Return whether the last run was completed."""
        return self.process.poll() == 0 and '"end"' in self.results.read_text().splitlines()[-1]


def run(arguments: list[str]) -> int:
    """Run the tests on both databases side by side; return 1 if one fails only with the addon.

    ``--only=TAGS`` chooses tests by Odoo's tags instead of all; ``--resume`` continues the last run.
    """
    parser = argparse.ArgumentParser(prog="make test-odoo", description=__doc__)
    parser.add_argument("--only", default=TAGS, metavar="TAGS", help="such as /point_of_sale or /stock:TestStockFlow")
    parser.add_argument("--resume", action="store_true", help="continue where the last run stopped")
    options = parser.parse_args(arguments)
    with environment.ready() as env, locks.exclusive_if_free("odoo-tests") as ours:
        if not ours:
            raise Failure("make test-odoo is already running in this checkout.", "Wait until it has finished.")
        _ensure_databases(env)
        runs = []
        try:
            for name in (WITHOUT, WITH):
                runs.append(_start(env, name, options.only, options.resume))
            _watch(runs)
        finally:
            for one in runs:
                child_process.stop(one.process)
    return _report(*runs)


def _ensure_databases(env: Environment) -> None:
    """Create both databases, unless they exist and match the current sources."""
    stamps = {
        WITHOUT: paths.digest(templates.odoo_stamp(env), MORE_MODULES),
        WITH: paths.digest(templates.addon_stamp(env), MORE_MODULES),
    }
    if env.databases.stamp(WITHOUT) != stamps[WITHOUT]:
        with progress.step(f"Database {env.databases.name(WITHOUT)}, with {MORE_MODULES} and demo data"):
            templates.copy_odoo_template(env, WITHOUT)
            odoo_program.install(env, WITHOUT, MORE_MODULES)
            env.databases.set_stamp(WITHOUT, stamps[WITHOUT])
    if env.databases.stamp(WITH) != stamps[WITH]:
        with progress.step(f"Database {env.databases.name(WITH)}, with the addon too"):
            env.databases.copy(WITHOUT, WITH)
            odoo_program.install(env, WITH, paths.ADDON_NAME)
            env.databases.set_stamp(WITH, stamps[WITH])


def _start(env: Environment, name: str, tags: str, resume: bool) -> Run:
    paths.LOGS.mkdir(parents=True, exist_ok=True)
    results, log = paths.LOGS / f"{name}.jsonl", paths.LOGS / f"{name}.log"
    if not resume:
        results.unlink(missing_ok=True)
    config = odoo_program.write_config(env, name, http_port=ports.free())
    script = paths.DEV / "scripts" / "run_odoo_tests.py"
    with log.open("wb") as output:
        command = [env.python, script, config, tags, results]
        process = child_process.start(command, output, odoo_program.environment(env))
    progress.say(f"==> Odoo's tests on {env.databases.name(name)}; log: {log}")
    return Run(name, results, log, process)


def _watch(runs: list[Run]) -> None:
    """Wait for the runs, and print their progress from time to time."""
    start = said = time.monotonic()
    while any(one.process.poll() is None for one in runs):
        time.sleep(0.5)
        if time.monotonic() - said >= SIGN_OF_LIFE:
            said = time.monotonic()
            counts = ", ".join(f"{one.name}: {len(one.outcomes())} run, {len(one.failed())} failed" for one in runs)
            progress.say(f"    {said - start:4.0f} s  {counts}")
    for one in runs:
        if not one.is_complete():
            raise Failure(
                f"The tests on {one.name} ended early; its log is {one.log}.\n{progress.tail(one.log)}",
                "Then continue with: make test-odoo ARGS=--resume",
            )


def _report(without: Run, with_addon: Run) -> int:
    outcomes = with_addon.outcomes()
    only_with = sorted(with_addon.failed() - without.failed())
    only_without = sorted(without.failed() - with_addon.failed())
    # A test that exists on one database only cannot be compared.
    uneven = sorted((set(outcomes) ^ set(without.outcomes())) - with_addon.failed() - without.failed())
    for title, tests in (
        ("Fail with the addon and without", sorted(with_addon.failed() & without.failed())),
        ("Fail only without the addon", only_without),
        ("Run on one database only", uneven),
        ("Fail only with the addon", only_with),
    ):
        if tests:
            print(f"{title}:")
        for test in tests:
            reason = outcomes.get(test, {}).get("reason", "").splitlines()
            print(f"  {test.removeprefix('odoo.addons.')}" + (f"\n      {reason[0]}" if reason else ""))
    passed = sum(outcome["outcome"] == "passed" for outcome in outcomes.values())
    print(
        f"test-odoo: {len(outcomes)} tests, {passed} passed with the addon, "
        f"{len(with_addon.failed() & without.failed())} fail with and without, {len(only_with)} only with it"
    )
    if not outcomes:
        print("test-odoo: no test was run")
    return 1 if only_with or not outcomes else 0
