from .money_common import MoneyCase


class TestMoneyMistakes(MoneyCase):
    """The error for a usual mistake in an order's totals says what the external system has to send instead."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.create_product("Filter", cls.env["account.tax"])
        cls.create_product("Table", cls.create_tax(10))

    def assert_named(self, row, *parts):
        self.assert_refused(row, "amount_mismatch", *parts)
        self.assertNotIn("Compare", row.error_message)
        self.assertNotIn("unexplained", row.error_message)

    def test_an_amount_total_that_contains_the_tax(self):
        row = self.sell(self.item(), total=92.00, tax=12.00, AmountTotal=92)
        self.assert_named(row, "AmountTotal is", "contains the Tax of", "without tax", "80.00")
        self.assertNotIn("as an item", row.error_message)

    def test_an_amount_total_that_is_already_reduced(self):
        for total in (88, 110):
            with self.subTest(total=total):
                row = self.sell(
                    self.item("Table", price=100), order_id=f"of {total}", total=total, tax=8.00, percent=10,
                    AmountTotal=80, AmountDiscount=20,
                )  # fmt: skip
                self.assert_named(row, "AmountDiscount", "20.00", "already taken off", "100.00")

    def test_a_discount_that_was_not_taken_off(self):
        values = {"total": 110, "tax": 10.00, "percent": 10, "AmountDiscount": 20}
        self.assert_named(self.sell(self.item("Table", price=100), **values), "20.00", "not taken off", "110.00")

    def test_change_without_a_grand_total(self):
        row = self.sell(self.item(), total=None, tax=12.00, paid=100.00)
        self.assert_named(row, "no GrandTotal", "100.00", "92.00", "without the change")

    def test_a_rate_of_a_charge_that_odoo_does_not_have(self):
        row = self.sell(self.item(), total=100.56, tax=12.56, Charges=[{"Amount": 8, "TaxPercent": 7}])
        self.assert_refused(row, "amount_mismatch", "Charges[0].TaxPercent", "Odoo has no sale tax of 7 %")

    def test_a_return_with_the_totals_of_a_sale(self):
        row = self.sell(self.item(quantity=-1), order_id="return", total=92.00, tax=12.00, AmountTotal=80)
        self.assert_named(row, "return", "92.00", "below 0")
        row = self.sell(self.item(), order_id="sale", total=-92.00, tax=-12.00, AmountTotal=-80)
        self.assert_named(row, "sale", "92.00", "below 0")

    def test_a_voided_item_that_the_total_still_contains(self):
        for number, (name, total, subtotal) in enumerate(
            (("Filter", 100.00, 80), ("Filter", 100.00, 88), ("Product Name", 101.20, 80))
        ):
            with self.subTest(name=name, subtotal=subtotal):
                row = self.sell(
                    self.item(), self.item(name, price=8, Status="Void"), order_id=f"voided {number}", total=total,
                    tax=12.00, AmountTotal=subtotal,
                )  # fmt: skip
                self.assert_named(row, "OrderItems[1]", "8.00", "voided", f"{total:.2f}")

    def test_a_charge_that_only_grand_total_leaves_out(self):
        row = self.sell(self.item(), total=92.00, tax=12.00, AmountTotal=88, ServiceCharges=8)
        self.assert_named(row, "ServiceCharges", "8.00", "does not contain it")

    def test_a_charge_of_the_amount_of_the_tax_is_no_included_tax(self):
        row = self.sell(self.item(), total=92.00, tax=12.00, ServiceCharges=12)
        self.assert_named(row, "ServiceCharges", "12.00", "does not contain it")
        self.assertNotIn("include tax", row.error_message)

    def test_a_comma_that_may_separate_three_decimals(self):
        self.create_product("Oil", self.env["account.tax"])
        self.open_shop_in("KWD", 0.25)
        self.sync.unknown_payment = "first"
        for field, total, values in (
            ("ServiceCharges", 9.5, {"ServiceCharges": "1,500"}),
            ("GrandTotal", "9,200", {}),
        ):
            with self.subTest(field):
                price = 8.0 if values else 9.2
                row = self.sell(
                    self.item("Oil", price=price), order_id=field, total=total, tax=0, percent=0, paid=9.5, **values
                )
                self.assert_named(row, field, "comma")

    def test_a_rate_that_is_no_percentage(self):
        for field, values in (
            ("TaxPercent", {"percent": 150}),
            ("TaxPercent", {"percent": -15}),
            ("Charges[0].TaxPercent", {"Charges": [{"Amount": 8, "TaxPercent": 101}]}),
        ):
            with self.subTest(**values):
                row = self.sell(self.item(), order_id=f"{values}", total=92.00, tax=12.00, **values)
                self.assert_refused(row, "invalid_payload", field, "from 0 to 100")

    def test_a_charge_without_an_amount_is_noted(self):
        row = self.sell(self.item(), total=92.00, tax=12.00, Charges=[{"Type": "service", "Name": "Gift"}])
        self.assert_booked(row, 92.00, 12.00)
        self.assertIn("Charges[0] has no Amount", row.warnings)
