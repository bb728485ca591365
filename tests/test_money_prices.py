from .money_common import MoneyCase


class TestMoneyPrices(MoneyCase):
    """Unusual prices: without tax although the setting says otherwise, below 0, and with taxes that do not fit."""

    def item_without_tax(self, price, **values):
        return self.item(price=None, PriceWithoutTax=price, **values)

    def sell_without_tax(self, *prices, **values):
        items = [self.item_without_tax(price) for price in prices]
        self.synchronize(self.order("sale", **{"OrderItems": items, "AmountTotal": sum(prices), **values}))
        return self.inbox("sale")

    # Prices that are sent without tax

    def test_prices_without_tax_are_without_tax_whatever_the_setting(self):
        for number, includes_tax in enumerate((False, True)):
            with self.subTest(includes_tax=includes_tax):
                self.sync.prices_include_tax = includes_tax
                order = self.order(f"sale {number}", OrderItems=[self.item_without_tax(80)])
                self.synchronize(order)
                self.assert_booked(self.inbox(f"sale {number}"), 92.00, 12.00)

    def test_the_setting_counts_for_the_other_orders_of_the_batch(self):
        self.sync.prices_include_tax = True
        self.synchronize(
            self.order("without", OrderItems=[self.item_without_tax(80)]),
            self.sold("with", self.item(price=92), total=92.00, tax=12.00),
        )
        for order_id in ("without", "with"):
            self.assert_booked(self.inbox(order_id), 92.00, 12.00)

    def test_prices_without_tax_do_not_add_up_to_a_total_with_it(self):
        self.sync.prices_include_tax = True
        row = self.sell_without_tax(92, AmountTotal=None, Tax=None)
        self.assert_refused(row, "amount_mismatch", "92.00", "105.80")
        self.assertNotIn("switch on Prices Include Tax", row.error_message)

    def test_prices_with_and_without_tax_in_one_order_are_refused_where_they_differ(self):
        for includes_tax in (False, True):
            with self.subTest(includes_tax=includes_tax):
                self.sync.prices_include_tax = includes_tax
                order = self.order(f"mixed {includes_tax}", OrderItems=[self.item_without_tax(40), self.item(price=40)])
                self.synchronize(order)
                row = self.inbox(f"mixed {includes_tax}")
                if includes_tax:
                    self.assert_refused(row, "invalid_payload", "PriceWithoutTax")
                else:
                    self.assert_booked(row, 92.00, 12.00)

    # Prices below 0

    def test_a_voucher_is_a_line_with_a_price_below_0(self):
        self.create_product("Voucher", self.env["account.tax"])
        for name, total, tax in (("Product Name", 80.50, 10.50), ("Voucher", 82.00, 12.00)):
            with self.subTest(name=name):
                items = (self.item(), self.item(name, price=-10))
                order = self.assert_booked(self.sell(*items, order_id=name, total=total, tax=tax), total, tax)
                self.assertEqual(len(order.lines), 2)

    def test_a_voucher_of_the_whole_amount_and_of_more(self):
        self.assert_booked(self.sell(self.item(), self.item(price=-80), order_id="all", total=0, tax=0), 0.00, 0.00)
        row = self.sell(self.item(), self.item(price=-90), order_id="more", total=-11.50, tax=-1.50)
        self.assert_booked(row, -11.50, -1.50)

    def test_a_voucher_where_prices_include_tax(self):
        self.sync.prices_include_tax = True
        items = (self.item(price=92), self.item(price=-11.5))
        self.assert_booked(self.sell(*items, total=80.50, tax=10.50), 80.50, 10.50)

    # A rate that no tax in Odoo has

    def test_where_prices_include_tax_a_rate_without_a_tax_is_refused(self):
        """The total agrees with any rate, so nothing confirms the products' rate."""
        self.sync.prices_include_tax = True
        row = self.sell(self.item(price=92), total=92.00, tax=None, percent=14, AmountTotal=None)
        self.assert_refused(row, "amount_mismatch", "14 %", "15 %")
        self.create_tax(14)
        row._import()
        self.assert_booked(row, 92.00, 11.30)

    def test_a_rate_without_a_tax_does_no_harm_where_the_tax_is_stated_or_a_product_has_it(self):
        self.sync.prices_include_tax = True
        row = self.sell(self.item(price=92), order_id="stated", total=92.00, tax=12.00, percent=14)
        self.assert_booked(row, 92.00, 12.00)
        both = self.create_tax(8) | self.create_tax(6)
        self.create_product("Two Taxes", both)
        row = self.sell(self.item("Two Taxes", price=114), order_id="sum", total=114.00, tax=None, percent=14)
        self.assert_booked(row, 114.00, 14.00)

    # AmountTotal without tax although prices include it

    def test_where_prices_include_tax_amount_total_without_it_states_the_tax(self):
        self.sync.prices_include_tax = True
        row = self.sell(self.item(price=92), total=92.00, tax=None, AmountTotal=80)
        self.assert_booked(row, 92.00, 12.00)
        items = [self.item(price=92, DiscountAmount=11.5)]
        for subtotal in (70, 80):
            row = self.sell(*items, order_id=f"at {subtotal}", total=80.50, tax=None, AmountTotal=subtotal)
            if subtotal == 70:
                self.assert_booked(row, 80.50, 10.50)
            else:
                self.assert_refused(row, "amount_mismatch", "80.00")

    def test_amount_total_without_tax_may_be_rounded_by_line(self):
        self.sync.prices_include_tax = True
        items = [self.item(price=0.33)] * 3
        for subtotal, given in ((0.87, True), (0.86, True), (0.85, False), (0.88, False)):
            with self.subTest(subtotal=subtotal):
                row = self.sell(*items, order_id=f"at {subtotal}", total=0.99, tax=None, AmountTotal=subtotal)
                if given:
                    self.assert_booked(row, 0.99, round(0.99 - subtotal, 2))
                else:
                    self.assert_refused(row, "amount_mismatch", f"{subtotal:.2f}")

    def test_amount_total_that_is_neither_is_refused(self):
        self.sync.prices_include_tax = True
        for subtotal in (79.99, 80.01, 85):
            with self.subTest(subtotal=subtotal):
                row = self.sell(
                    self.item(price=92), order_id=f"{subtotal}", total=92.00, tax=None, AmountTotal=subtotal
                )
                self.assert_refused(row, "amount_mismatch", f"{subtotal:.2f}")

    # A sale without tax

    def test_a_stated_tax_of_0_is_no_tax_where_the_totals_say_so_and_is_shown(self):
        row = self.sell(self.item(), total=80.00, tax=0, percent=None)
        order = self.assert_booked(row, 80.00, 0.00)
        self.assertFalse(order.lines.tax_ids)
        self.assertEqual(row.doubt, "amounts_differ")
        self.assertIn("Product Name", row.warnings)

    def test_where_prices_include_tax_a_tax_of_0_is_not_believed(self):
        """Every total would agree with it, and some systems send 0 for an unknown tax."""
        self.sync.prices_include_tax = True
        self.assert_refused(self.sell(self.item(), total=80.00, tax=0, percent=None), "amount_mismatch", "80.00")

    def test_a_tax_of_0_on_untaxed_goods_is_nothing_special(self):
        self.create_product("Free of Tax", self.env["account.tax"])
        row = self.sell(self.item("Free of Tax"), total=80.00, tax=0, percent=None)
        self.assert_booked(row, 80.00, 0.00)
        self.assertFalse(row.doubt)

    def test_a_tax_of_0_is_not_believed_where_anything_else_says_otherwise(self):
        for total, tax, percent in ((80.00, None, None), (80.00, 0, 15), (92.00, 0, None)):
            with self.subTest(total=total, tax=tax, percent=percent):
                row = self.sell(self.item(), order_id=f"{total} {tax} {percent}", total=total, tax=tax, percent=percent)
                self.assert_refused(row, "amount_mismatch", f"{total:.2f}")
