import resource
import unittest
from contextlib import contextmanager
from unittest.mock import patch

from odoo.tests import HttpCase, common, tagged

# Everything may take this many times longer than Odoo allows, because a CI machine may be that slow.
SLOWNESS = 15
# Odoo waits this many tenths of a second for a browser that it has started: three minutes.
START_ITERATIONS = 1800
STARTS = 3


@tagged("post_install", "-at_install")
class BrowserCase(HttpCase):
    """A real browser, with enough time for a slow machine. A tour fails on any error in the browser's console.

    Odoo skips a test if the browser does not start within ten seconds, and the first start after the installation takes
    longer. Here the browser has more time, and if it does not start, the test fails.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.enterClassContext(patch.object(common, "CHECK_BROWSER_ITERATIONS", START_ITERATIONS))
        cls.enterClassContext(patch.object(common, "ChromeBrowser", PatientBrowser))

    def run_tour(self, action, tour, user=None, **options):
        """Run a tour that starts at a window action of the addon, as a user (by default the administrator)."""
        user = user or self.env.ref("base.user_admin")
        user.write({"company_id": self.env.company.id, "company_ids": [(4, self.env.company.id)]})
        self.start_tour(f"/odoo/action-external_order_sync.{action}", tour, login=user.login, **options)


class PatientBrowser(common.ChromeBrowser):
    """Odoo's own browser, with more time for each answer, and a failure where Odoo would skip the test."""

    def __init__(self, *args, **kwargs):
        for start in range(STARTS):
            try:
                super().__init__(*args, **kwargs)
                return
            except unittest.SkipTest as error:
                if start == STARTS - 1:
                    raise AssertionError(f"The browser could not be started {STARTS} times: {error}") from error

    @property
    def throttling_factor(self):
        """The factor by which Odoo multiplies its time limits."""
        return self._throttling_factor * SLOWNESS

    @throttling_factor.setter
    def throttling_factor(self, factor):
        self._throttling_factor = factor


@contextmanager
def unlimited_memory():
    """Lift the memory limit of Odoo's process within the block, because browsers reserve more address space."""
    limit, highest = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (highest, highest))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, (limit, highest))
