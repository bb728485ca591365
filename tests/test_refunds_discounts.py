from itertools import product

from .life_common import LifeCase

# What each of three equal parts may have been paid back for: the shares of 20.00 and of 23.00, rounded.
SHARES = {0: ((6.67, 6.67, 6.66), (6.66, 6.67, 6.67), (6.67, 6.66, 6.67))}
SHARES[15] = ((7.67, 7.67, 7.66), (7.66, 7.67, 7.67), (7.67, 7.66, 7.67))


class TestRefundsDiscounts(LifeCase):
    """An order with money off the whole order comes back in parts, whose shares of that have to be rounded."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.create_product("Taxed", taxes=cls.tax, list_price=10)

    def setUp(self):
        super().setUp()
        self.order_id = 7000

    def sell_three(self, percent, lines, payments=None):
        """Import three pieces at 10.00 with 10.00 off the order, as one line or as three."""
        self.order_id += 1
        self.name = "Taxed" if percent else "Oil"
        total = 20.0 * (100 + percent) / 100
        self.synchronize(
            self.order(
                self.order_id,
                OrderItems=[self.item(self.name, 10.0, 3 // lines)] * lines,
                AmountTotal=30.0,
                AmountDiscount=10.0,
                Tax=total - 20.0,
                TaxPercent=percent,
                GrandTotal=total,
                AmountPaid=total,
                CheckoutDetails=payments or [self.payment(total)],
            )
        )

    def give_back(self, *payments, **item):
        """Let the order come again with a refund status for each part, with one item and these payments."""
        for number, paid in enumerate(payments):
            self.synchronize(
                {
                    "OrderID": self.order_id,
                    "OrderStatus": 106,
                    "RefundID": f"R{number}",
                    "OrderItems": [{"ItemName": self.name, "Quantity": 1, **item}],
                    "CheckoutDetails": paid,
                }
            )
        rows = self.refund_rows(self.order_id)
        self.assertEqual(set(rows.mapped("state")), {"done"}, rows.mapped("error_message"))
        return rows

    def assert_nothing_left(self):
        sale = self.sale_row(self.order_id).pos_order_id
        orders = sale | sale._get_all_refunds()
        for amounts in ("amount_total", "amount_tax", "amount_paid"):
            self.assertAlmostEqual(sum(orders.mapped(amounts)), 0, 6, amounts)
        for payments in orders.payment_ids.grouped("payment_method_id").values():
            self.assertAlmostEqual(sum(payments.mapped("amount")), 0, 6, payments.payment_method_id.name)
        for line in sale.lines:
            self.assertEqual(line.refunded_qty, line.qty)

    def test_each_part_is_booked_as_it_was_paid_back(self):
        # A sender may repeat the price before the discount, or the rounded one after it, or none.
        for percent, lines, price in product((0, 15), (1, 3), (10.0, 6.67, None)):
            for paid in SHARES[percent]:
                with self.subTest(percent=percent, lines=lines, price=price, paid=paid):
                    self.sell_three(percent, lines)
                    values = {} if price is None else {"Price": price}
                    rows = self.give_back(*([self.payment(amount)] for amount in paid), **values)
                    booked = rows.pos_order_id
                    self.assertEqual([-round(order.amount_total, 2) for order in booked], list(paid))
                    self.assertEqual([-round(order.amount_paid, 2) for order in booked], list(paid))
                    self.assertEqual(set(rows.mapped("doubt")), {False})
                    self.assert_nothing_left()

    def test_parts_that_do_not_say_how_they_were_paid_back_add_up(self):
        for percent, lines, price in product((0, 15), (1, 3), (10.0, None)):
            with self.subTest(percent=percent, lines=lines, price=price):
                self.sell_three(percent, lines)
                self.give_back([], [], [], **({} if price is None else {"Price": price}))
                self.assert_nothing_left()

    def test_parts_that_were_paid_back_by_both_methods(self):
        card = ("Card (test)", 2)
        self.sell_three(0, 3, [self.payment(13.34), self.payment(6.66, *card)])
        rows = self.give_back([self.payment(6.67)], [self.payment(6.66, *card)], [self.payment(6.67)])
        self.assertEqual([-round(order.amount_total, 2) for order in rows.pos_order_id], [6.67, 6.66, 6.67])
        self.assert_nothing_left()
