from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from .browser_common import BrowserCase
from .common import ExternalOrderCase


@tagged("post_install", "-at_install")
class TestLateOrders(ExternalOrderCase, BrowserCase):
    """Orders that arrive while a person counts the register are said at closing, by number and amount."""

    def open_register(self):
        self.pos_config.open_ui()
        session = self.pos_config.current_session_id
        session.set_opening_control(0, "")
        return session

    def test_the_register_knows_number_and_amount_of_the_external_orders(self):
        session = self.open_register()
        self.assertEqual(session.get_closing_control_data()["external_orders"], {"count": 0, "amount": 0})
        self.synchronize(self.order(1), self.order(2))
        self.assertEqual(session.get_external_orders_at_closing(), {"count": 2, "amount": 184})
        cashier = new_test_user(self.env, "counting", groups="base.group_user,point_of_sale.group_pos_user")
        self.assertEqual(session.with_user(cashier).get_external_orders_at_closing()["count"], 2)
        other = new_test_user(self.env, "not-counting", groups="base.group_user")
        with self.assertRaises(AccessError):
            session.with_user(other).get_external_orders_at_closing()

    def test_they_are_said_at_closing(self):
        self.open_register()
        self.synchronize(self.order(1))
        self.feed(self.order(1), self.order(2), self.order(3))
        admin = self.env.ref("base.user_admin")
        admin.write({"company_id": self.company.id, "company_ids": [(4, self.company.id)]})
        self.start_tour(f"/pos/ui/{self.pos_config.id}", "external_order_late_at_closing", login=admin.login)
