import copy
from contextlib import contextmanager
from dataclasses import replace
from unittest.mock import patch
from urllib.parse import parse_qs

from odoo.fields import Command
from odoo.tests import TransactionCase, tagged

from ..dev.stand_ins.shop import ShopServer

API_KEY = "test-key"


@tagged("post_install", "-at_install")
class ExternalOrderCase(TransactionCase):
    """A Point of Sale with two payment methods, a tax of 15 %, some products, and a shop whose feed the test fills."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company = cls.env.ref("base.main_company")
        cls.env.user.company_ids |= cls.company
        cls.env = cls.env(context={**cls.env.context, "allowed_company_ids": cls.company.ids})
        cls.tax = cls.create_tax(15)
        cls.product = cls.create_product("Product Name", list_price=80)
        cls.component = cls.create_product("Component Item")
        cls.cash = cls.create_payment_method("Cash (test)", "cash")
        cls.card = cls.create_payment_method("Card (test)", "bank")
        cls.pos_config = cls.create_pos_config("Test POS", cls.cash | cls.card)
        cls.shop = ShopServer(orders=0, api_key=API_KEY)
        cls.shop.start()
        cls.addClassCleanup(cls.shop.stop)
        cls.sync = cls.create_sync()

    def setUp(self):
        super().setUp()
        self.shop.clear()
        self.shop.faults.clear()
        self.shop.requests.clear()

    # What a test needs

    @classmethod
    def create_tax(cls, percent, **values):
        return cls.env["account.tax"].create(
            {
                "name": f"Test {percent} % {len(values)}",
                "amount": percent,
                "amount_type": "percent",
                "type_tax_use": "sale",
                "company_id": cls.company.id,
                **values,
            }
        )

    @classmethod
    def create_product(cls, name, taxes=None, **values):
        """Create a storable product that the POS may sell; ``taxes``: the tax of 15 % if not given."""
        taxes = cls.tax if taxes is None else taxes
        return cls.env["product.product"].create(
            {
                "name": name,
                "type": "consu",
                "is_storable": True,
                "available_in_pos": True,
                "sale_ok": True,
                "taxes_id": [Command.set(taxes.ids)],
                **values,
            }
        )

    @classmethod
    def create_menu(cls, **values):
        """Create "Menu", an Odoo combo of a burger and fries, which the class has as well, and return it."""
        cls.burger = cls.create_product("Burger", list_price=60)
        cls.fries = cls.create_product("Fries", list_price=20)
        combos = cls.env["product.combo"].create(
            [
                {"name": name, "combo_item_ids": [Command.create({"product_id": product.id})]}
                for name, product in (("Burgers", cls.burger), ("Sides", cls.fries))
            ]
        )
        return cls.create_product(
            "Menu", type="combo", is_storable=False, combo_ids=[Command.set(combos.ids)], **values
        )

    @classmethod
    def create_payment_method(cls, name, kind, **values):
        journal = cls.env["account.journal"].create(
            {
                "name": f"Journal of {name}",
                "type": kind,
                "code": f"T{cls.env['account.journal'].search_count([])}",
                "company_id": cls.company.id,
            }
        )
        return cls.env["pos.payment.method"].create(
            {
                "name": name,
                "journal_id": journal.id,
                "company_id": cls.company.id,
                **values,
            }
        )

    @classmethod
    def create_pos_config(cls, name, methods, **values):
        return cls.env["pos.config"].create(
            {
                "name": name,
                "company_id": cls.company.id,
                "payment_method_ids": [Command.set(methods.ids)],
                **values,
            }
        )

    @classmethod
    def create_sync(cls, **values):
        """Connect the shop's feed, and start that; each further connection counts as a different feed."""
        cls.sync_count = getattr(cls, "sync_count", -1) + 1
        store = f"?store={cls.sync_count}" if cls.sync_count else ""
        return cls.env["external.order.sync"].create(
            {
                "name": "Main Store Orders",
                "external_api_url": f"{cls.shop.url}{store}",
                "external_api_key": API_KEY,
                "pos_config_id": cls.pos_config.id,
                "state": "started",
                **values,
            }
        )

    # Orders as the external system sends them

    def order(self, order_id=639, **values):
        """Return a sample order (80.00 and 15 % tax, 92.00 in cash) in the documented format, changed by ``values``."""
        order = {
            "OrderID": order_id,
            "AmountDiscount": 0.0,
            "AmountPaid": "92.0",
            "AmountTotal": 80.0,
            "BalanceAmount": 0.0,
            "GrandTotal": 92.0,
            "Tax": 12.0,
            "TaxPercent": 15.0,
            "OrderStatus": 103,
            "PaymentMode": 1,
            "CheckoutDetails": [self.payment(92.0)],
            "OrderItems": [self.item()],
        }
        order.update(copy.deepcopy(values))
        return order

    def item(self, name="Product Name", price=80.0, quantity=1.0, **values):
        return {"ItemID": 0, "ItemName": name, "Price": price, "Quantity": quantity, "DiscountAmount": 0.0, **values}

    def payment(self, amount, card_type="Cash", mode=1, **values):
        return {
            "AmountPaid": amount,
            "CardNumber": "",
            "CardType": card_type,
            "PaymentMode": mode,
            "ReferenceID": "",
            **values,
        }

    # What the test does and looks at

    def feed(self, *entries):
        """Let the feed consist of ``entries``."""
        self.shop.clear()
        for entry in entries:
            self.shop.put(entry)

    def answer_with(self, **settings):
        """Change how the shop answers, for this test: ``shape``, ``per_page``, ``link_header``."""
        self.addCleanup(setattr, self.shop, "settings", self.shop.settings)
        self.shop.settings = replace(self.shop.settings, **settings)

    def asked(self):
        """Return the query of the last request to the shop, as a dict of texts."""
        return {name: values[-1] for name, values in parse_qs(self.shop.requests[-1].query).items()}

    def synchronize(self, *entries):
        """Let the feed consist of ``entries``, synchronize, and return the run."""
        self.feed(*entries)
        return self.sync.sync_orders()

    def import_order(self, **values):
        """Synchronize one order and return its inbox row."""
        order = self.order(**values)
        self.synchronize(order)
        return self.inbox(order["OrderID"])

    def inbox(self, order_id):
        return (
            self.env["external.order"]
            .search([("sync_id", "=", self.sync.id), ("external_id", "=", str(order_id))])
            .ensure_one()
        )

    def pos_orders(self):
        return self.env["pos.order"].search([("config_id", "=", self.pos_config.id)], order="id")

    def close_session(self, session):
        """Close a session as its user does in the register, with exactly the expected cash."""
        if session.config_id.cash_control:
            session.post_closing_cash_details(session.cash_register_balance_end)
        self.env.invalidate_all()  # the register sends this in another request
        session.close_session_from_ui()
        self.assertEqual(session.state, "closed")
        return session.move_id

    @contextmanager
    def overridden(self, method_name, override):
        """Replace a method by ``override(super_method, sync, *args)``, as another module's override would."""
        model = type(self.sync)
        original = getattr(model, method_name)

        def method(sync, *args):
            return override(original, sync, *args)

        with patch.object(model, method_name, method):
            yield
