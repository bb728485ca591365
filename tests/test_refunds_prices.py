from .life_common import LifeCase
from .refund_common import RefundCase, exactly


class TestRefundsPrices(LifeCase):
    """What the prices of a refund say where nothing says what was paid back."""

    def sold_at_two_prices(self, *refunds, order_id=7001):
        """Sell two at 10.00 and one at 4.00 of the same product, with ``refunds``."""
        items = [self.item("Oil", 10.0, 2), self.item("Oil", 4.0, 1)]
        totals = {"AmountTotal": 24.0, "GrandTotal": 24.0, "AmountPaid": 24.0, "CheckoutDetails": [self.payment(24.0)]}
        self.synchronize(self.sale(order_id, OrderItems=items, Refunds=list(refunds), **totals))
        self.assertEqual(self.sale_row(order_id).state, "done", self.sale_row(order_id).error_message)

    def send_back(self, *items, order_id=7001, **values):
        """Receive an order with a refund status and without payments. Return the row of its newest refund."""
        self.synchronize({"OrderID": order_id, "OrderStatus": 106, "OrderItems": list(items), **values})
        return self.refund_rows(order_id)[-1:]

    def assert_refund(self, row, amount, doubt=False):
        paid_back = -row.pos_order_id.amount_total
        self.assertEqual((row.state, paid_back, row.doubt), ("done", amount, doubt), row.error_message or row.warnings)

    def test_the_item_of_the_stated_price_came_back(self):
        cases = ((1, 4.0, [0, 1]), (1, 10.0, [1, 0]), (3, 8.0, [2, 1]))
        for order_id, (quantity, price, returned) in enumerate(cases, 7001):
            with self.subTest(price=price):
                self.sold_at_two_prices(order_id=order_id)
                row = self.send_back(self.item("Oil", price, -quantity), order_id=order_id)
                self.assert_refund(row, price * quantity)
                sold = self.sale_row(order_id).pos_order_id.lines.sorted("id")
                self.assertEqual(sold.mapped("refunded_qty"), returned)

    def test_a_lower_price_is_what_was_paid_back(self):
        self.synchronize(self.sale())
        self.assert_refund(self.send_back(self.item("Oil", 8.0, -1)), 8.0)
        self.assert_booked(42.0, oil=4)

    def test_a_lower_price_of_all_goods_is_what_was_paid_back(self):
        self.synchronize(self.sale())
        self.assert_refund(self.send_back(self.item("Oil", 8.0, -5)), 40.0)
        self.assert_booked(10.0, oil=0)

    def test_a_price_at_which_nothing_was_sold_is_refused_if_it_is_higher(self):
        self.sold_at_two_prices()
        row = self.send_back(self.item("Oil", 12.0, -1))
        self.assertEqual((row.state, row.error_code), ("failed", "amount_mismatch"), row.error_message)
        self.assertIn("12.00", row.error_message)
        self.assert_booked(24.0, oil=3)

    def test_more_than_there_is_of_a_price_is_not_booked_at_other_prices(self):
        self.sold_at_two_prices()
        self.assert_refund(self.send_back(self.item("Oil", 4.0, -2)), 8.0)

    def test_a_price_as_it_was_sent_is_no_other_price(self):
        discounted = {**self.item("Oil", 10.0, 5), "DiscountAmount": 10.0}
        totals = {"AmountTotal": 40.0, "GrandTotal": 40.0, "AmountPaid": 40.0, "CheckoutDetails": [self.payment(40.0)]}
        self.synchronize(self.sale(OrderItems=[discounted], **totals))
        self.assert_refund(self.send_back(self.item("Oil", 10.0, -1), RefundID=1), 8.0)
        self.assert_refund(self.send_back(self.item("Oil", 8.0, -1), RefundID=2), 8.0)
        self.assert_booked(24.0, oil=3)

    def test_an_item_at_several_prices_is_no_doubt_if_all_of_it_came_back(self):
        two, one = ({"ItemName": "Oil", "Quantity": quantity} for quantity in (2, 1))
        self.sold_at_two_prices({"RefundID": "R1", "Items": [two, one]})
        self.assert_refund(self.refund_rows(), 24.0)

    def test_an_item_at_several_prices_is_one_doubt_if_some_of_it_came_back(self):
        one = {"ItemName": "Oil", "Quantity": 1}
        self.sold_at_two_prices({"RefundID": "R1", "Items": [one, one]})
        row = self.refund_rows()
        self.assert_refund(row, 20.0, "amounts_differ")
        self.assertEqual(row.warnings.count("at several prices"), 1)

    def test_a_refund_is_what_its_prices_say_to_the_cent(self):
        discounted = self.item("Oil", 5.0, 3, DiscountAmount=5.0)
        totals = {"AmountTotal": 15.0, "GrandTotal": 10.0, "AmountPaid": 10.0, "CheckoutDetails": [self.payment(10.0)]}
        self.synchronize(self.sale(OrderItems=[discounted], **totals))
        for number, (discount, paid_back) in enumerate(((1.67, 3.33), (1.67, 3.33), (1.66, 3.34)), 1):
            back = self.item("Oil", 5.0, 1, DiscountAmount=discount)
            self.assert_refund(self.send_back(back, RefundID=number), paid_back)
        self.assert_booked(0.0, oil=0)

    def test_a_price_of_one_cent_less_is_not_that_of_the_sale(self):
        self.synchronize(self.sale())
        self.assert_refund(self.send_back(self.item("Oil", 9.99, 1), RefundID=1), 9.99)
        row = self.send_back(self.item("Oil", 10.01, 1), RefundID=2)
        self.assertEqual((row.state, row.error_code), ("failed", "amount_mismatch"), row.error_message)

    def test_an_exact_price_leaves_rounding_to_the_share_of_the_sale(self):
        items = [self.item("Oil", 3.3333333333, 3)]
        totals = {"AmountTotal": 10.0, "GrandTotal": 10.0, "AmountPaid": 10.0, "CheckoutDetails": [self.payment(10.0)]}
        self.synchronize(self.sale(OrderItems=items, **totals))
        for number in range(1, 4):
            self.send_back(self.item("Oil", 3.33333333, 1), RefundID=number)
        self.assert_booked(0.0, oil=0)

    def test_one_of_two_combos_comes_back_for_its_price(self):
        self.create_menu()
        parts = [{"ItemName": name, "Quantity": 2} for name in ("Burger", "Fries")]
        menus = self.item("Menu", 50.0, 2, OrderDetailPackages=parts)
        self.synchronize(
            {"OrderID": 7001, "GrandTotal": 115.0, "OrderItems": [menus], "CheckoutDetails": [self.payment(115.0)]}
        )
        self.assertEqual(self.sale_row().state, "done", self.sale_row().error_message)
        self.assert_refund(self.send_back(self.item("Menu", 50.0, 1), RefundID=1), 57.5)
        self.assert_refund(self.send_back({"ItemName": "Menu", "Quantity": 1}, RefundID=2), 57.5)
        self.assertAlmostEqual(self.money(), 0)


