from itertools import count

from hypothesis import given, settings
from hypothesis import strategies as st

from .lib.strategies import NAMES, TAX_PERCENTS, shop_orders
from .refund_common import RefundCase
from .test_money_properties import BOUNDED


class TestRefundProperties(RefundCase):
    """Whatever was sold: its parts, in any order and size, add up to it, and the books balance."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # The generated quantities have three decimals.
        cls.env.ref("uom.decimal_product_uom").digits = 3
        taxes = {percent: cls.create_tax(float(percent)) for percent in TAX_PERCENTS if percent}
        fifteen_included = cls.create_tax(15, price_include_override="tax_included")
        nineteen = next(tax for percent, tax in taxes.items() if percent == 19)
        kinds = (cls.tax, fifteen_included, nineteen, cls.env["account.tax"], nineteen | cls.tax)
        for name, of_product in zip(NAMES, kinds, strict=True):
            cls.create_product(name, of_product)
        cls.ids = count(1)

    def sold_any(self, order):
        order.raw["OrderID"] = f"any-{next(self.ids)}"
        return self.sync._process_external_order(order.raw)

    def take_back(self, sale, draw):
        """Refund random parts of some items of a sale, until nothing or a rest is left."""
        refunding = self.env["external.order.refund"]
        for _time in range(draw(st.integers(1, 3))):
            goods = [item for item in refunding._read_sale(self.sync, sale).items if item.left_quantity > 0]
            goods = [item for item in goods if not (item.is_charge or item.is_discount)]
            if not goods:
                return
            name = draw(st.sampled_from(sorted({item.product.name for item in goods})))
            left = sum(item.left_quantity for item in goods if item.product.name == name)
            part = min(left, draw(st.sampled_from([1, left, left / 2, left / 3]))) or left
            quantity = round(part, 3) or left
            self.refund(sale, self.back(name, quantity=min(quantity, left)))

    def check(self, examples, after=None):
        sales = self.env["pos.order"]

        @settings(max_examples=examples, **BOUNDED)
        @given(shop_orders(decimals=st.just(2), allow_charges=True), st.data())
        def check(order, data):
            nonlocal sales
            sale = self.sold_any(order)
            sales |= sale
            if sale.amount_total > 0:
                self.take_back(sale, data.draw)
            outcome = self.try_refund(sale, is_rest=True)
            self.assertFalse(outcome.error, outcome.error)
            if outcome.pos_order:
                self.assert_refund(sale, outcome.pos_order)
            self.assert_nothing_left(sale)

        check()
        books = self.close_and_read(sales.session_id)
        self.assertAlmostEqual(books["sales"], 0, 2)
        self.assertAlmostEqual(sum(books["tax"].values()), 0, 2)
        self.assertAlmostEqual(sum(books["paid"].values()), 0, 2)

    def test_parts_of_any_sale_add_up_to_it_rounded_by_line(self):
        self.company.tax_calculation_rounding_method = "round_per_line"
        self.check(25)

    def test_parts_of_any_sale_add_up_to_it_rounded_globally(self):
        self.company.tax_calculation_rounding_method = "round_globally"
        self.check(25)
