import resource
import unittest
from contextlib import contextmanager
from unittest.mock import patch

from odoo.tests import HttpCase, common, tagged

# How many times longer than Odoo allows for it everything may take: a machine of CI may be that slow.
SLOWNESS = 15
# So many tenths of a second Odoo waits for a browser that it has started: three minutes.
START_ITERATIONS = 1800
STARTS = 3


@tagged("post_install", "-at_install")
class BrowserCase(HttpCase):
    """A real browser, with time enough for a slow machine. A tour fails on any error in the browser's console.

    Odoo skips a test whose browser is not there within ten seconds, which a browser is not when it is started for the
    first time after its installation. Here it has its time, and none in the end is a failure.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.enterClassContext(patch.object(common, "CHECK_BROWSER_ITERATIONS", START_ITERATIONS))
        cls.enterClassContext(patch.object(common, "ChromeBrowser", PatientBrowser))

    def run_tour(self, action, tour, user=None, **options):
        """Run a tour that begins at a window action of the addon, as a user (the administrator if none is given)."""
        user = user or self.env.ref("base.user_admin")
        user.write({"company_id": self.env.company.id, "company_ids": [(4, self.env.company.id)]})
        self.start_tour(f"/odoo/action-external_order_sync.{action}", tour, login=user.login, **options)


class PatientBrowser(common.ChromeBrowser):
    """Odoo's own, with more time for each answer, and a failure where that one has the test skipped."""

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
        """What Odoo multiplies each of its time limits by."""
        return self._throttling_factor * SLOWNESS

    @throttling_factor.setter
    def throttling_factor(self, factor):
        self._throttling_factor = factor


@contextmanager
def unlimited_memory():
    """Lift Odoo's limit for its own process within the block: browsers reserve more address space than that."""
    limit, highest = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (highest, highest))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, (limit, highest))
