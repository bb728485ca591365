from dataclasses import replace
from decimal import Decimal
from itertools import count

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from odoo.exceptions import UserError

from ..exceptions import ExternalOrderError
from ..lib.order.payload import parse_order
from ..lib.order.spellings import ItemKey
from .lib.strategies import NAMES, TAX_PERCENTS, broken, shop_orders
from .money_common import MoneyCase

BOUNDED = {
    "deadline": None,
    "derandomize": True,
    "database": None,
    "suppress_health_check": list(HealthCheck),
}


class TestMoneyProperties(MoneyCase):
    """Orders in the documented format are imported with their total; others are imported or refused with a reason."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # The generated quantities have three decimals.
        cls.env.ref("uom.decimal_product_uom").digits = 3
        cls.taxes = {percent: cls.create_tax(float(percent)) for percent in TAX_PERCENTS if percent}
        fifteen_included = cls.create_tax(15, price_include_override="tax_included")
        nineteen = cls.taxes[Decimal(19)]
        none = cls.env["account.tax"]
        cls.products = {
            ItemKey(None, name): (cls.create_product(name, taxes), "")
            for name, taxes in zip(NAMES, (cls.tax, fifteen_included, nineteen, none, nineteen | cls.tax), strict=True)
        }
        cls.pricing = cls.env["external.order.pricing"]

    def _get_terms(self):
        """Return pricing terms for currencies of 0, 2 and 3 decimals, by their smallest unit."""
        terms = self.pricing._get_terms(self.sync)
        currencies = self.env["res.currency"].with_context(active_test=False).search([("name", "in", ("JPY", "KWD"))])
        by_unit = {terms.unit: terms}
        for currency in currencies:
            unit = Decimal(1).scaleb(-currency.decimal_places)
            by_unit[unit] = replace(terms, currency=currency, unit=unit, rate=150.0 if unit == 1 else 0.3)
        return by_unit

    def _price(self, order, terms):
        payload = parse_order(order.raw)
        lines = self.env["external.order.import"]._prepare_lines(payload, self.products, terms)
        return self.pricing._price_order(self.sync, payload, lines, terms)

    def _check_prices(self, terms_by_unit, orders, examples):
        @settings(max_examples=examples, **BOUNDED)
        @given(orders)
        def check(order):
            priced = self._price(order, terms_by_unit[order.unit])
            self.assertEqual(priced.total, order.grand_total)
            self.assertEqual(priced.tax, order.tax)

        check()

    def test_any_valid_order_totals_grand_total_and_its_tax(self):
        for method in ("round_per_line", "round_globally"):
            with self.subTest(method=method):
                self.company.tax_calculation_rounding_method = method
                self._check_prices(self._get_terms(), shop_orders(allow_charges=True), 160)

    def test_a_grand_total_that_is_off_is_absorbed_by_line_or_a_mismatch(self):
        terms_by_unit = self._get_terms()

        @settings(max_examples=80, **BOUNDED)
        @given(shop_orders(allow_charges=True), st.integers(-8, 8))
        def check(order, off):
            total = order.grand_total + off * order.unit
            order.raw["GrandTotal"] = str(total)
            try:
                priced = self._price(order, terms_by_unit[order.unit])
            except ExternalOrderError as error:
                self.assertEqual(error.code, "amount_mismatch")
                self.assertTrue(off)
            else:
                self.assertEqual(priced.total, total)

        check()

    def test_any_valid_order_is_made_kept_and_booked(self):
        made = {}
        ids = count(1)

        @settings(max_examples=15, **BOUNDED)
        @given(shop_orders(decimals=st.just(2), allow_charges=True))
        def check(order):
            order.raw["OrderID"] = f"made-{next(ids)}"
            pos_order = self.sync._process_external_order(order.raw)
            self.assert_amounts(pos_order, float(order.grand_total), float(order.tax))
            self.assert_kept(pos_order)
            self.assertAlmostEqual(pos_order.amount_paid, float(order.grand_total), 2)
            made[pos_order] = order

        check()
        books = self.close_and_read(next(iter(made)).session_id)
        net = sum(order.net for order in made.values())
        tax = sum(order.tax for order in made.values())
        self.assertAlmostEqual(books["sales"], float(net), 2)
        self.assertAlmostEqual(sum(books["tax"].values()), float(tax), 2)
        self.assertAlmostEqual(sum(books["paid"].values()), float(net + tax), 2)

    def test_any_value_in_any_place_gives_an_order_or_a_reason(self):
        @settings(max_examples=80, **BOUNDED)
        @given(broken(shop_orders(decimals=st.just(2), allow_charges=True)))
        def check(raw):
            try:
                with self.env.cr.savepoint():
                    order = self.sync._process_external_order(raw)
            except UserError as error:
                self.assertTrue(str(error))
                self.assertNotEqual(getattr(error, "code", ""), "odoo_error", str(error))
            else:
                self.assertEqual(order.state, "paid")

        check()

    def test_any_value_in_any_place_is_kept_in_the_inbox_or_refused(self):
        inbox = self.env["external.order"]

        @settings(max_examples=60, **BOUNDED)
        @given(broken(shop_orders(decimals=st.just(2), allow_charges=True)))
        def check(raw):
            received = inbox._receive(self.sync, [raw])
            rows = inbox.search([("sync_id", "=", self.sync.id), ("state", "=", "pending")])
            self.assertEqual(len(received.refused) + received.known + received.changed + received.new, 1)
            if rows:
                rows._import()
                self.env.flush_all()
                self.assertIn(rows.state, ("done", "failed"))

        check()
