import re
from pathlib import Path
from uuid import uuid4

from odoo import fields
from odoo.tests import new_test_user

from .common import ExternalOrderCase
from .shipment_common import ShipmentCase

ADDON = "external_order_sync"
PACKAGE = f"odoo.addons.{ADDON}."
ROOT = Path(__file__).parents[1]


class SecurityCase(ExternalOrderCase, ShipmentCase):
    """A shop with an imported order, a courier with a shipment, an open register, and users of every kind."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.cashier = new_test_user(cls.env, "security-cashier", groups="base.group_user,point_of_sale.group_pos_user")
        cls.session = cls.open_register(cls.cashier)

    @classmethod
    def offer(cls, order_id, **values):
        """Let the shop offer an order, before any test runs."""
        case = object.__new__(cls)
        cls.shop.put(case.order(order_id, **values))

    @classmethod
    def open_register(cls, user):
        """Open the register as its cashier does, and return the session."""
        cls.pos_config.with_user(user).open_ui()
        session = cls.pos_config.current_session_id
        session.with_user(user).set_opening_control(0, "")
        return session

    def sell(self, user, state="paid", quantity=1, context=None, **values):
        """Send an order from a register as its screen does, and return it."""
        order = self.register_order(state, quantity, **values)
        uuid = order["uuid"]  # which Odoo removes from the order that it knows
        model = self.env["pos.order"].with_user(user).with_context(**(context or {}))
        answer = model.sync_from_ui([order])
        # A refund's answer has the refunded order too.
        [order_id] = [data["id"] for data in answer["pos.order"] if data["uuid"] == uuid]
        return self.env["pos.order"].browse(order_id)

    def register_order(self, state="paid", quantity=1, **values):
        tax = self.tax.ids
        line = {
            "uuid": str(uuid4()),
            "product_id": self.product.id,
            "qty": quantity,
            "price_unit": 80.0,
            "price_subtotal": 80.0 * quantity,
            "price_subtotal_incl": 92.0 * quantity,
            "tax_ids": [[6, False, tax]],
            "discount": 0,
            "pack_lot_ids": [],
            **values.pop("line", {}),
        }
        payment = {
            "uuid": str(uuid4()),
            "name": fields.Datetime.to_string(fields.Datetime.now()),
            "amount": 92.0 * quantity,
            "payment_method_id": self.cash.id,
        }
        return {
            "uuid": str(uuid4()),
            "session_id": self.session.id,
            "user_id": self.cashier.id,
            "date_order": fields.Datetime.to_string(fields.Datetime.now()),
            "state": state,
            "amount_total": 92.0 * quantity,
            "amount_tax": 12.0 * quantity,
            "amount_paid": 92.0 * quantity if state == "paid" else 0.0,
            "amount_return": 0.0,
            "partner_id": False,
            "lines": [[0, 0, line]],
            "payment_ids": [[0, 0, payment]] if state == "paid" else [],
            **values,
        }


def source_files(*folders):
    """Yield path and text of the addon's Python files."""
    for folder in folders:
        for path in sorted((ROOT / folder).rglob("*.py")):
            yield path.relative_to(ROOT), path.read_text()


def context_keys():
    """Return every key of the context that the source names and that is the addon's own, not Odoo's."""
    patterns = (
        r'context(?:\.get\(|\[)\s*"(\w+)"',
        r'"(\w+)" in self\.env\.context',
        r'KEY = "(\w+)"',
        r"with_context\(\s*([a-z]\w+)=",
    )
    text = "\n".join(text for _path, text in source_files("models", "tools", "controllers"))
    keys = {key for pattern in patterns for key in re.findall(pattern, text)}
    return sorted(key for key in keys if key.startswith(("external_", "odoo_mirror_", "mirror_")))
