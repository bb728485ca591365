import shutil

from odoo import fields
from odoo.tests import new_test_user, tagged

from .browser_common import BrowserCase
from .common import ExternalOrderCase

START = "action_external_order_sync"


@tagged("post_install", "-at_install")
class TestEveryScreen(ExternalOrderCase, BrowserCase):
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

    def records(self, model):
        """Return the addon's own records of a model."""
        names = self.env["ir.model.data"].search([("module", "=", "external_order_sync"), ("model", "=", model)])
        return self.env[model].browse(names.mapped("res_id"))

    def fill_every_screen(self):
        """Create a record for everything that a screen shows."""
        self.synchronize(
            self.order(1),
            self.order(2, OrderItems=[self.item("Unknown Thing")]),
            self.order(3, CheckoutDetails=[self.payment(92.0, "Voucher", 9)]),
        )
        self.env["external.proof"]._check_day(self.sync, self.sync._get_business_day())
        self.env["external.order.replay"]._open(self.inbox(1))
        self.env["external.product.alias"].create({"item_name": "Something", "product_id": self.product.id})
        self.env["external.payment.mapping"].create({"card_type": "Gift", "payment_method_id": self.cash.id})
        self.env["external.customer"].create({"external_id": "17", "partner_id": self.env.user.partner_id.id})
        source = self.env["odoo.sync.source"].create(
            {
                "name": "Remote",
                "code": "remote",
                "url": "https://remote.example.com",
                "database": "remote",
                "login": "reader",
                "secret": "key",
            }
        )
        self.env["odoo.sync.run"].create({"source_id": source.id})
        for name, model in self.env.items():
            if name.startswith("odoo.mirror.") and "remote_id" in model._fields and not model._abstract:
                times = [key for key, field in model._fields.items() if field.required and field.type == "datetime"]
                now = fields.Datetime.now()
                model.create({"source_id": source.id, "remote_id": 1, **dict.fromkeys(times, now)})
        carrier = self.env["delivery.carrier"].create({"name": "Courier", "product_id": self.component.id})
        picking = self.pos_orders().picking_ids[:1]
        self.env["external.shipment"].create(
            {"picking_id": picking.id, "carrier_id": carrier.id, "provider_code": carrier.delivery_type}
        )
        subscription = self.env["external.event.subscription"].create(
            {
                "name": "Subscriber",
                "url": "https://subscriber.example.com/with/a/long/path/of/a/hundred/characters/and/more",
                "sync_id": self.sync.id,
                "last_error": "The receiver answered 500.",
            }
        )
        event = {"type": "picking.done", "res_model": picking._name, "res_id": picking.id, "data": {"a": "b" * 100}}
        self.env["external.event.delivery"].create(
            {"subscription_id": subscription.id, "event_id": self.env["external.event"].create(event).id}
        )

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
