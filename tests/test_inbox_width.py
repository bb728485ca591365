from .browser_common import BrowserCase
from .common import ExternalOrderCase


class TestInboxWidth(BrowserCase, ExternalOrderCase):
    browser_size = "1280x900"

    def test_the_inbox_has_no_column_outside_the_screen(self):
        self.sync.unknown_payment = "refuse"
        self.import_order(CheckoutDetails=[self.payment(92.0, "Voucher", 9)])
        ready = "!!document.querySelector('.o_data_row td.o_list_button button')"
        code = """
            const list = document.querySelector(".o_list_renderer");
            const excess = list.scrollWidth - list.clientWidth;
            if (excess > 0) {
                console.error(`${excess} pixels are outside`);
            } else {
                console.log("test successful");
            }
        """
        action = "/odoo/action-external_order_sync.action_external_order"
        self.browser_js(action, code, ready, login="admin")
