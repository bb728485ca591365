import re

from odoo.tests import common
from playwright.sync_api import sync_playwright

from ..dev.setup.chromium import SWITCHES
from ..dev.stand_ins.shop import ShopServer
from .browser_common import unlimited_memory
from .shipment_server import LOGIN, PATIENCE, ShipmentServerCase

API_KEY = "progress-test-key"
ORDERS, PER_PAGE, PAGE_SECONDS = 30, 5, 1.5
# An open page shows within 15 seconds that the scheduler is working; this is longer, for all pages together.
SCHEDULED_PAGE_SECONDS = 4
# The texts that the widget showed, each once, collected in the page itself so that none is missed.
GATHER = """() => {
    window.neverReloaded = true;
    window.shown = [];
    new MutationObserver(() => {
        const text = document.querySelector(".o_external_order_progress")?.textContent.replace(/\\s+/g, " ").trim();
        if (text && text !== window.shown.at(-1)) {
            window.shown.push(text);
        }
    }).observe(document.body, { childList: true, characterData: true, subtree: true });
}"""


class TestProgress(ShipmentServerCase):
    """The progress of a running synchronization, on a form that stays open.

    In a test, Odoo answers one request at a time; only a real server can answer while it synchronizes.
    """

    @classmethod
    def prepare_data(cls):
        cls.shop = cls.enterClassContext(ShopServer(orders=0, api_key=API_KEY, per_page=PER_PAGE))
        [pos_config] = cls.client.call("pos.config", "search", [("company_id", "=", 1)], limit=1)
        values = {
            "name": "Slow Shop",
            "external_api_url": cls.shop.url,
            "external_api_key": API_KEY,
            "pos_config_id": pos_config,
        }
        cls.sync = cls.client.call("external.order.sync", "create", values)
        # The scheduler starts when the test wakes it, and not before.
        domain = [("module", "=", "external_order_sync"), ("name", "=", "ir_cron_sync_external_orders")]
        [cron] = cls.client.call("ir.model.data", "search_read", domain, ["res_id"])
        cls.client.call("ir.cron", "write", [cron["res_id"]], {"active": True, "nextcall": "2099-01-01 00:00:00"})

    def setUp(self):
        super().setUp()
        self.shop.clear()
        self.shop.add_orders(ORDERS)
        self.addCleanup(self.shop.faults.clear)
        self.enterContext(unlimited_memory())
        playwright = self.enterContext(sync_playwright())
        browser = playwright.chromium.launch(
            executable_path=common._find_executable(), args=SWITCHES, timeout=PATIENCE * 1000
        )
        self.addCleanup(browser.close)
        self.page = browser.new_page()
        self.page.set_default_timeout(PATIENCE * 1000)
        self.errors = []
        self.page.on("console", lambda message: message.type == "error" and self.errors.append(message.text))
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.sign_browser_in()

    def sign_browser_in(self):
        self.page.goto(f"{self.url}/web/login")
        self.page.fill("input[name=login]", LOGIN)
        self.page.fill("input[name=password]", LOGIN)
        self.page.click("button[type=submit]")
        self.page.wait_for_selector(".o_main_navbar")

    def fetched(self):
        """Return the numbers of fetched orders that the form showed, in order."""
        return [int(re.search(r"Fetched: (\d+)", text)[1]) for text in self.page.evaluate("window.shown")]

    def open_form(self):
        self.page.goto(f"{self.url}/odoo/action-external_order_sync.action_external_order_sync/{self.sync}")
        self.page.wait_for_selector(".o_form_view [name=action_sync_now] >> visible=true")
        self.page.evaluate(GATHER)

    def check_progress_moved(self):
        self.page.wait_for_selector(".o_external_order_progress", state="detached")
        fetched = self.fetched()
        self.assertGreater(len(set(fetched)), 2, fetched)
        self.assertEqual(fetched, sorted(fetched))
        self.assertTrue(self.page.evaluate("window.neverReloaded"))
        # The form has the new figures without a reload.
        [figures] = self.client.call("external.order.sync", "read", [self.sync], ["imported_count"])
        self.assertGreaterEqual(figures["imported_count"], ORDERS)
        self.page.wait_for_selector(
            f".oe_stat_button[name=action_open_imported]:has-text('{figures['imported_count']}')"
        )
        self.assertEqual(self.errors, [])

    def test_progress_moves_without_reloading(self):
        self.shop.faults.add("delay", seconds=PAGE_SECONDS, times=None)
        self.open_form()
        self.page.click("button[name=action_sync_now] >> visible=true")
        self.page.wait_for_selector(".o_external_order_notification")
        self.check_progress_moved()

    def test_what_the_scheduler_does_shows_on_a_form_that_is_open(self):
        self.shop.faults.add("delay", seconds=SCHEDULED_PAGE_SECONDS, times=None)
        self.open_form()
        self.client.call("external.order.sync", "action_sync_selected", [self.sync])
        self.page.wait_for_selector(".o_external_order_progress")
        self.check_progress_moved()