class TestRefundsPricesAndTaxes(RefundCase):
    """What the prices of a refund say of goods with tax."""

    def priced(self, price, **values):
        return self.back(quantity=1, priced=exactly(price), **values)

    def test_a_price_is_read_with_tax_or_without_as_that_of_the_sale(self):
        items = (self.item(price=40, quantity=2), self.item(price=10, quantity=2))
        sale = self.sell(*items, total=115, tax=15).pos_order_id
        self.assert_money(self.refund(sale, self.priced(10)), 11.5, 1.5)
        self.assert_money(self.refund(sale, self.priced(11.5)), 11.5, 1.5)
        self.assert_money(self.refund(sale, self.priced(30)), 34.5, 4.5)
        self.sync.prices_include_tax = True
        self.assert_money(self.refund(sale, self.priced(23)), 23, 3)
        self.assertEqual(sale.lines.sorted("id").mapped("refunded_qty"), [2, 2])

    def test_a_price_without_tax_has_none_in_any_synchronization(self):
        sale = self.sell(self.item(price=40, quantity=2), total=92, tax=12).pos_order_id
        self.sync.prices_include_tax = True
        self.assert_money(self.refund(sale, self.priced(20, priced_without_tax=True)), 23, 3)

    def test_money_off_is_no_price_of_what_came_back(self):
        sale = self.sell(self.item(price=40, quantity=2), self.item(price=-10, quantity=1), total=80.5, tax=10.5)
        priced = [self.back(quantity=2, priced=exactly(80)), self.back(quantity=1, priced=exactly(10))]
        self.assert_money(self.refund_rest(sale.pos_order_id, *priced), 80.5, 10.5)

    def test_an_amount_that_may_be_without_tax_is_a_doubt(self):
        sale = self.sell(self.item(price=10, quantity=3), total=34.5, tax=4.5).pos_order_id
        self.assert_money(self.refund(sale, self.priced(10, amount=exactly(10))), 10)
        self.assertEqual(self.last_outcome.doubt, "amounts_differ")
        self.assert_money(self.refund(sale, self.priced(10, amount=exactly(11.5))), 11.5)
        self.assertFalse(self.last_outcome.doubt)

    def test_a_price_of_a_quantity_that_odoo_rounds_counts_for_the_quantity_as_sent(self):
        for number, values in enumerate(({"priced": exactly("3.33")}, {"amount": 3.83}, {})):
            paid = None if values else 3.83
            with self.subTest(values):
                item = self.item(price=10, quantity=1)
                sale = self.sell(item, order_id=f"weighed {number}", total=11.5, tax=1.5).pos_order_id
                refund = self.refund(sale, self.back(quantity="0.333", **values), paid=paid)
                self.assert_money(refund, 3.83, 0.5)
                self.assertEqual(refund.lines.qty, -0.33)
                self.assertIn("0.333", self.last_outcome.warnings[0])

    def test_a_lower_price_of_a_quantity_that_odoo_rounds(self):
        sale = self.sell(self.item(price=10, quantity=1), total=11.5, tax=1.5).pos_order_id
        self.assert_money(self.refund(sale, self.back(quantity="0.333", priced=exactly("1.665"))), 1.91)
        self.assert_money(self.refund_rest(sale), 9.59)
        self.assert_nothing_left(sale)

    def test_a_price_above_that_of_the_sale_is_refused(self):
        sale = self.sell(self.item(price=40, quantity=2), total=92, tax=12).pos_order_id
        self.assert_not_booked(self.try_refund(sale, self.priced(41)), "amount_mismatch", "47.15", "46.00")
