from .money_common import MoneyCase


class TestMoneyContradictions(MoneyCase):
    """An amount that no reading of the order explains is refused: not a cent is hidden in prices, taxes or change."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.create_product("Oil", cls.env["account.tax"])
        cls.create_product("Chair", cls.create_tax(19))
        cls.create_product("Book", cls.create_tax(7))

    def assert_mismatch(self, name, *items, includes_tax=False, **values):
        with self.subTest(name):
            self.sync.prices_include_tax = includes_tax
            self.assert_refused(self.sell(*items, order_id=name, **values), "amount_mismatch")

    # A fee hidden in the prices

    def test_a_fee_is_no_rounding_in_a_return(self):
        items = [self.item("Oil", price=10, quantity=-1)] * 12
        for total in (-120.12, -119.88, -120.01):
            self.assert_mismatch(f"{total}", *items, total=total, tax=0, percent=None, AmountTotal=-120)

    def test_a_fee_is_no_rounding_where_prices_include_tax(self):
        for name, tax in (("Oil", 0), ("Product Name", 15.65), ("Product Name", None)):
            items = [self.item(name, price=10)] * 12
            for total in (120.12, 120.01):
                self.assert_mismatch(
                    f"{name} {tax} {total}", *items, includes_tax=True, total=total, tax=tax, percent=None,
                    AmountTotal=None,
                )  # fmt: skip

    def test_a_fee_is_no_rounding_whichever_totals_repeat_it(self):
        items = [self.item("Oil", price=10)] * 12
        for values in (
            {"AmountTotal": 120.12, "tax": 0},
            {"AmountTotal": 120, "tax": 0.12},
            {"AmountTotal": None, "tax": 0.12},
        ):
            for percent in (None, 0):
                self.assert_mismatch(f"{values} {percent}", *items, total=120.12, percent=percent, **values)

    def test_a_fee_is_no_rounding_of_the_taxed_lines_beside(self):
        """The tax of the line is rounded by 0.0015, which does not explain the fee of 0.12."""
        items = [self.item("Oil", price=10)] * 12 + [self.item(price=0.01)]
        self.assert_booked(self.sell(*items, order_id="right", total=120.01, tax=0.00), 120.01, 0.00)
        for total, tax in ((120.13, 0.12), (120.13, 0.00), (120.13, None), (120.02, None), (120.02, 0.01)):
            if (total, tax) == (120.02, 0.01):
                continue  # always rounded up: 0.01
            self.assert_mismatch(f"{total} {tax}", *items, total=total, tax=tax, AmountTotal=None)

    # A tax that another reading loses

    def test_a_stated_tax_is_never_lost(self):
        for percent in (0, 7, 19, None):
            self.assert_mismatch(
                f"prices with tax {percent}", self.item("Chair", price=69), total=69.00, tax=11.02, percent=percent,
                AmountTotal=57.98,
            )  # fmt: skip
            self.assert_mismatch(
                f"returned {percent}", self.item("Chair", price=69, quantity=-1), total=-69.00, tax=-11.02,
                percent=percent, AmountTotal=-57.98,
            )  # fmt: skip
        self.assert_mismatch("untaxed", self.item("Oil", price=69), total=69.00, tax=11.02, percent=0)
        self.assert_mismatch("paid only", self.item("Chair", price=69), total=None, paid=69.00, tax=11.02, percent=0)

    def test_the_tax_of_two_rates_is_not_exchanged(self):
        """The total and the sum of prices are the same, but the rates of the two items are exchanged."""
        items = (self.item("Chair", price=100), self.item("Book", price=200))
        self.assert_booked(self.sell(*items, order_id="right", total=333.00, tax=33.00, percent=None), 333.00, 33.00)
        self.assert_mismatch("exchanged", *items, total=345.00, tax=45.00, percent=None)
        self.assert_mismatch("exchanged, included", *items, includes_tax=True, total=300.00, tax=38.48, percent=None,
                             AmountTotal=300)  # fmt: skip

    # A voucher

    def test_a_voucher_of_two_rates_before_or_after_tax(self):
        items = (self.item("Chair", price=100), self.item("Book", price=100))
        for total, tax in ((206.00, 26.00), (203.40, 23.40)):
            with self.subTest(total=total):
                row = self.sell(*items, order_id=f"at {total}", total=total, tax=tax, percent=None, AmountDiscount=20)
                self.assert_booked(row, total, tax)
        for total, tax in ((204.00, 24.00), (206.00, 23.40), (203.40, 26.00)):
            self.assert_mismatch(f"{total} {tax}", *items, total=total, tax=tax, percent=None, AmountDiscount=20)

    def test_a_voucher_may_pay_for_everything(self):
        row = self.sell(self.item("Chair", price=100), total=0, tax=19.00, percent=19, AmountDiscount=119)
        self.assert_booked(row, 0.00, 19.00)

    def test_a_voucher_of_more_than_one_line(self):
        items = (self.item("Chair", price=10), self.item("Book", price=100))
        row = self.sell(*items, total=98.90, tax=8.90, percent=None, AmountDiscount=20)
        self.assert_booked(row, 98.90, 8.90)

    # What a card paid too much

    def test_what_a_card_paid_too_much_is_overpaid_however_it_is_split(self):
        for name, payments in (
            ("one", [self.payment(100, "Card", 2)]),
            ("two", [self.payment(60, "Card", 2), self.payment(40, "Card", 2)]),
            ("a little cash", [self.payment(95, "Card", 2), self.payment(5, "Cash", 1)]),
            ("cash back", [self.payment(100, "Card", 2), self.payment(0, "Cash", 1)]),
            ("own", []),
        ):
            with self.subTest(name):
                own = {"PaymentMode": 2, "CardType": "Card"} if name == "own" else {}
                row = self.sell(
                    self.item(), order_id=name, total=92.00, tax=12.00, paid=100, CheckoutDetails=payments, **own
                )
                self.assert_refused(row, "overpaid", "100.00", "92.00")
