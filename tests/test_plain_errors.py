import re
import sys

from odoo.exceptions import UserError

from .browser_common import BrowserCase
from .security_common import PACKAGE, ROOT
from .shipment_common import ShipmentCase


def subclasses(cls):
    """Yield all classes that derive from a class."""
    for subclass in cls.__subclasses__():
        yield subclass
        yield from subclasses(subclass)


class TestPlainErrors(ShipmentCase, BrowserCase):
    """An error of the addon is shown in the browser as a sentence, not as a traceback."""

    def test_the_web_client_knows_every_user_error_of_the_addon(self):
        script = (ROOT / "static/src/plain_errors.js").read_text()
        known = {f"{PACKAGE}{name}" for name in re.findall(r'^    "([\w.]+)",$', script, re.MULTILINE)}
        ours = {f"{error.__module__}.{error.__name__}" for error in subclasses(UserError)}
        ours = {name for name in ours if name.startswith(PACKAGE) and not name.startswith(f"{PACKAGE}tests.")}
        self.assertEqual(known, ours)
        for name in known:
            module, _dot, class_name = name.rpartition(".")
            self.assertTrue(issubclass(getattr(sys.modules[module], class_name), UserError))

    def test_the_register_has_the_same_sentences(self):
        files = [path for path, *_rest in self.env["ir.asset"]._get_asset_paths("point_of_sale._assets_pos", {})]
        self.assertIn("/external_order_sync/static/src/plain_errors.js", files)

    def test_a_wrong_password_is_a_sentence(self):
        self.carrier.opal_password = "wrong"
        self.start_tour(
            f"/odoo/action-delivery.action_delivery_carrier_form/{self.carrier.id}",
            "external_plain_error",
            login="admin",
        )
