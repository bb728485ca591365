import shutil

from odoo.tests import new_test_user, tagged

from .browser_common import BrowserCase
from .screen_common import ScreenCase

START = "action_external_order_sync"


@tagged("post_install", "-at_install")
class TestEveryScreen(ScreenCase, BrowserCase):
    """Every menu, action, view and smart button of the addon in the database opens in the browser."""

    def setUp(self):
        super().setUp()
        self.fill_every_screen()
        self.served = set()
        base = self.registry["base"]
        get_view = base.get_view

        def get_view_and_remember(model, *args, **kwargs):
            view = get_view(model, *args, **kwargs)
            self.served.add(view["id"])
            return view

        self.patch(base, "get_view", get_view_and_remember)

    def check_all_served(self):
        """Fail unless the browser requested every view."""
        views = self.records("ir.ui.view").filtered(lambda view: view.type != "qweb")
        missing = views.filtered(lambda view: view.id not in self.served)
        self.assertFalse(missing.mapped("xml_id"), "Views that no screen opened")

    def test_everything_has_something_to_show(self):
        for action in self.records("ir.actions.act_window"):
            self.assertTrue(self.env[action.res_model].search_count([], limit=1), f"{action.res_model} shows no record")

    def test_at_a_desk(self):
        # Wide enough for all smart buttons in one row.
        self.browser_size = "1920x1080"
        self.run_tour(START, "external_order_every_screen")
        self.check_all_served()

    def test_on_a_phone(self):
        self.browser_size, self.touch_enabled = "375x667", True
        self.run_tour(START, "external_order_every_screen_on_a_phone")
        self.check_all_served()

    def test_right_to_left(self):
        self.env["res.lang"]._activate_lang("ar_001")
        groups = "external_order_sync.group_manager,stock.group_stock_user,base.group_system"
        user = new_test_user(self.env, "reader", groups=groups, lang="ar_001")
        direction = "rtl" if shutil.which("rtlcss") else "ltr"
        cookies = {"expected_direction": direction}
        self.run_tour(START, "external_order_every_screen_right_to_left", user, cookies=cookies)
