"""Run tests of Odoo's own addons on a database in which everything is installed; a program for Odoo's Python.

    python run_odoo_tests.py CONFIG TAGS RESULTS

RESULTS receives one JSON object per finished test. If the file exists, its tests are not run again. All tests run with
every addon loaded, including those that Odoo runs while installing an addon, because we want to know how other addons
affect them. Tests that need a browser are left out.
"""

import inspect
import json
import re
import sys
import threading
import time
from pathlib import Path

import odoo.http
from odoo.modules import module
from odoo.modules.registry import Registry
from odoo.service import server
from odoo.tests import loader
from odoo.tests.result import OdooTestResult
from odoo.tests.suite import OdooSuite
from odoo.tools import config

POSITIONS = ("at_install", "post_install")
BROWSER = re.compile(r"tour|browser_js", re.IGNORECASE)


class Results(OdooTestResult):
    """Write the outcome of each test."""

    def __init__(self, file):
        super().__init__()
        self._file = file
        self._failed = {}
        self._skipped = False

    def startTest(self, test):
        self._failed.clear()
        self._skipped = False
        super().startTest(test)

    def stopTest(self, test):
        outcome = "failed" if self._failed else "skipped" if self._skipped else "passed"
        self.write(test=test.id(), outcome=outcome, seconds=round(time.time() - self.time_start, 2), **self._failed)
        super().stopTest(test)

    def addError(self, test, err):
        self._fail(test, err)
        super().addError(test, err)

    def addFailure(self, test, err):
        self._fail(test, err)
        super().addFailure(test, err)

    def addSkip(self, test, reason):
        self._skipped = True
        super().addSkip(test, reason)

    def write(self, **values):
        self._file.write(json.dumps(values) + "\n")
        self._file.flush()

    def _fail(self, test, err):
        if self._soft_fail:  # Odoo will retry the test
            return
        reason = f"{err[0].__name__}: {err[1]}"[:500]
        if hasattr(test, "failureException") and hasattr(test, "_testMethodName"):
            self._failed.setdefault("reason", reason)
        else:  # a whole class whose setup failed
            self.write(test=test.id(), outcome="failed", reason=reason)


def needs_browser(test):
    return bool(BROWSER.search(inspect.getsource(getattr(type(test), test._testMethodName))))


def main(config_file, tags, results):
    config.parse_config([f"--config={config_file}", f"--test-tags={tags}"], setup_logging=True)
    [database] = config["db_name"]
    threading.current_thread().dbname = database
    server.load_server_wide_modules()
    registry = Registry(database)
    server.server = server.ThreadedServer(odoo.http.root)
    server.server.http_spawn()
    path = Path(results)
    known = {json.loads(line).get("test") for line in path.read_text().splitlines()} if path.exists() else set()
    # Outcomes without a name are those of runs before this one.
    with path.open("a") as file:
        results = Results(file)
        suites = [loader.make_suite(sorted(registry._init_modules), position) for position in POSITIONS]
        tests = [test for suite in suites for test in suite if test.id() not in known and not needs_browser(test)]
        results.write(to_run=len(tests), known=len(known))
        module.current_test = True
        OdooSuite(tests)(results)
        module.current_test = False
        results.write(end=True)
    server.server.httpd.shutdown()


if __name__ == "__main__":
    main(*sys.argv[1:])
