from .life_common import LifeCase


class TestRefundsFigures(LifeCase):
    """Whatever figures a refund states are used, agree with what is booked, or are refused or shown."""

    def send_back(self, *items, order_id=7001, **values):
        """Receive an order with a refund status and without payments. Return the row of its newest refund."""
        self.synchronize({"OrderID": order_id, "OrderStatus": 106, "OrderItems": list(items), **values})
        return self.refund_rows(order_id)[-1:]

    def list_back(self, *items, order_id=7001, sale=None, **values):
        """Receive an order with one refund in its list. Return the row of that refund."""
        refund = {"RefundID": "R1", "Items": list(items), **values}
        self.synchronize({**(sale or self.sale(order_id)), "Refunds": [refund]})
        return self.refund_rows(order_id)[-1:]

    def sold_with(self, total, order_id=7001, **values):
        """Return an order of five Oil for ``total``, with charges or discounts."""
        amounts = {"GrandTotal": total, "AmountPaid": total, "CheckoutDetails": [self.payment(total)]}
        return self.sale(order_id, **amounts, **values)

    def assert_refund(self, row, amount, doubt=False):
        paid_back = -row.pos_order_id.amount_total
        self.assertEqual((row.state, paid_back, row.doubt), ("done", amount, doubt), row.error_message or row.warnings)

    def assert_refused(self, row, code, *parts):
        self.assertEqual(
            (row.state, row.error_code), ("failed", code), row.error_message or row.pos_order_id.amount_total
        )
        for part in parts:
            self.assertIn(part, row.error_message)

    # ---- prices and discounts that cannot be read ----

    def test_a_price_or_discount_that_cannot_be_read_is_refused_where_nothing_else_says_the_amount(self):
        cases = (
            ({"Price": "7,50"}, "Price"),
            ({"Price": "7.50 USD"}, "Price"),
            ({"Price": True}, "Price"),
            ({"Price": [7.5]}, "Price"),
            ({"Price": {"amount": 7.5}}, "Price"),
            ({"Price": "1,092"}, "Price"),
            ({"Price": 10.0, "DiscountAmount": "2,50"}, "DiscountAmount"),
            ({"Price": 10.0, "DiscountAmount": "1,092"}, "DiscountAmount"),
            ({"Price": 10.0, "DiscountPercentage": "25%"}, "DiscountPercentage"),
            ({"Price": 10.0, "DiscountPercentage": 150}, "DiscountPercentage"),
            ({"Price": 10.0, "DiscountAmount": 50.0}, "DiscountAmount"),
            ({"DiscountAmount": 5.0}, "Price"),
            ({"Price": 0, "DiscountAmount": 5.0}, "DiscountAmount"),
        )
        for number, (values, field) in enumerate(cases, 1):
            with self.subTest(values):
                self.synchronize(self.sale(2 * number))
                item = {"ItemName": "Oil", "Quantity": 1, **values}
                row = self.send_back(item, order_id=2 * number)
                self.assert_refused(row, "invalid_payload", f"OrderItems[0].{field}")
                row = self.list_back(item, order_id=2 * number + 1)
                self.assert_refused(row, "invalid_payload", f"Refunds[0].Items[0].{field}")

    def test_a_price_that_cannot_be_read_is_ignored_with_a_warning_where_payments_say_the_amount(self):
        self.synchronize(self.sale())
        item = {"ItemName": "Oil", "Quantity": 1, "Price": "7,50"}
        row = self.send_back(item, CheckoutDetails=[self.payment(10.0)])
        self.assert_refund(row, 10.0, "warning")
        self.assertIn("OrderItems[0].Price", row.warnings)

    # ---- prices, discounts and amounts of items ----

    def test_a_price_in_a_list_says_how_much_less_was_paid_back(self):
        oil = {"ItemName": "Oil", "Quantity": 2}
        self.assert_refund(self.list_back({**oil, "Price": 7.5}, order_id=1), 15.0)
        self.assert_refund(self.list_back({**oil, "Price": 10.0, "DiscountAmount": 5.0}, order_id=2), 15.0)
        self.assert_refund(self.list_back({**oil, "Price": 10.0}, order_id=3), 20.0)
        self.assert_refused(self.list_back({**oil, "Price": 11.0}, order_id=4), "amount_mismatch", "22.00", "20.00")

    def test_the_amount_of_an_item_counts_in_an_order_with_a_refund_status(self):
        self.synchronize(self.sale())
        oil = self.item("Oil", 10.0, 1)
        self.assert_refund(self.send_back({**oil, "Amount": 4.0}, RefundID=1), 4.0)
        row = self.send_back({**self.item("Oil", 10.0, 2), "Amount": 15.0}, RefundID=2, GrandTotal=15.0)
        self.assert_refund(row, 15.0)
        row = self.send_back({**oil, "Amount": 4.0}, RefundID=3, GrandTotal=10.0)
        self.assert_refused(row, "amount_mismatch")
        self.assert_booked(31.0, oil=2)

    def test_amounts_of_all_goods_of_the_sale_count_only_if_they_are_not_its_prices(self):
        for order_id, amount, paid_back in ((1, 50.0, 50.0), (2, -50.0, 50.0), (3, 40.0, 40.0)):
            with self.subTest(amount=amount):
                self.synchronize(self.sale(order_id))
                quantity = -5 if amount < 0 else 5
                row = self.send_back({**self.item("Oil", 10.0, quantity), "Amount": amount}, order_id=order_id)
                self.assert_refund(row, paid_back)

    def test_an_amount_that_contradicts_all_that_was_paid_back_is_shown(self):
        self.synchronize(self.sale())
        row = self.send_back({**self.item("Oil", 10.0, 5), "Amount": 40.0}, GrandTotal=50.0)
        self.assert_refund(row, 50.0, "amounts_differ")
        self.assertIn("40.00", row.warnings)

    def test_an_amount_of_all_goods_is_proven_by_the_total(self):
        self.synchronize(self.sale())
        row = self.send_back({**self.item("Oil", 10.0, 5), "Amount": 40.0}, GrandTotal=40.0)
        self.assert_refund(row, 40.0)

    def test_a_price_that_contradicts_the_amount_of_its_item_is_refused(self):
        item = {"ItemName": "Oil", "Quantity": 1, "Price": 8.0}
        self.assert_refused(self.list_back({**item, "Amount": 4.0}, order_id=1), "amount_mismatch", "4.00", "8.00")
        self.assert_refund(self.list_back({**item, "Amount": 8.0}, order_id=2), 8.0)

    def test_a_price_that_contradicts_what_was_paid_back_is_shown(self):
        self.synchronize(self.sale())
        row = self.send_back(self.item("Oil", 8.0, 1), CheckoutDetails=[self.payment(10.0)])
        self.assert_refund(row, 10.0, "amounts_differ")
        self.assertIn("8.00", row.warnings)

    def test_more_for_an_item_than_it_cost_is_refused(self):
        cases = ((1, 50.0), (0.01, 50.0), (1, 10.01), (5, 50.01), (4, 45.0))
        for number, (quantity, amount) in enumerate(cases, 1):
            with self.subTest(quantity=quantity, amount=amount):
                item = {"ItemName": "Oil", "Quantity": quantity, "Amount": amount}
                row = self.list_back(item, order_id=number)
                code = "refund_exceeds_order" if amount > 50 else "amount_mismatch"
                self.assert_refused(row, code, f"{amount:.2f}")

    def test_the_last_goods_may_bring_back_what_was_kept_of_those_before(self):
        first, last = ({"ItemName": "Oil", "Quantity": number} for number in (4, 1))
        kept = {"RefundID": "R0", "Items": [{**first, "Amount": 30.0}]}
        self.synchronize(self.sale(Refunds=[kept, {"RefundID": "R1", "Items": [{**last, "Amount": 20.0}]}]))
        self.assertEqual(set(self.rows().mapped("state")), {"done"}, self.rows().mapped("error_message"))
        self.assert_booked(0.0, oil=0)

    def test_one_amount_for_goods_of_several_prices_is_shared_as_they_cost(self):
        items = [self.item("Oil", 10.0, 2), self.item("Oil", 4.0, 1)]
        totals = {"AmountTotal": 24.0, "GrandTotal": 24.0, "AmountPaid": 24.0, "CheckoutDetails": [self.payment(24.0)]}
        sale = self.sale(OrderItems=items, **totals)
        self.assert_refund(self.list_back({"ItemName": "Oil", "Quantity": 3, "Amount": 24.0}, sale=sale), 24.0)
        self.assert_booked(0.0, oil=0)

    def test_goods_do_not_come_back_for_an_amount_below_the_smallest_unit(self):
        for number, values in enumerate(({"Quantity": 1}, {}), 1):
            with self.subTest(values):
                row = self.list_back({"ItemName": "Oil", "Amount": 1e-10, **values}, order_id=number)
                self.assert_refused(row, "invalid_payload", "Refunds[0].Items[0].Amount must not be 0")
        self.synchronize(self.sale(3))
        row = self.send_back({**self.item("Oil", 10.0, 1), "Amount": 0}, order_id=3)
        self.assert_refused(row, "invalid_payload", "OrderItems[0].Amount must not be 0")

    def test_an_amount_of_0_says_nothing_of_goods_that_cost_nothing(self):
        sale = self.sale(OrderItems=[self.item("Oil", 10.0, 5), self.item("Filter", 0.0, 1)])
        self.synchronize(sale)
        self.assert_refund(self.send_back({**self.item("Filter", 0.0, 1), "Amount": 0}), 0.0)
        self.assert_booked(50.0, oil=5)

    # ---- charges, discounts and AmountTotal ----

    def test_a_charge_of_the_sale_that_a_refund_states_comes_back(self):
        for number, charges in enumerate(
            ({"DeliveryCharges": 5.0}, {"Charges": [{"Type": "delivery", "Amount": 5.0}]}), 1
        ):
            with self.subTest(charges):
                self.synchronize(self.sold_with(58.0, number, DeliveryCharges=5.0, ServiceCharges=3.0))
                row = self.send_back(self.item("Oil", 10.0, 1), order_id=number, **charges)
                self.assert_refund(row, 15.0)
                self.assertEqual(sorted(row.pos_order_id.lines.mapped("price_subtotal_incl")), [-10.0, -5.0])

    def test_a_charge_comes_back_with_a_lower_price_of_all_goods(self):
        self.synchronize(self.sold_with(55.0, DeliveryCharges=5.0))
        self.assert_refund(self.send_back(self.item("Oil", 8.0, -5), DeliveryCharges=-5.0), 45.0)

    def test_figures_that_contradict_what_came_back_are_refused_where_nothing_else_says_the_amount(self):
        cases = (
            ({"DeliveryCharges": 4.0}, "DeliveryCharges"),
            ({"ServiceCharges": 5.0}, "ServiceCharges"),
            ({"Charges": [{"Type": "delivery", "Amount": -5}]}, "Charges[0].Amount"),
            ({"AmountDiscount": 5.0}, "AmountDiscount"),
            ({"DiscountPercent": 50}, "DiscountPercent"),
            ({"AmountTotal": 5.0}, "AmountTotal"),
            ({"AmountTotal": 10.01}, "AmountTotal"),
            ({"AmountTotal": 0}, "AmountTotal"),
        )
        for number, (values, field) in enumerate(cases, 1):
            with self.subTest(values):
                sale = self.sold_with(55.0, 2 * number, DeliveryCharges=5.0)
                self.synchronize(sale)
                row = self.send_back(self.item("Oil", 10.0, 1), order_id=2 * number, **values)
                self.assert_refused(row, "amount_mismatch", field)
                sale["OrderID"] += 1
                item = {"ItemName": "Oil", "Quantity": 1}
                row = self.list_back(item, order_id=2 * number + 1, sale=sale, **values)
                self.assert_refused(row, "amount_mismatch", field)

    def test_figures_that_cannot_be_read_are_refused_where_nothing_else_says_the_amount(self):
        values = (
            {"DeliveryCharges": "5,0"},
            {"AmountDiscount": "1 USD"},
            {"DiscountPercent": 101},
            {"AmountTotal": []},
        )
        for number, figures in enumerate((*values, {"AmountTotal": "x"}), 1):
            with self.subTest(figures):
                self.synchronize(self.sale(number))
                row = self.send_back(self.item("Oil", 10.0, 1), order_id=number, **figures)
                self.assert_refused(row, "invalid_payload", *figures)

    def test_figures_that_contradict_what_was_paid_back_are_shown(self):
        cases = ({"DeliveryCharges": 5.0}, {"AmountDiscount": 5.0}, {"DiscountPercent": 50}, {"AmountTotal": 5.0})
        for number, values in enumerate(cases, 1):
            with self.subTest(values):
                self.synchronize(self.sold_with(55.0, number, DeliveryCharges=5.0))
                row = self.send_back(self.item("Oil", 10.0, 1), order_id=number, GrandTotal=10.0, **values)
                self.assert_refund(row, 10.0, "amounts_differ")
                self.assertIn(*values, row.warnings)

    def test_figures_that_agree_with_a_part_of_the_sale_are_no_doubt(self):
        cases = (
            ({"AmountTotal": 10.0}, {}, 10.0),
            ({"AmountTotal": -10.0, "AmountDiscount": 0.0}, {}, 10.0),
            ({"AmountTotal": 15.0, "DeliveryCharges": 5.0}, {}, 15.0),
            ({"AmountTotal": 10.0, "DeliveryCharges": 5.0, "GrandTotal": 15.0}, {}, 15.0),
            ({"AmountTotal": 10.0, "AmountDiscount": 1.0}, {"Price": 10.0, "DiscountAmount": 1.0}, 9.0),
            ({"AmountTotal": 9.0, "GrandTotal": 9.0}, {"Price": 9.0}, 9.0),
        )
        for number, (values, item, paid_back) in enumerate(cases, 1):
            with self.subTest(values):
                self.synchronize(self.sold_with(55.0, number, DeliveryCharges=5.0))
                row = self.send_back({**self.item("Oil", 10.0, 1), **item}, order_id=number, **values)
                self.assert_refund(row, paid_back)

    def test_the_share_of_a_discount_of_the_order_agrees(self):
        cases = (
            {"AmountDiscount": 2.0},
            {"DiscountPercent": 20},
            {"AmountTotal": 10.0, "AmountDiscount": 2.0},
            {"AmountTotal": 8.0},
        )
        for number, values in enumerate(cases, 1):
            with self.subTest(values):
                self.synchronize(self.sold_with(40.0, number, AmountDiscount=10.0))
                row = self.send_back(self.item("Oil", 10.0, 1), order_id=number, RefundID=1, **values)
                self.assert_refund(row, 8.0)
                row = self.send_back({"ItemName": "Oil", "Quantity": 1}, order_id=number, RefundID=2, **values)
                self.assert_refund(row, 8.0)

    def test_an_order_that_repeats_its_sale_with_charges_and_discounts_comes_back_as_a_whole(self):
        charges = {"DeliveryCharges": 5.0, "Charges": [{"Type": "deposit", "Amount": -2.0}]}
        for number, discount in enumerate(({"AmountDiscount": 10.0}, {"DiscountPercent": 20}), 1):
            for sign, stated in enumerate(((), ("CheckoutDetails", "AmountPaid"), ("GrandTotal",)), 10 * number):
                with self.subTest(discount=discount, stated=stated):
                    sale = self.sold_with(43.0, sign, **charges, **discount)
                    self.synchronize(sale)
                    again = {**sale, "OrderStatus": 106}
                    for field in {"CheckoutDetails", "AmountPaid", "GrandTotal"}.difference(stated):
                        del again[field]
                    self.synchronize(again)
                    self.assert_refund(self.refund_rows(sign), 43.0)

    def test_an_order_that_repeats_its_sale_after_a_part_came_back_brings_back_the_rest(self):
        sale = self.sold_with(45.0, DeliveryCharges=5.0, AmountDiscount=10.0, Refunds=[self.refund("R1", oil=1)])
        sale["Refunds"][0]["CheckoutDetails"] = [self.payment(8.0)]
        self.synchronize(sale)
        again = {**sale, "OrderStatus": 106}
        for field in ("CheckoutDetails", "AmountPaid", "GrandTotal", "Refunds"):
            del again[field]
        self.synchronize(again)
        self.assert_refund(self.refund_rows()[-1], 37.0)
        self.assert_booked(0.0, oil=0)

    # ---- tips, charges and change ----

    def repeat(self, sale, **values):
        """Receive a sale and the same order with a refund status. Return the row of the refund."""
        self.synchronize(sale)
        again = {**sale, "OrderStatus": 106, **values}
        self.synchronize({name: value for name, value in again.items() if value is not None})
        return self.refund_rows(sale["OrderID"])[-1:]

    def sold_and_paid(self, order_id, *payments, **values):
        """Return an order of five Oil, with charges, that was paid by ``payments``."""
        paid = sum(payment["AmountPaid"] for payment in payments)
        return self.sale(order_id, AmountPaid=paid, CheckoutDetails=list(payments), **values)

    def test_a_tip_on_top_comes_back_with_the_order_that_repeats_its_sale(self):
        cash, card = self.payment(58.0), self.payment(58.0, "Card", 2)
        no_payments = {"CheckoutDetails": None, "AmountPaid": None}
        negative = {
            "OrderItems": [self.item("Oil", 10.0, -5)],
            "GrandTotal": -50.0,
            "AmountTotal": -50.0,
            "TipAmount": -8.0,
            "AmountPaid": -58.0,
            "CheckoutDetails": [self.payment(-58.0)],
        }
        cases = (
            ([cash], {}),
            ([card], {}),
            ([self.payment(50.0, "Card", 2), self.payment(8.0)], {}),
            ([card], {"OrderItems": None, "AmountTotal": None}),
            ([card], no_payments),
            ([cash], negative),
            ([card], {"CheckoutDetails": [cash]}),
            ([card], {"GrandTotal": None, "AmountTotal": None}),
            ([self.payment(70.0)], {}),  # with change
            ([self.payment(70.0)], no_payments),
        )
        for number, (payments, values) in enumerate(cases, 1):
            with self.subTest(payments=payments, **values):
                row = self.repeat(self.sold_and_paid(number, *payments, TipAmount=8.0), **values)
                self.assertAlmostEqual(self.sale_row(number).pos_order_id.amount_total, 58.0)
                self.assert_refund(row, 58.0)

    def test_a_tip_that_the_payments_leave_out_stays(self):
        sale = self.sold_and_paid(1, self.payment(58.0, "Card", 2), TipAmount=8.0)
        self.assert_refund(self.repeat(sale, AmountPaid=50.0, CheckoutDetails=[self.payment(50.0, "Card", 2)]), 50.0)

    def test_payments_of_a_sale_that_gave_no_change_are_what_was_paid_back(self):
        for number, payments in enumerate(([self.payment(58.0)], [self.payment(58.0, "Card", 2)]), 1):
            sale = self.sold_and_paid(number, *payments, DeliveryCharges=8.0, GrandTotal=58.0)
            row = self.repeat(sale, GrandTotal=50.0)
            self.assert_refused(row, "amount_mismatch", "50.00", "58.00")

    def test_a_charge_is_not_lost_beside_change(self):
        sale = self.sold_and_paid(1, self.payment(70.0), DeliveryCharges=8.0, GrandTotal=58.0)
        self.assert_refused(self.repeat(sale, GrandTotal=50.0), "amount_mismatch", "50.00", "70.00")
        self.assert_refund(self.repeat({**sale, "OrderID": 2}), 58.0)

    def test_change_is_not_paid_back(self):
        self.assert_refund(self.repeat(self.sold_and_paid(1, self.payment(60.0))), 50.0)

    # ---- to the cent ----

    def test_a_cent_more_or_less_is_refused_where_no_share_is_rounded(self):
        self.create_product("Mug", self.tax, list_price=20)
        mugs = {
            "OrderItems": [self.item("Mug", 20.0, 5)],
            "AmountTotal": 100.0,
            "Tax": 15.0,
            "TaxPercent": 15.0,
            **{"GrandTotal": 115.0, "AmountPaid": 115.0, "CheckoutDetails": [self.payment(115.0)]},
        }
        number = 0
        for values, item, cost in (
            (mugs, {"ItemName": "Mug", "Quantity": 2, "Price": 20.0}, 46.0),
            ({}, {"ItemName": "Oil", "Quantity": 2, "Price": 10.0}, 20.0),
        ):
            for paid in (cost - 0.01, cost, cost + 0.01):
                paid = round(paid, 2)
                payments = {"CheckoutDetails": [self.payment(paid)], "AmountPaid": paid}
                for stated in ({"GrandTotal": paid}, payments, {"GrandTotal": paid, **payments}):
                    number += 1
                    with self.subTest(item=item, **stated):
                        self.synchronize(self.sale(number, **values))
                        row = self.send_back(item, order_id=number, **stated)
                        if paid == cost:
                            self.assert_refund(row, cost)
                        else:
                            self.assert_refused(row, "amount_mismatch", f"{paid:.2f}", f"{cost:.2f}")
            for stated, of_item in (
                ({"CheckoutDetails": [self.payment(cost + 0.01)]}, {}),
                ({}, {"Amount": cost + 0.01}),
            ):
                number += 1
                with self.subTest(item=item, of_item=of_item, **stated):
                    row = self.list_back(
                        {**item, **of_item}, order_id=number, sale=self.sale(number, **values), **stated
                    )
                    self.assert_refused(row, "amount_mismatch", f"{cost + 0.01:.2f}", f"{cost:.2f}")

    def test_a_cent_is_rounding_where_a_share_is_rounded(self):
        sale = self.sale(1, OrderItems=[self.item("Oil", 10.0, 3, DiscountAmount=5.0)], GrandTotal=25.0)
        sale.update(AmountTotal=25.0, AmountPaid=25.0, CheckoutDetails=[self.payment(25.0)])
        self.synchronize(sale)
        row = self.send_back({"ItemName": "Oil", "Quantity": 1}, order_id=1, CheckoutDetails=[self.payment(8.34)])
        self.assert_refund(row, 8.34)
