from .money_common import MoneyCase


class TestMoneyDiscounts(MoneyCase):
    """DiscountAmount belongs to its line; AmountDiscount has the meaning that gives GrandTotal."""

    def test_a_discount_amount_belongs_to_its_line(self):
        items = (self.item(price=80, DiscountAmount=20), self.item(price=40))
        order = self.assert_booked(self.sell(*items, total=115.00, tax=15.00), 115.00, 15.00)
        self.assertEqual(order.lines.sorted("id").mapped("discount"), [25.0, 0.0])
        self.assertEqual(order.lines.sorted("id").mapped("price_subtotal"), [60.0, 40.0])

    def test_a_discount_that_is_no_round_percentage_is_kept_to_the_cent(self):
        items = (self.item(price=29.99, quantity=3, DiscountAmount=7.77), self.item(price=9.99, DiscountAmount=3.33))
        self.assert_booked(self.sell(*items, total=102.19, tax=13.33), 102.19, 13.33)

    def test_a_line_may_be_free_by_its_discount(self):
        items = (self.item(price=80, DiscountAmount=80), self.item(price=40))
        order = self.assert_booked(self.sell(*items, total=46.00, tax=6.00), 46.00, 6.00)
        self.assertEqual(order.lines.sorted("id").mapped("discount"), [100.0, 0.0])

    def test_an_order_that_is_free_by_its_discounts_needs_no_payment(self):
        row = self.sell(self.item(DiscountAmount=80), total=0, tax=0)
        self.assertFalse(self.assert_booked(row, 0.00, 0.00).payment_ids)

    def test_an_amount_discount_on_top_of_the_lines_is_spread_in_proportion(self):
        items = (self.item(price=80), self.item(price=20))
        row = self.sell(*items, total=103.50, tax=13.50, AmountDiscount=10)
        order = self.assert_booked(row, 103.50, 13.50)
        self.assertEqual(order.lines.sorted("id").mapped("price_subtotal"), [72.0, 18.0])

    def test_an_amount_discount_that_repeats_the_lines_is_not_taken_twice(self):
        items = (self.item(price=80, DiscountAmount=10), self.item(price=20))
        self.assert_booked(self.sell(*items, total=103.50, tax=13.50, AmountDiscount=10), 103.50, 13.50)

    def test_an_amount_discount_that_contains_the_lines_discounts(self):
        items = (self.item(price=80, DiscountAmount=10), self.item(price=20))
        self.assert_booked(self.sell(*items, total=97.75, tax=12.75, AmountDiscount=15), 97.75, 12.75)

    def test_an_amount_discount_besides_the_lines_discounts(self):
        items = (self.item(price=80, DiscountAmount=10), self.item(price=20))
        self.assert_booked(self.sell(*items, total=86.25, tax=11.25, AmountDiscount=15), 86.25, 11.25)

    def test_an_amount_discount_is_spread_to_the_cent(self):
        items = [self.item(price=33.33) for _line in range(3)]
        self.assert_booked(self.sell(*items, total=103.49, tax=13.50, AmountDiscount=10), 103.49, 13.50)

    def test_an_amount_discount_that_gives_no_reading_is_a_mismatch(self):
        row = self.sell(self.item(), total=92.00 - 5, tax=12.00, AmountDiscount=10)
        self.assert_refused(row, "amount_mismatch", "87.00")

    def test_an_amount_discount_with_taxes_that_prices_include(self):
        tax = self.create_tax(15, price_include_override="tax_included")
        self.create_product("Included", tax)
        items = (self.item("Included", price=80), self.item("Included", price=20))
        self.assert_booked(self.sell(*items, total=103.50, tax=13.50, AmountDiscount=10), 103.50, 13.50)

    def test_an_amount_discount_that_nothing_takes_off_is_refused(self):
        row = self.sell(self.item(), total=92.00, tax=12.00, AmountDiscount=3)
        self.assert_refused(row, "amount_mismatch", "3.00")

    # In per cent

    def sell_at_ten_percent_off(self, *items, **values):
        return self.sell(*items, **{"AmountDiscount": None, "DiscountPercent": 10, **values})

    def test_a_percentage_is_taken_off_the_items_before_tax(self):
        items = (self.item(price=80), self.item(price=20))
        row = self.sell_at_ten_percent_off(*items, total=103.50, tax=13.50)
        order = self.assert_booked(row, 103.50, 13.50)
        self.assertEqual(order.lines.sorted("id").mapped("discount"), [10.0, 10.0])

    def test_a_percentage_of_the_items_before_or_after_their_own_discounts(self):
        items = (self.item(price=80, DiscountAmount=8), self.item(price=20))
        for total, tax in ((94.30, 12.30), (95.22, 12.42)):
            with self.subTest(total=total):
                row = self.sell_at_ten_percent_off(*items, order_id=f"at {total}", total=total, tax=tax)
                self.assert_booked(row, total, tax)

    def test_a_percentage_is_exact_or_rounded(self):
        """10 % of 12.34 is 1.234; for three lines, 3.702."""
        items = [self.item(price=12.34)] * 3
        for net in (33.30, 33.32, 33.33):
            with self.subTest(net=net):
                tax = 5.00
                row = self.sell_at_ten_percent_off(
                    *items, order_id=f"at {net}", total=net + tax, tax=tax, AmountTotal=None
                )
                if net == 33.30:
                    self.assert_refused(row, "amount_mismatch")
                else:
                    self.assert_booked(row, round(net + tax, 2), tax)

    def test_a_percentage_after_tax_where_only_that_gives_the_totals(self):
        order = self.assert_booked(self.sell_at_ten_percent_off(self.item(), total=84.00, tax=12.00), 84.00, 12.00)
        self.assertEqual(order.lines.sorted("id").mapped("price_subtotal_incl"), [92.0, -8.0])

    def test_a_percentage_that_nothing_takes_off_is_refused(self):
        row = self.sell_at_ten_percent_off(self.item(), total=92.00, tax=12.00)
        self.assert_refused(row, "amount_mismatch", "92.00")

    def test_a_percentage_without_any_other_total(self):
        row = self.sell_at_ten_percent_off(self.item(), total=None, tax=None, paid=82.80, AmountTotal=None)
        self.assert_booked(row, 82.80, 10.80)

    def test_a_percentage_of_more_than_everything_is_refused(self):
        for percent in (-10, 100.5, 1000):
            with self.subTest(percent=percent):
                row = self.sell_at_ten_percent_off(
                    self.item(), order_id=f"{percent}", total=82.80, tax=10.80, DiscountPercent=percent
                )
                self.assert_refused(row, "invalid_payload", "DiscountPercent")

    # After tax

    def sell_with_voucher(self, **values):
        ten = self.create_tax(10)
        self.create_product("Chair", ten)
        return self.sell(
            self.item("Chair", price=100),
            **{"total": 90.00, "tax": 10.00, "percent": 10, "AmountDiscount": 20, **values},
        )

    def test_a_discount_after_tax_leaves_the_tax_as_it_is(self):
        order = self.assert_booked(self.sell_with_voucher(), 90.00, 10.00)
        self.assertEqual(order.lines.sorted("id").mapped("price_subtotal_incl"), [110.0, -20.0])
        self.assertEqual(order.picking_ids.move_ids.product_id.name, "Chair")
        books = self.close_and_read(order.session_id)
        self.assertEqual((books["sales"], sum(books["tax"].values())), (80.00, 10.00))
        self.assertEqual(books["paid"], {self.cash: 90.00})

    def test_odoo_invoices_a_discount_after_tax_to_the_cent(self):
        order = self.sell_with_voucher().pos_order_id
        order.partner_id = self.env["res.partner"].create({"name": "Customer"})
        order.action_pos_order_invoice()
        self.assertRecordValues(
            order.account_move, [{"move_type": "out_invoice", "amount_total": 90.00, "amount_tax": 10.00}]
        )

    def test_without_a_stated_tax_only_after_tax_gives_the_total(self):
        self.assert_booked(self.sell_with_voucher(tax=None), 90.00, 10.00)

    def test_before_tax_it_is_where_the_totals_say_so(self):
        order = self.assert_booked(self.sell_with_voucher(total=88.00, tax=8.00), 88.00, 8.00)
        self.assertEqual(len(order.lines), 1)

    def test_a_discount_after_tax_beside_the_lines_discounts(self):
        items = (self.item(price=80, DiscountAmount=10), self.item(price=20))
        row = self.sell(*items, total=88.50, tax=13.50, AmountDiscount=15)
        self.assert_booked(row, 88.50, 13.50)

    def test_a_discount_after_tax_of_a_return(self):
        row = self.sell(self.item(price=100, quantity=-1), total=-95.00, tax=-15.00, AmountDiscount=20)
        order = self.assert_booked(row, -95.00, -15.00)
        self.assertEqual(order.lines.sorted("id").mapped("price_subtotal_incl"), [-115.0, 20.0])

    def test_no_more_is_taken_off_than_the_order_costs(self):
        row = self.sell_with_voucher(total=-10.00, tax=10.00, AmountDiscount=120, paid=-10.00)
        self.assert_refused(row, "amount_mismatch")

    def test_the_product_of_discounts_after_tax_is_made_again_if_it_was_deleted(self):
        self.env.ref("external_order_sync.product_discount_after_tax").product_tmpl_id.unlink()
        self.assert_booked(self.sell_with_voucher(), 90.00, 10.00)
        self.assertTrue(self.env.ref("external_order_sync.product_discount_after_tax"))

    def test_the_sign_of_a_discount_does_not_count(self):
        row = self.sell(self.item(DiscountAmount=-20), total=69.00, tax=9.00, AmountDiscount=-20)
        self.assert_booked(row, 69.00, 9.00)

    def test_a_discount_above_the_line_is_refused(self):
        for price, discount in ((80, 81), (80.50, 80.51)):
            with self.subTest(price=price):
                item = self.item(price=price, DiscountAmount=discount)
                row = self.sell(item, order_id=f"{price} less {discount}", total=1, tax=0)
                self.assert_refused(row, "invalid_payload", "DiscountAmount")
