from odoo.tests import new_test_user, tagged

from .browser_common import BrowserCase
from .common import ExternalOrderCase


@tagged("post_install", "-at_install")
class TestOrderTours(ExternalOrderCase, BrowserCase):
    """A customer calls with the external order number: a plain cashier finds the order in the browser."""

    def setUp(self):
        super().setUp()
        self.cashier = new_test_user(
            self.env,
            "tour-cashier",
            groups="base.group_user,point_of_sale.group_pos_user",
            company_id=self.company.id,
            company_ids=[(6, 0, self.company.ids)],
        )
        self.synchronize(self.order("A-17"), self.order("B-18"))
        self.inbox("A-17").pos_order_id.general_customer_note = "Ring twice"

    def test_in_point_of_sale_orders(self):
        screen = "/odoo/action-point_of_sale.action_pos_pos_form"
        self.start_tour(screen, "external_order_found_in_orders", login=self.cashier.login)

    def test_in_the_register_with_its_receipt(self):
        register = f"/pos/ui/{self.pos_config.id}"
        self.start_tour(register, "external_order_found_in_register", login=self.cashier.login)
