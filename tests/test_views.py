from odoo.tests import Form, new_test_user, tagged

from .common import ExternalOrderCase


@tagged("post_install", "-at_install")
class TestViews(ExternalOrderCase):
    """The screens show each user only what is meant for that user."""

    def test_every_menu_leads_to_a_screen(self):
        menus = self.env["ir.model.data"].search([("module", "=", "external_order_sync"), ("model", "=", "ir.ui.menu")])
        menus = self.env["ir.ui.menu"].browse(menus.mapped("res_id"))
        for menu in menus.filtered(lambda menu: not menu.child_id):
            self.assertTrue(menu.action, menu.complete_name)

    def test_a_user_sees_no_key_and_cannot_configure(self):
        user = new_test_user(self.env, "screen-user", groups="base.group_user,external_order_sync.group_user")
        sync = self.sync.with_user(user)
        arch = sync.get_view(view_type="form")["arch"]
        self.assertNotIn("external_api_key", arch)
        self.assertNotIn("action_test_connection", arch)
        self.assertIn("action_sync_now", arch)
        self.assertNotIn("action_choose_payment", self.env["external.order"].with_user(user).get_view()["arch"])
        manager = new_test_user(self.env, "screen-manager", groups="external_order_sync.group_manager")
        arch = self.sync.with_user(manager).get_view(view_type="form")["arch"]
        self.assertNotIn("external_api_key", arch)
        self.assertIn("action_test_connection", arch)
        self.assertIn("external_api_key", self.sync.with_user(self.env.ref("base.user_admin")).get_view()["arch"])

    def test_a_user_reads_every_screen_of_the_inbox(self):
        user = new_test_user(self.env, "inbox-user", groups="base.group_user,external_order_sync.group_user")
        self.synchronize(self.order(1), self.order(2, OrderItems=[self.item("Unknown Thing")]))
        for row in (self.inbox(1), self.inbox(2)):
            row = row.with_user(user)
            self.assertIn("80.00", row.content_html)
            row.read()
        self.assertIn("Product Name", self.inbox(1).with_user(user).result_html)
        self.assertFalse(self.inbox(2).with_user(user).result_html)
        self.sync.with_user(user).read(["picking_count", "recent_runs", "attention_count"])
        self.assertTrue(self.env["external.order.problem"].with_user(user).search([]).mapped("message"))

    def test_the_only_point_of_sale_is_chosen_already(self):
        self.env["pos.config"].search([("id", "!=", self.pos_config.id)]).active = False
        self.assertEqual(Form(self.env["external.order.sync"]).pos_config_id, self.pos_config)
        self.create_pos_config("Second POS", self.card)
        self.assertFalse(Form(self.env["external.order.sync"]).pos_config_id)

    def test_hostile_names_are_shown_as_text(self):
        row = self.import_order(OrderItems=[self.item("<script>alert(1)</script>")])
        self.assertIn("&lt;script&gt;", row.content_html)
        self.assertNotIn("<script>", row.content_html)

    def test_a_payload_that_cannot_be_read_says_why(self):
        row = self.import_order(OrderItems=[])
        self.assertIn("OrderItems", row.content_html)
        row.payload = False
        self.assertIn("was deleted", row.content_html)

    def test_smart_buttons_lead_to_the_records(self):
        row = self.import_order()
        pickings = self.env["stock.picking"].search(self.sync.action_open_pickings()["domain"])
        self.assertEqual(pickings, row.pos_order_id.picking_ids)
        self.assertEqual(self.sync.picking_count, 1)
        self.assertEqual(row.action_open_session()["res_id"], row.session_id.id)
        self.assertEqual(row.action_open_sync()["res_id"], self.sync.id)

    def test_the_chart_shows_the_last_runs(self):
        self.synchronize(self.order(1), self.order(2, OrderItems=[self.item("Unknown Thing")]))
        self.synchronize()
        self.assertEqual(
            [(bar["status"], bar["imported"], bar["failed"]) for bar in self.sync.recent_runs],
            [("error", 1, 1), ("no_orders", 0, 0)],
        )
