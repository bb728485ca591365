import logging
import os
from collections import Counter
from decimal import Decimal
from fractions import Fraction

from odoo import fields
from odoo.fields import Command

from ..exceptions import ExternalOrderError
from ..lib.order.content import PayloadError
from ..lib.order.payload import parse_order
from ..lib.order.spellings import ItemKey
from ..models.order_import.external_order_import import PreparedOrder
from ..models.order_import.import_target import ImportTarget
from ..models.order_import.outcome import Outcome, as_warnings
from .money_common import MoneyCase
from .shop_charges import CHARGES, TYPED, charges_of
from .shop_model import CATALOGUE, Judge, Shop

_logger = logging.getLogger(__name__)

# Number of sales in each test; set it in the environment to test longer.
EXAMPLES = int(os.environ.get("EXTERNAL_ORDER_EXAMPLES", "240"))
# Number of the first sale, so that several runs can share a long test.
FIRST = int(os.environ.get("EXTERNAL_ORDER_FIRST", "0"))
CURRENCIES = {2: None, 0: ("JPY", 150.0), 3: ("KWD", 0.3)}


class TestMoneyAltered(MoneyCase):
    """Sales of an independent shop are imported to the cent; if an amount is altered, never without a warning."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # The quantities have three decimals.
        cls.env.ref("uom.decimal_product_uom").digits = 3
        percents = {percent: cls.create_tax(percent) for percent in (7.7, 19, 9, 6)}
        included = cls.create_tax(15, price_include_override="tax_included")
        group = cls.create_tax(0, amount_type="group", children_tax_ids=[Command.set((percents[9] | percents[6]).ids)])
        one, two = (cls.create_tax(amount, amount_type="fixed") for amount in (1, 2))
        taxes = {
            "Fifteen": cls.tax,
            "Fifteen Included": included,
            "Nineteen": percents[19],
            "Seven": percents[7.7],
            "Two Taxes": percents[19] | cls.tax,
            "Group": group,
            "Bottle": cls.tax | one,
            "Deposit": two,
            "Untaxed": cls.env["account.tax"],
        }
        cls.products = {ItemKey(None, name): (cls.create_product(name, taxes[name]), "") for name in CATALOGUE}
        charge_taxes = {(): cls.env["account.tax"], (15,): cls.tax, (19,): percents[19], ("7.7",): percents[7.7]}
        cls.charge_products = {
            kind: cls.create_product(f"Charge {kind}", charge_taxes[rates], type="service", is_storable=False)
            for kind, rates in [*TYPED.items(), *CHARGES.values()]
        }
        cls.choose_charge_products(cls.sync)

    @classmethod
    def choose_charge_products(cls, sync):
        sync.charge_product_ids = [
            Command.create({"type": kind, "product_id": product.id}) for kind, product in cls.charge_products.items()
        ]

    def open_shops(self):
        """Return, for each number of decimals, a synchronization whose Point of Sale sells in such a currency."""
        shops = {}
        for decimals, currency in CURRENCIES.items():
            if currency:
                self.sync = self.create_sync(
                    name=f"Shop of {decimals}",
                    external_api_url=f"{self.shop.url}?shop={decimals}",
                    pos_config_id=self.create_pos_config(f"POS {decimals}", self.card).id,
                )
                self.choose_charge_products(self.sync)
                self.open_shop_in(*currency)
            methods = self.sync.pos_config_id.payment_method_ids
            cash = methods.filtered("is_cash_count")[:1]
            shops[decimals] = (self.sync, {("Cash", 1): (cash, ""), ("Card", 2): ((methods - cash)[:1], "")})
        return shops

    def each_sale(self, first, count):
        """Yield sales of all kinds of shops: the shop, the sale, and a function that prepares an order."""
        shops = self.open_shops()
        for number, method in enumerate(("round_per_line", "round_globally")):
            self.company.tax_calculation_rounding_method = method
            for decimals, (sync, methods) in shops.items():
                for includes_tax in (False, True):
                    sync.prices_include_tax = includes_tax
                    terms = self.env["external.order.pricing"]._get_terms(sync)
                    for seed in range(first, first + count // 12):
                        shop = Shop(f"{seed}/{number}", decimals, includes_tax)
                        yield shop, shop.sell(), lambda raw, at=(sync, methods, terms): self.prepare(raw, *at)

    def prepare(self, raw, sync, methods, terms):
        """Return what the import would book of an order, without writing anything.

        :raise ExternalOrderError, PayloadError: why it is refused
        """
        payload = parse_order(raw)
        settling = self.env["external.payment.settling"]
        settling._check_balance(sync, payload)
        lines = self.env["external.order.import"]._prepare_lines(payload, self.products, terms)
        priced = self.env["external.order.pricing"]._price_order(sync, payload, lines, terms)
        payments, warnings = settling._settle_payments(sync, payload, priced.total, methods)
        sentences = as_warnings(self.env, (*payload.warnings, *priced.warnings, *warnings), "amounts_differ")
        warnings = [sentence for sentence in sentences if sentence.doubt]  # notes do not count
        return PreparedOrder(
            payload=payload,
            uuid="5b1f0a52-6c1c-4f0e-9d61-2f3a7c0e8b44",
            priced=priced,
            payments=payments,
            warnings=warnings,
            outcome=Outcome(),
            target=ImportTarget(sync.pos_config_id),
            date_order=fields.Datetime.now(),
            customer=self.env["res.partner"],
            customer_match=None,
            is_invoiced=False,
        )

    def get_kept_amounts(self, order, terms):
        """Return total and tax as Odoo computes them from the stored lines, in `pos.order._compute_prices`."""
        base_lines = []
        sign = -1 if order.priced.total < 0 else 1
        for index, line in enumerate(order.priced.lines):
            values = self.env["external.order.import"]._prepare_pos_order_line_values(order, line, index)
            base_lines.append(
                self.env["account.tax"]._prepare_base_line_for_taxes_computation(
                    None,
                    currency_id=terms.currency,
                    rate=terms.rate,
                    product_id=line.product,
                    tax_ids=line.base_line["tax_ids"],
                    price_unit=values["price_unit"],
                    quantity=values["qty"] * sign,
                    discount=values["discount"],
                    is_refund=values["qty"] * values["price_unit"] < 0,
                    sign=-sign,
                    extra_tax_data=values["extra_tax_data"] or None,
                )
            )
        self.env["account.tax"]._add_tax_details_in_base_lines(base_lines, terms.company)
        self.env["account.tax"]._round_base_lines_tax_details(base_lines, terms.company)
        totals = self.env["account.tax"]._get_tax_totals_summary(base_lines, terms.currency, terms.company)
        return tuple(
            Fraction(str(round(sign * totals[name], 6))) for name in ("total_amount_currency", "tax_amount_currency")
        )

    def is_true_doubt(self, warning, raw):
        """Return whether a warning is about something that even a correct order may leave open: which tax applies if it
        states none, and which of several charges are taxed.
        """
        if "TaxPercent of" in warning:
            return "Tax" not in raw
        return "more than one way to tax its charges" in warning and len(charges_of(raw)) > 1

    def test_a_sale_comes_in_to_the_cent_with_the_right_tax(self):
        for shop, sale, prepare in self.each_sale(FIRST, EXAMPLES):
            example = f"{shop.seed}, {shop.decimals} decimals, {shop.includes_tax}: {sale.raw}"
            try:
                order = prepare(sale.raw)
            except (ExternalOrderError, PayloadError) as error:
                self.fail(f"{error}: {example}")
            self.assertEqual(Fraction(order.priced.total), sale.total, example)
            if sale.is_tax_known:
                self.assertEqual(Fraction(order.priced.tax), sale.tax, example)
            paid = sum(payment["amount"] for payment in order.payments)
            self.assertEqual(Fraction(paid), sale.total, example)
            self.assertEqual([text for text in order.warnings if not self.is_true_doubt(text, sale.raw)], [], example)
            terms = prepare.__defaults__[0][2]
            kept = (Fraction(order.priced.total), Fraction(order.priced.tax))
            self.assertEqual(self.get_kept_amounts(order, terms), kept, example)

    def test_an_altered_sale_is_refused_or_legal_itself(self):
        """`Judge` decides whether it is valid itself. TaxPercent only chooses taxes, so the same must be booked."""
        results = Counter()
        for shop, sale, prepare in self.each_sale(1_000_000 + FIRST, EXAMPLES):
            altered, place = shop.alter(sale.raw)
            example = f"{place} of {shop.seed}, {shop.decimals} decimals, {shop.includes_tax}: {altered}"
            try:
                order = prepare(altered)
            except (ExternalOrderError, PayloadError):
                results["refused"] += 1
                continue
            if order.warnings:
                results["with a warning"] += 1
                continue
            results["legal", place] += 1
            self.assertTrue(Judge(altered, sale.unit, sale.includes_tax).is_legal(), f"imported: {example}")
            if place == "TaxPercent":
                self.assertEqual(Fraction(order.priced.total), sale.total, example)
                if sale.is_tax_known:
                    self.assertEqual(Fraction(order.priced.tax), sale.tax, example)
        examples = sum(results.values())
        noticed = results["refused"] + results["with a warning"]
        _logger.info("%s altered orders: %s", examples, dict(results))
        self.assertGreater(noticed, examples * 0.8, results)

    def test_sales_are_booked_kept_and_closed(self):
        for number, method in enumerate(("round_per_line", "round_globally")):
            with self.subTest(method=method):
                self.company.tax_calculation_rounding_method = method
                sales = []
                for includes_tax in (False, True):
                    self.sync.prices_include_tax = includes_tax
                    chunk = [Shop(f"{seed}/{number}", 2, includes_tax).sell() for seed in range(2_000_000, 2_000_020)]
                    raws = [sale.raw | {"OrderID": f"{number}-{includes_tax}-{sale.raw['OrderID']}"} for sale in chunk]
                    outcomes, no_session = self.env["external.order.import"]._import_orders(self.sync, raws)
                    self.assertFalse(no_session)
                    for sale, outcome in zip(chunk, outcomes, strict=True):
                        self.assertFalse(outcome.error, f"{outcome.error}: {sale.raw}")
                        sales.append((sale, outcome.pos_order))
                for sale, order in sales:
                    self.assert_kept(order)
                    self.assertAlmostEqual(order.amount_total, float(sale.total), 2)
                    self.assertAlmostEqual(order.amount_paid, float(sale.total), 2)
                books = self.close_and_read(sales[0][1].session_id)
                tax = sum(Decimal(str(order.amount_tax)) for _sale, order in sales)
                total = sum(sale.total for sale, _order in sales)
                self.assertAlmostEqual(sum(books["tax"].values()), float(tax), 2)
                self.assertAlmostEqual(sum(books["paid"].values()), float(total), 2)
