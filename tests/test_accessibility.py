import base64

from odoo.tests import tagged

from ..dev.setup import axe
from .browser_common import BrowserCase
from .screen_common import ScreenCase


@tagged("post_install", "-at_install")
class TestAccessibility(ScreenCase, BrowserCase):
    """axe-core finds nothing serious in the addon's views, apart from what Odoo's own widgets violate everywhere."""

    def test_no_screen_keeps_people_out(self):
        self.assertTrue(axe.SCRIPT.exists(), f"npm did not install {axe.PACKAGE}; `make test` says why.")
        self.fill_every_screen()
        script = {
            "name": "axe.js",
            "url": "/external_order_sync/axe.js",
            "mimetype": "text/javascript",
            "public": True,
            "datas": base64.b64encode(axe.SCRIPT.read_bytes()),
        }
        self.env["ir.attachment"].create(script)
        self.browser_size = "1440x900"
        self.run_tour("action_external_order_sync", "external_order_accessibility")
