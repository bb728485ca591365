import re
from contextlib import contextmanager

from lxml import etree
from odoo.tests import tagged

from ..dev.stand_ins.courier import CourierServer
from ..dev.stand_ins.remote_odoo import sample
from ..dev.stand_ins.remote_odoo.stand_in import DATABASE, LOGIN, PASSWORD, OldOdoo
from .screen_common import ScreenCase
from .security_common import PACKAGE, ROOT

# The errors that the web client shows as a sentence; it shows a traceback for all others.
OF_ODOO = {
    f"odoo.exceptions.{name}"
    for name in ("UserError", "AccessError", "MissingError", "ValidationError", "RedirectWarning")
}


@tagged("post_install", "-at_install")
class TestEveryButton(ScreenCase):
    """Whatever fails outside, a button of the addon answers with a sentence, never with a traceback."""

    def setUp(self):
        super().setUp()
        self.fill_every_screen()
        self.courier = CourierServer(user="warehouse", password="courier-test-password", per_page=5)
        self.courier.start()
        self.addCleanup(self.courier.stop)
        self.carrier = self.env["delivery.carrier"].create(
            {
                "name": "OPAL",
                "delivery_type": "opal",
                "product_id": self.component.id,
                "opal_test_url": self.courier.url,
                "opal_username": "warehouse",
                "opal_password": "courier-test-password",
            }
        )
        shipment = self.env["external.shipment"].search([], limit=1)
        shipment.write({"carrier_id": self.carrier.id, "provider_code": "opal", "state": "error"})
        self.remote = OldOdoo(17)
        sample.fill(self.remote)
        self.enterContext(self.remote)
        self.source = self.env["odoo.sync.source"].search([("code", "=", "remote")])
        self.source.write({"url": self.remote.url, "database": DATABASE, "login": LOGIN, "secret": PASSWORD})
        # The dialogs.
        location = {"sync_id": self.sync.id, "external_location": "404", "pos_config_id": self.pos_config.id}
        self.env["external.location.mapping"].create(location)
        self.sync.action_test_connection()
        subscription = self.env["external.event.subscription"].search([], limit=1)
        self.env["external.event.secret.new"].create({"subscription_id": subscription.id})
        self.env["external.order.push.secret.new"].create({"sync_id": self.sync.id})
        script = (ROOT / "static/src/plain_errors.js").read_text()
        names = re.findall(r'^    "([\w.]+)",$', script, re.MULTILINE)
        self.known = OF_ODOO | {f"{PACKAGE}{name}" for name in names}

    def find_buttons(self):
        """Return (model, method) of all object buttons of the addon's views."""
        found = set()
        for view in self.records("ir.ui.view").filtered(lambda view: view.type != "qweb"):
            for button in etree.fromstring(view.arch).iter("button", "a"):
                if button.get("type") == "object":
                    found.add((self.model_of(view, button), button.get("name")))
        return sorted(found)

    def model_of(self, view, node):
        """Return the model that a node of a view is about: that of the list in a field, or that of the view."""
        model = view.model
        for ancestor in reversed(list(node.iterancestors("field"))):
            field = self.env[model]._fields.get(ancestor.get("name"))
            if field and field.relational and ancestor.find("*") is not None:
                model = field.comodel_name
        return model

    def press(self, model, method):
        """Press a button on the newest record, undo it, and return the error with the name of its class, or None."""
        record = self.carrier if model == "delivery.carrier" else self.env[model].search([], limit=1, order="id desc")
        self.assertTrue(record, model)
        with self.env.cr.savepoint() as before:
            try:
                getattr(record.with_context(mirror_action="product"), method)()
                self.env.flush_all()
            except Exception as error:
                kind = type(error)
                return f"{kind.__module__}.{kind.__name__}: {error}"
            finally:
                before.rollback()
        return None

    def press_all(self):
        buttons = self.find_buttons()
        self.assertGreater(len(buttons), 60)
        for model, method in buttons:
            with self.subTest(model=model, button=method):
                error = self.press(model, method)
                self.assertTrue(error is None or error.partition(": ")[0] in self.known, error)

    @contextmanager
    def shop_says(self, kind, **options):
        self.shop.faults.add(kind, times=None, **options)
        yield
        self.shop.faults.clear()

    def test_while_all_goes_well(self):
        self.press_all()

    def test_while_every_password_is_wrong(self):
        self.carrier.opal_password = "wrong"
        self.source.secret = "wrong"
        with self.shop_says("status", status=401):
            self.press_all()

    def test_while_nothing_can_be_reached(self):
        self.courier.stop()
        self.source.url = "http://127.0.0.1:9"
        self.sync.write({"external_api_url": "http://127.0.0.1:9/orders", "external_api_key": "test-key"})
        self.press_all()

    def test_while_the_answers_make_no_sense(self):
        self.courier.faults.add("page_changed", times=None)
        self.source.write({"url": self.shop.base_url, "secret": PASSWORD})
        with self.shop_says("html"):
            self.press_all()

    def test_while_the_courier_fails(self):
        self.courier.faults.add("error", times=None, status=500)
        with self.shop_says("bad_json"):
            self.press_all()
