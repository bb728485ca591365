"""Run all tests, including browser tours. PYTEST_ARGS are passed to pytest."""

import os
import shlex
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from dev import paths, ports, progress
from dev.failure import Failure
from dev.server import environment, odoo_program, templates
from dev.server.environment import Environment
from dev.setup import axe, chromium

NO_TESTS = 5  # pytest's exit code
TESTS = Path("tests")
PLAIN_TESTS = TESTS / "lib"
# These mostly wait for servers, schedulers and browsers. When all tests are run, they run in parallel to the others.
WAITING = (
    "test_accessibility.py",
    "test_*servers.py",
    "test_*tours.py",
    "test_api_server.py",
    "test_crashing_*.py",
    "test_every_screen.py",
    "test_interrupted_runs.py",
    "test_migration*.py",
    "test_mirror_equality.py",
    "test_progress.py",
)
# The other Odoo tests run in two lanes, which take about as long: waiting for PostgreSQL, each leaves time to the rest.
SECOND_HALF = ("test_[l-z]*.py",)


@dataclass(frozen=True)
class Outcome:
    """The result of one pytest run."""

    name: str
    exit_code: int
    report: Path
    """Path of pytest's JUnit report; the file is missing if pytest could not start."""


def run(arguments: list[str]) -> int:
    """Run the plain tests and the Odoo tests. Fail if a test failed or was skipped, or if no test was run.

    Paths in tests/ among the arguments choose the tests; all other arguments are passed to pytest.
    """
    given = [*arguments, *shlex.split(os.environ.get("PYTEST_ARGS", ""))]
    options = [argument for argument in given if not _is_test(argument)]
    chosen = [argument for argument in given if _is_test(argument)]
    plain = [test for test in chosen if _is_plain(test)]
    of_odoo = [test for test in chosen if not _is_plain(test)]
    if of_odoo or not chosen:
        chromium.ensure()
    if not chosen or any("test_accessibility" in test for test in of_odoo):
        axe.ensure()
    with environment.ready() as env:
        for left_over in env.databases.left_over("test_"):
            env.databases.drop(left_over)
        if not chosen:
            outcomes = _everything(env, options)
        else:
            outcomes = [_plain_tests(env, [*plain, *options])] if plain else []
            outcomes += [_odoo_tests(env, "Odoo", [*of_odoo, *options])] if of_odoo else []
    problems = _problems(outcomes)
    for problem in problems:
        print(f"make test: {problem}")
    return 1 if problems else 0


def _everything(env: Environment, options: list[str]) -> list[Outcome]:
    """Run all tests in three parallel lanes; the output of two of them is printed after each of their runs."""
    waiting = _matching(WAITING)
    second = [file for file in _matching(SECOND_HALF) if file not in waiting]
    others = [f"--ignore={paths.ADDON / file}" for file in (*waiting, *second)]

    def run_waiting() -> list[Outcome]:
        return [
            _plain_tests(env, [str(PLAIN_TESTS), *options], beside=True),
            _odoo_tests(env, "waiting", [*waiting, *options], beside=True),
        ]

    with ThreadPoolExecutor(2) as beside:
        of_waiting = beside.submit(run_waiting)
        of_second = beside.submit(_odoo_tests, env, "second", [*second, *options], beside=True)
        first = _odoo_tests(env, "Odoo", [str(TESTS), *others, *options])
        return [first, of_second.result(), *of_waiting.result()]


def _matching(patterns: tuple[str, ...]) -> list[str]:
    """Return the test files whose names match one of these patterns."""
    found = []
    for pattern in patterns:
        files = sorted((paths.CHECKOUT / TESTS).glob(pattern))
        if not files:
            raise Failure(f"No test file is called tests/{pattern}.", "Correct the patterns in dev/commands/test.py.")
        found += [str(TESTS / file.name) for file in files]
    return found


def _is_test(argument: str) -> bool:
    path = Path(argument.partition("::")[0])
    return path.parts[:1] == TESTS.parts and (paths.CHECKOUT / path).exists()


def _is_plain(test: str) -> bool:
    return Path(test.partition("::")[0]).is_relative_to(PLAIN_TESTS)


def _plain_tests(env: Environment, arguments: list[str], *, beside: bool = False) -> Outcome:
    """Run the tests of lib/, which need neither Odoo nor a database."""
    return _pytest(env, "plain", arguments, paths.CHECKOUT, dict(os.environ), beside)


def _odoo_tests(env: Environment, name: str, arguments: list[str], *, beside: bool = False) -> Outcome:
    """Run all other tests with pytest-odoo, with a separate database and port."""
    database = f"test_{os.getpid()}_{name.lower()}"
    try:
        with progress.step(f"Database {env.databases.name(database)}"):
            templates.copy_addon_template(env, database)
        config = odoo_program.write_config(env, database, http_port=ports.free())
        of_odoo = [f"--ignore={paths.ADDON / PLAIN_TESTS}", f"--odoo-config={config}", "--odoo-http"]
        # pytest-odoo takes the addon's name from the folder, so run it where the folder has that name.
        words = [*arguments, *of_odoo, f"--rootdir={paths.ADDON}"]
        return _pytest(env, name, words, paths.ADDON, odoo_program.environment(env), beside)
    finally:
        env.databases.drop(database)
        (paths.CONFIG / f"{env.databases.name(database)}.conf").unlink(missing_ok=True)


def _pytest(
    env: Environment, name: str, arguments: list[str], folder: Path, variables: dict[str, str], beside: bool
) -> Outcome:
    """Run pytest; if it runs ``beside`` another run, print its output when it is over."""
    paths.LOGS.mkdir(parents=True, exist_ok=True)
    report = paths.LOGS / f"pytest-{name.lower()}.xml"
    report.unlink(missing_ok=True)
    progress.say(f"==> pytest, {name} tests" + (", beside the others" if beside else ""))
    command = [env.python, "-m", "pytest", f"--junitxml={report}", *arguments]
    output = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT} if beside else {}
    finished = subprocess.run(command, cwd=folder, env=variables, stdin=subprocess.DEVNULL, **output)
    if beside:
        sys.stdout.buffer.write(b"\n" + finished.stdout)
        sys.stdout.flush()
    return Outcome(name, finished.returncode, report)


def _problems(outcomes: list[Outcome]) -> list[str]:
    """Return why the runs failed as a whole; empty if they succeeded."""
    problems = []
    total = 0
    for outcome in outcomes:
        tests = skipped = 0
        if outcome.report.exists():
            for suite in ElementTree.parse(outcome.report).getroot().iter("testsuite"):
                tests += int(suite.get("tests", 0))
                skipped += int(suite.get("skipped", 0))
        total += tests
        # With options such as -k, one of the two runs may have no tests (pytest's exit code 5).
        if outcome.exit_code not in (0, NO_TESTS) or (outcome.exit_code == 0 and not outcome.report.exists()):
            problems.append(f"the {outcome.name} tests failed (pytest's exit code {outcome.exit_code})")
        if skipped:
            problems.append(f"{skipped} {outcome.name} tests were skipped; a test that cannot run is a failure here")
    if not total:
        problems.append("no test was run")
    return problems
