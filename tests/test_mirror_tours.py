from urllib.parse import quote

from ..dev.stand_ins.remote_odoo.stand_in import DATABASE, LOGIN, PASSWORD
from .browser_common import BrowserCase
from .mirror_common import SAMPLE_COUNTS, MirrorCase


class TestMirrorTours(MirrorCase, BrowserCase):
    """A source of the mirror in the browser, with a remote that answers like Odoo 17."""

    def cookies(self):
        """Return the values that the tour enters."""
        remote = {
            "remote_url": self.remote.url,
            "remote_database": DATABASE,
            "remote_login": LOGIN,
            "remote_password": PASSWORD,
        }
        return {name: quote(value, safe="") for name, value in remote.items()}

    def test_a_source_is_set_up_tested_synchronized_and_looked_at(self):
        self.run_tour("action_odoo_sync_source", "odoo_sync_mirror", cookies=self.cookies())
        self.source = self.env["odoo.sync.source"].search([("code", "=", "tour")])
        self.assertEqual(self.source.status, "success")
        self.assertEqual(self.counts(self.source.run_ids), SAMPLE_COUNTS)

    def test_a_wrong_password_is_told_and_mended(self):
        self.source.secret = "forgotten"
        self.run_tour("action_odoo_sync_source", "odoo_sync_wrong_password", cookies=self.cookies())
        self.assertEqual(self.source.run_ids.mapped("status"), ["success", "login_failed"])
