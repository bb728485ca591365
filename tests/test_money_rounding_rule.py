from decimal import Decimal

from ..exceptions import ExternalOrderError
from ..lib.order.payload import parse_order
from ..lib.order.spellings import ItemKey
from .money_common import MoneyCase

CENT = Decimal("0.01")
CHAIRS = (4.99, 12.49, 7.95, 3.29, 19.99, 8.75)


class TestMoneyRoundingRule(MoneyCase):
    """With a discount, a rule of rounding gives only a few sums; the sums between them are refused."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.tax_calculation_rounding_method = "round_globally"
        taxes = {"Chair": cls.tax, "Pen": cls.create_tax(5)}
        cls.products = {ItemKey(None, name): (cls.create_product(name, tax), "") for name, tax in taxes.items()}

    def get_accepted(self, *items, least, most, tax=None, **values):
        """Return the totals and taxes, in cents, with which orders of ``items`` are imported without a doubt.

        :param least, most: of the GrandTotal in cents or, if ``tax`` is the net amount in cents, of the Tax
        """
        pricing = self.env["external.order.pricing"]
        terms = pricing._get_terms(self.sync)
        accepted = []
        for cents in range(least, most + 1):
            total = cents if tax is None else tax + cents
            stated = None if tax is None else str(cents * CENT)
            raw = self.sold("sale", *items, total=str(total * CENT), tax=stated, percent=None, **values)
            payload = parse_order(raw)
            lines = self.env["external.order.import"]._prepare_lines(payload, self.products, terms)
            try:
                priced = pricing._price_order(self.sync, payload, lines, terms)
            except ExternalOrderError:
                continue
            if not any(warning.doubt for warning in priced.warnings if hasattr(warning, "doubt")):
                accepted.append(cents)
                self.assertEqual(priced.total, total * CENT)
        return accepted

    def test_a_spread_discount_of_equal_lines(self):
        """99.73 with 15 % tax: 14.9595 at once, 0.747975 for each line; 14.99 if one line bears all of the discount."""
        items = [self.item("Chair", price=4.99)] * 20
        accepted = self.get_accepted(*items, least=11440, most=11500, AmountDiscount=0.07, AmountTotal=None)
        before_tax = {11468, 11469, 11472, 11473}
        # 14.97 on the whole, or 15.00 by line, and then 0.07 off.
        after_tax = {11469, 11470, 11473}
        self.assertLessEqual({11469, 11473}, set(accepted))
        self.assertLessEqual(set(accepted), before_tax | after_tax)

    def test_a_stated_tax_of_a_spread_discount(self):
        """960.31 with 15 % tax: 144.0465 at once, 144.00 by line; on all of 960.36 144.054, 144.00 or, up, 144.12."""
        items = [self.item("Chair", price=80.03)] * 12
        accepted = self.get_accepted(*items, least=14395, most=14415, tax=96031, AmountDiscount=0.05)
        self.assertLessEqual({14400, 14405}, set(accepted))
        self.assertLessEqual(set(accepted), {14400, 14404, 14405, 14406, 14412})

    def test_a_spread_discount_of_different_lines(self):
        items = [self.item("Chair", price=price) for price in CHAIRS]
        accepted = self.get_accepted(*items, least=6020, most=6045, AmountDiscount=5, AmountTotal=None)
        self.assertEqual(accepted, [6032, 6033])

    def test_a_percentage_of_different_lines(self):
        items = [self.item("Chair", price=price) for price in CHAIRS]
        accepted = self.get_accepted(
            *items, least=5935, most=5960, AmountDiscount=None, DiscountPercent=10, AmountTotal=None
        )
        self.assertEqual(accepted, [5945, 5946, 5947, 5948])

    def test_percentages_of_the_lines(self):
        items = [self.item("Chair", price=price, DiscountPercentage=10) for price in CHAIRS]
        accepted = self.get_accepted(*items, least=5935, most=5960, AmountDiscount=None, AmountTotal=None)
        self.assertEqual(accepted, [5945, 5946, 5947, 5948])

    def test_a_percentage_of_equal_lines(self):
        """Lines of 0.333 or 0.33 and their tax, or that of 6.66; 7.03 if 0.74 are taken off 7.40 and a tax of 0.37."""
        items = [self.item("Pen", price=0.37)] * 20
        accepted = self.get_accepted(
            *items, least=680, most=715, AmountDiscount=None, DiscountPercent=10, AmountTotal=None
        )
        self.assertEqual(accepted, [693, 699, 700, 703, 705, 706])

    def test_a_charge_that_the_total_leaves_out_is_no_other_rounding(self):
        items = [self.item("Chair", price=80.03)] * 12
        charge = {"Type": "other", "Name": "Bag levy", "Amount": 0.05}
        for number, subtotal in enumerate((960.36, None)):
            with self.subTest(subtotal=subtotal):
                row = self.sell(
                    *items, order_id=f"left out {number}", total=1104.41, tax=None, percent=None, Charges=[charge],
                    AmountTotal=subtotal,
                )  # fmt: skip
                self.assert_refused(row, "amount_mismatch", "Charges[0].Amount", "0.05")
        for number, (total, tax) in enumerate(((1104.46, None), (1104.41, 144.00), (1104.46, 144.05))):
            with self.subTest(total=total, tax=tax):
                row = self.sell(
                    *items, order_id=f"contained {number}", total=total, tax=tax, percent=None, Charges=[charge]
                )
                self.assert_booked(row, total, tax or 144.05)
