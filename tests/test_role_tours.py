from odoo import Command
from odoo.tests import new_test_user, tagged

from .browser_common import BrowserCase
from .screen_common import ScreenCase


@tagged("post_install", "-at_install")
class TestRoleTours(ScreenCase, BrowserCase):
    """Each group finds its screens in the menus, and may do there what it is for."""

    def user_of(self, *groups):
        return new_test_user(
            self.env,
            "role",
            groups=",".join(["base.group_user", *groups]),
            company_id=self.company.id,
            company_ids=[Command.set(self.company.ids)],
        )

    def start(self, action, tour, *groups):
        self.start_tour(f"/odoo/action-{action}", tour, login=self.user_of(*groups).login)

    def test_a_user_of_external_order_sync(self):
        self.feed(self.order(1), self.order("no-such", OrderItems=[self.item("No Such Product")]))
        self.start("point_of_sale.action_pos_pos_form", "external_order_role_user", "external_order_sync.group_user")
        self.assertEqual(self.inbox(1).state, "done")

    def test_a_user_of_external_order_sync_fixes_a_payment(self):
        self.sync.unknown_payment = "refuse"
        self.synchronize(self.order(1, CheckoutDetails=[self.payment(92.0, "Voucher", 9)]))
        group = "external_order_sync.group_user"
        self.start("external_order_sync.action_external_order_problem", "external_order_role_user_payment", group)
        self.assertEqual(self.inbox(1).pos_order_id.payment_ids.payment_method_id, self.card)

    def test_an_administrator_of_external_order_sync(self):
        self.feed(self.order(1), self.order("no-such", OrderItems=[self.item("No Such Product")]))
        self.start(
            "point_of_sale.action_pos_pos_form",
            "external_order_role_administrator",
            "external_order_sync.group_manager",
        )
        self.assertEqual(self.inbox(1).state, "done")

    def test_a_warehouse_user(self):
        self.create_source()
        self.start("stock.stock_picking_type_action", "external_order_role_warehouse", "stock.group_stock_user")
