from datetime import timedelta

from lxml import etree
from odoo import fields
from odoo.fields import Domain
from odoo.tests import Form, new_test_user, tagged
from odoo.tools.safe_eval import safe_eval

from .common import ExternalOrderCase


@tagged("post_install", "-at_install")
class TestViews(ExternalOrderCase):
    """The screens show each user only what is meant for that user."""

    def test_every_menu_leads_to_a_screen(self):
        menus = self.env["ir.model.data"].search([("module", "=", "external_order_sync"), ("model", "=", "ir.ui.menu")])
        menus = self.env["ir.ui.menu"].browse(menus.mapped("res_id"))
        for menu in menus.filtered(lambda menu: not menu.child_id):
            self.assertTrue(menu.action, menu.complete_name)

    def activity_filters(self, model):
        """Return the domains of the filters that Odoo's menu of activities sets when it opens this model."""
        arch = etree.fromstring(self.env[model].get_view(view_type="search")["arch"])
        domains = {node.get("name"): node.get("domain") for node in arch.iter("filter")}
        names = ("filter_activities_my", "activities_overdue", "activities_today", "activities_upcoming_all")
        return [Domain(safe_eval(domains[name], {"uid": self.env.uid})) for name in names]

    def test_the_menu_of_activities_finds_in_each_model_what_it_counts(self):
        models = {
            name
            for name, model in self.env.registry.items()
            if model._original_module == "external_order_sync" and "activity_ids" in model._fields
        }
        self.assertLessEqual({"external.order.sync", "external.proof", "odoo.sync.source"}, models)
        for name in models:
            with self.subTest(model=name):
                for domain in self.activity_filters(name):
                    self.env[name].search(domain)

    def test_the_filters_of_activities_find_the_users_own_by_their_day(self):
        today = fields.Date.context_today(self.env.user)
        syncs = [self.create_sync(name=f"Store {number}") for number in range(3)]
        for days, sync in zip((-1, 0, 1), syncs, strict=True):
            sync.activity_schedule(date_deadline=today + timedelta(days), user_id=self.env.uid)
        self.sync.activity_schedule(date_deadline=today, user_id=self.env.ref("base.user_admin").id)
        mine, *by_day = self.activity_filters("external.order.sync")
        self.assertEqual([self.env["external.order.sync"].search(mine & domain) for domain in by_day], syncs)

    def test_a_user_sees_no_key_and_cannot_configure(self):
        user = new_test_user(self.env, "screen-user", groups="base.group_user,external_order_sync.group_user")
        sync = self.sync.with_user(user)
        arch = sync.get_view(view_type="form")["arch"]
        self.assertNotIn("external_api_key", arch)
        self.assertNotIn("action_test_connection", arch)
        self.assertIn("action_sync_now", arch)
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
