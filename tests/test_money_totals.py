from decimal import Decimal

from .money_common import MoneyCase


class TestMoneyTotals(MoneyCase):
    """All kinds of totals: as texts, with too many decimals, zero, contradictory, or missing."""

    def test_totals_may_be_texts_with_thousands_separators(self):
        row = self.import_order(
            AmountTotal="1,000.00",
            Tax=" 150.00 ",
            GrandTotal="1,150.00",
            AmountPaid="1,150.00",
            OrderItems=[self.item(price="1,000.00", quantity="1.0")],
            CheckoutDetails=[self.payment("1,150.00")],
        )
        self.assert_booked(row, 1150.00, 150.00)

    def test_a_comma_that_may_be_a_decimal_comma_is_never_guessed(self):
        for sent in ("92,0", "1.092,00", "0,092", "1,09,2.00"):
            with self.subTest(sent=sent):
                row = self.import_order(OrderID=f"total {sent}", GrandTotal=sent)
                self.assert_refused(row, "invalid_payload", "GrandTotal", sent)

    def test_a_grand_total_with_more_decimals_than_the_currency_is_rounded(self):
        for sent in ("92.0000", "92.004", "91.996", "91.99999999999999"):
            with self.subTest(sent=sent):
                row = self.sell(self.item(), order_id=f"total {sent}", total=sent, tax="12.0000", paid=sent)
                self.assert_booked(row, 92.00, 12.00)

    def test_a_price_with_more_decimals_than_the_currency_is_kept(self):
        row = self.sell(self.item(price=1.2345, quantity=100), total=141.97, tax=18.52)
        order = self.assert_booked(row, 141.97, 18.52)
        self.assertAlmostEqual(order.lines.price_unit, 1.2345, 10)

    def test_a_total_of_zero_needs_no_payment(self):
        order = self.assert_booked(self.sell(self.item(price=0), total=0, tax=0), 0.00, 0.00)
        self.assertEqual((order.state, order.payment_ids.ids, order.picking_ids.state), ("paid", [], "done"))

    def test_sold_and_returned_things_of_one_order_may_cancel_out(self):
        items = (self.item(quantity=1), self.item(quantity=-1))
        self.assert_booked(self.sell(*items, total=0, tax=0), 0.00, 0.00)

    def test_an_order_may_take_something_back(self):
        items = (self.item(price=80), self.item(price=20, quantity=-1))
        self.assert_booked(self.sell(*items, total=69.00, tax=9.00), 69.00, 9.00)

    def test_without_a_grand_total_what_was_paid_is_the_total(self):
        row = self.sell(self.item(), total=None, tax=12.00, paid=92.00)
        self.assert_booked(row, 92.00, 12.00)
        self.assertIn("GrandTotal is missing", row.warnings)

    def test_without_a_grand_total_the_tax_tells_which_taxes_are_meant(self):
        self.create_tax(8)
        row = self.sell(self.item(), total=None, tax=6.40, percent=8, paid=86.40)
        self.assert_booked(row, 86.40, 6.40)

    def test_without_a_grand_total_an_amount_discount_counts(self):
        row = self.sell(self.item(), total=None, tax=10.50, paid=80.50, AmountDiscount=10)
        self.assert_booked(row, 80.50, 10.50)

    def test_an_order_without_any_total_is_computed_by_odoo(self):
        absent = dict.fromkeys(("AmountTotal", "AmountDiscount", "BalanceAmount"))
        row = self.sell(self.item(), total=None, tax=None, percent=None, paid=92.00, **absent)
        self.assert_booked(row, 92.00, 12.00)
        self.assertIn("AmountTotal is missing", row.warnings)

    def test_without_a_grand_total_the_payments_still_have_to_pay(self):
        for paid in (90.00, 91.99, 92.01, 100.00):
            with self.subTest(paid=paid):
                row = self.sell(self.item(), order_id=f"paid {paid}", total=None, tax=12.00, paid=paid)
                self.assert_refused(row, "amount_mismatch", "92.00", f"{paid:.2f}")

    def test_without_any_total_what_was_paid_still_has_to_be_proven(self):
        absent = dict.fromkeys(("AmountTotal", "AmountDiscount", "BalanceAmount", "AmountPaid"))
        row = self.sell(self.item(), total=None, tax=None, percent=None, **absent, CheckoutDetails=[self.payment(90)])
        self.assert_refused(row, "amount_mismatch", "92.00", "90.00")

    def test_an_order_that_states_neither_total_nor_payment_is_not_understood(self):
        absent = dict.fromkeys(("AmountTotal", "AmountDiscount", "BalanceAmount", "AmountPaid"))
        row = self.sell(self.item(), total=None, tax=None, percent=None, **absent, CheckoutDetails=[])
        self.assert_refused(row, "invalid_payload", "GrandTotal")

    def test_what_is_still_to_be_paid_is_not_fully_paid_without_a_grand_total_too(self):
        row = self.sell(self.item(), total=None, tax=12.00, paid=50.00, BalanceAmount=42)
        self.assert_refused(row, "not_fully_paid", "42.00")

    def test_a_subtotal_that_contradicts_the_lines_is_refused(self):
        for subtotal in (70, 79.99, 80.01, 92):
            with self.subTest(subtotal=subtotal):
                row = self.sell(self.item(), order_id=f"at {subtotal}", total=92, tax=12.00, AmountTotal=subtotal)
                self.assert_refused(row, "amount_mismatch", "AmountTotal")

    def test_a_subtotal_that_contradicts_the_lines_is_refused_without_a_tax_too(self):
        row = self.sell(self.item(), total=92.00, tax=None, AmountTotal=70)
        self.assert_refused(row, "amount_mismatch", "AmountTotal", "70.00", "80.00")

    def test_a_subtotal_before_or_after_discounts_is_no_warning(self):
        for subtotal in (80, 60):
            with self.subTest(subtotal=subtotal):
                row = self.sell(
                    self.item(DiscountAmount=20), order_id=f"at {subtotal}", total=69.00, tax=9.00, AmountTotal=subtotal
                )
                self.assert_booked(row, 69.00, 9.00)
                self.assertFalse(row.warnings)

    def test_a_tax_that_contradicts_the_grand_total_is_refused(self):
        row = self.sell(self.item(), total=92.00, tax=10.00)
        self.assert_refused(row, "amount_mismatch", "Tax", "90.00", "92.00")

    def test_a_tax_that_no_reading_gives_is_refused_without_a_subtotal_too(self):
        row = self.sell(self.item(), total=92.00, tax=10.00, AmountTotal=None)
        self.assert_refused(row, "amount_mismatch", "10.00", "12.00")

    def test_a_reading_that_gives_the_total_without_the_stated_tax_is_refused(self):
        """The price includes tax: without tax it gives GrandTotal, but not the Tax."""
        row = self.sell(self.item(price=69), total=69.00, tax=9.00, percent=0, AmountTotal=60)
        self.assert_refused(row, "amount_mismatch", "9.00", "Prices Include Tax")

    def test_a_fee_that_is_hidden_in_the_total_is_refused(self):
        self.create_product("Oil", self.env["account.tax"])
        for total, subtotal, tax in (
            (120.12, 120.00, 0),
            (120.12, None, 0),
            (120.12, None, None),
            (120.01, None, None),
        ):
            with self.subTest(total=total, subtotal=subtotal, tax=tax):
                items = [self.item("Oil", price=10)] * 12
                order_id = f"fee {total} {subtotal} {tax}"
                row = self.sell(*items, order_id=order_id, total=total, tax=tax, percent=None, AmountTotal=subtotal)
                self.assert_refused(row, "amount_mismatch", f"{total:.2f}", "120.00")

    def test_prices_that_seem_to_include_tax_are_explained_without_a_stated_tax_too(self):
        row = self.sell(self.item(price=92), total=92.00, tax=None)
        self.assert_refused(row, "amount_mismatch", "92.00", "105.80", "Prices Include Tax")

    def test_untaxed_goods_are_not_explained_by_taxes(self):
        self.create_product("Oil", self.env["account.tax"])
        for percent in (None, 0):
            with self.subTest(percent=percent):
                order_id = f"oil {percent}"
                row = self.sell(self.item("Oil"), order_id=order_id, total=81.00, tax=None, percent=percent)
                self.assert_refused(row, "amount_mismatch", "81.00", "80.00", "difference of", "1.00")
                self.assertNotIn("sale taxes", row.error_message)
        row = self.sell(self.item("Oil"), order_id="taxed", total=91.20, tax=11.20, percent=14)
        self.assert_refused(row, "amount_mismatch", "sale taxes", "14 %")

    def test_a_discount_larger_than_the_order_is_named(self):
        for total in (-5.00, 0.00, 10.00):
            with self.subTest(total=total):
                row = self.sell(self.item(price=10), order_id=f"at {total}", total=total, AmountDiscount=15)
                self.assert_refused(row, "amount_mismatch", "AmountDiscount", "15.00", "10.00")
                self.assertNotIn("unexplained", row.error_message)
                self.assertNotIn("add up", row.error_message)

    def test_a_balance_or_percentage_is_not_named_as_a_missing_item(self):
        for field, amount in (("BalanceAmount", -5.50), ("DiscountPercent", 5.50)):
            with self.subTest(field=field):
                row = self.sell(self.item(), order_id=field, total=97.50, tax=12.00, **{field: amount})
                self.assert_refused(row, "amount_mismatch", "5.50")
                self.assertNotIn(field, row.error_message)

    def test_a_discount_that_raises_the_total_is_explained(self):
        for discount in (2, -2):
            with self.subTest(discount=discount):
                item = self.item(DiscountAmount=discount)
                row = self.sell(item, order_id=f"off {discount}", total=94.30, tax=12.30)
                self.assert_refused(row, "amount_mismatch", "94.30", "DiscountAmount", "as an item")

    def test_the_field_whose_amount_is_the_difference_is_named(self):
        for field in ("Packaging", "ServiceFee", "GiftCard"):
            with self.subTest(field=field):
                row = self.sell(self.item(), order_id=field, total=97.50, tax=12.00, **{field: "5.50"})
                self.assert_refused(row, "amount_mismatch", field, "5.50")

    def test_the_currency_of_the_point_of_sale(self):
        currency = self.pos_config.currency_id
        for number, stated in enumerate((currency.name, f" {currency.name.lower()} ", "", None)):
            with self.subTest(stated=stated):
                row = self.sell(self.item(), order_id=f"in {number}", total=92.00, tax=12.00, Currency=stated)
                self.assert_booked(row, 92.00, 12.00)

    def test_another_currency_is_refused(self):
        for stated in ("ISK", "KWD", "XXX", "$", "Euro"):
            with self.subTest(stated=stated):
                row = self.sell(self.item(), order_id=f"in {stated}", total=92.00, tax=12.00, Currency=stated)
                self.assert_refused(row, "wrong_currency", stated, self.pos_config.currency_id.name)

    def test_a_quantity_finer_than_odoo_keeps_costs_what_it_cost(self):
        self.env.ref("uom.decimal_product_uom").digits = 2
        row = self.sell(self.item(price=24.00, quantity=0.125), total=3.45, tax=0.45)
        order = self.assert_booked(row, 3.45, 0.45)
        self.assertEqual((order.lines.qty, order.picking_ids.move_ids.quantity), (0.13, 0.13))
        self.assertIn("0.125", row.warnings)

    def test_a_quantity_of_which_odoo_keeps_nothing_is_refused(self):
        self.env.ref("uom.decimal_product_uom").digits = 2
        row = self.sell(self.item(price=1000, quantity=0.004), total=4.60, tax=0.60)
        self.assert_refused(row, "invalid_payload", "0.004", "Decimal Accuracy")

    def test_what_python_callers_bring_is_as_good(self):
        order = self.sync._process_external_order(
            self.order("python", GrandTotal=Decimal(92), AmountPaid=92, CheckoutDetails=[self.payment(Decimal("92.0"))])
        )
        self.assert_amounts(order, 92.00, 12.00)
        self.assert_kept(order)
