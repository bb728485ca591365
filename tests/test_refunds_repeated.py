from datetime import timedelta

from odoo import fields

from .life_common import LifeCase


class TestRefundsRepeated(LifeCase):
    """Equal refunds: one that arrives again counts once, two in one list may be two and are not guessed."""

    def test_one_refund_twice_in_a_download_is_one(self):
        twice = [self.sale(Refunds=[self.refund("R1", oil=1, Reason=reason)]) for reason in ("broken", "it broke")]
        for number, per_page in enumerate((None, 1), 7001):
            with self.subTest(per_page=per_page):
                self.answer_with(per_page=per_page, link_header=bool(per_page))
                self.synchronize(*({**entry, "OrderID": number} for entry in twice))
                self.assertEqual((self.refund_rows(number).state, self.money()), ("done", 40.0 * (number - 7000)))

    def test_one_refund_twice_in_a_list_is_one(self):
        self.synchronize(self.sale(Refunds=[self.refund("R1", oil=1), self.refund("R1", oil=1, Reason="broken")]))
        self.assert_booked(40.0, oil=4)

    def test_two_equal_refunds_without_refund_id_in_a_list_are_not_booked_until_one_is_left(self):
        one = self.refund(None, oil=1)
        for per_page in (None, 1):
            with self.subTest(per_page=per_page):
                self.answer_with(per_page=per_page, link_header=bool(per_page))
                both = [one, {**one, "Reason": "broken"}]
                run = self.synchronize(
                    self.sale(Refunds=both),
                    self.sale(Refunds=both, Remark=f"again, {per_page}"),
                    self.sale(Refunds=[one]),
                )
                row = self.refund_rows()
                self.assertEqual((row.state, row.error_code, run.status), ("failed", "order_id_ambiguous", "error"))
        self.synchronize(self.sale(Refunds=[one]))
        self.assertEqual((row.state, row.error_code), ("done", False), row.error_message)
        self.assert_booked(40.0, oil=4)

    def test_a_second_refund_that_is_equal_to_the_booked_one_is_flagged(self):
        one = self.refund(None, oil=1)
        self.synchronize(self.sale(Refunds=[one]))
        run = self.synchronize(self.sale(Refunds=[one, one]))
        row = self.refund_rows()
        self.assertEqual((row.state, row.error_code, run.status), ("done", "order_id_ambiguous", "error"))
        self.assertIn("2 different refunds of the order 7001", row.error_message)
        self.assertIn(row.pos_order_id.name, row.error_message)
        self.assert_booked(40.0, oil=4)


class TestRefundsWithoutRefundId(LifeCase):
    """Two refunds that would book the same, of which one has no RefundID, may be one: the second is refused."""

    def setUp(self):
        super().setUp()
        self.oil.default_code = "OIL-1"
        self.order_id = 7000

    def status(self, *items, **values):
        """Return the order again, with the refund status, without payments and totals."""
        return {"OrderID": self.order_id, "OrderStatus": 106, "OrderItems": list(items), **values}

    def some(self, quantity=2, **values):
        return {"ItemName": "Oil", "Price": 10.0, "Quantity": quantity, **values}

    def ways_to_say_it(self):
        """Yield entries with the refund of two Oil without a RefundID, by the way in which they say it."""
        order_id = self.order_id

        def listed(**values):
            return self.sale(order_id, Refunds=[self.refund(None, oil=2, **values)])

        def again(*items):
            return self.refunded(order_id, oil=2, OrderItems=items)

        yield "as usual", self.refunded(order_id, oil=2)
        yield "without payments", self.status(self.some())
        yield "without payments and prices", self.status({"ItemName": "Oil", "Quantity": 2})
        yield "by SKU", again({"SKU": "OIL-1", "Price": 10.0, "Quantity": -2})
        yield "by OdooItemID", again({"OdooItemID": self.oil.id, "Price": 10.0, "Quantity": -2})
        yield "by SKU, without payments", self.status({"SKU": "OIL-1", "Quantity": 2})
        yield "split", again(self.some(-1), self.some(-1))
        yield "split, without payments", self.status(self.some(1), {"SKU": "OIL-1", "Quantity": 1})
        yield "listed", listed()
        yield "listed, without payments", listed(CheckoutDetails=[])
        yield (
            "listed, by SKU and its amount",
            listed(Items=[{"SKU": "OIL-1", "Quantity": 2, "Amount": 20}], CheckoutDetails=[]),
        )

    def named(self, **values):
        return self.sale(self.order_id, Refunds=[self.refund("R1", oil=2, **values)])

    def named_ways(self):
        yield self.named()
        yield self.named(CheckoutDetails=[])
        yield self.named(Items=[{"SKU": "OIL-1", "Quantity": 1}, {"ItemName": "Oil", "Quantity": 1}])

    def drop_payloads(self):
        self.rows(self.order_id).imported_date = fields.Datetime.now() - timedelta(days=1000)
        self.env["external.order"]._gc_payloads()

    def assert_second_refused(self, first, second, *, drop=False):
        before = self.money(), self.in_stock()
        self.synchronize(self.sale(self.order_id))
        self.synchronize(first)
        if drop:
            self.drop_payloads()
        run = self.synchronize(second)
        self.env.invalidate_all()
        rows = self.refund_rows(self.order_id)
        self.assertEqual(rows.mapped("state"), ["done", "failed"], rows.mapped("error_message"))
        self.assertEqual((rows[1].error_code, run.status), ("order_in_the_way", "error"), rows[1].error_message)
        self.assertIn(rows[0].pos_order_id.name, rows[1].error_message)
        self.assertEqual((self.money() - before[0], self.in_stock() - before[1]), (30.0, -3.0))
        return rows[1]

    def test_the_refund_without_an_id_comes_second(self):
        for way, entry in self.each_way():
            with self.subTest(way=way):
                self.assert_second_refused(self.named(), entry)

    def test_the_refund_without_an_id_comes_first(self):
        for way, entry in self.each_way():
            with self.subTest(way=way):
                self.assert_second_refused(entry, self.named())

    def test_the_named_one_does_not_say_it_as_usual(self):
        for number, _named in enumerate(self.named_ways()):
            with self.subTest(number=number):
                self.order_id += 1
                self.assert_second_refused(list(self.named_ways())[number], self.status(self.some()))
                self.order_id += 1
                self.assert_second_refused(self.refunded(self.order_id, oil=2), list(self.named_ways())[number])

    def test_what_the_first_one_said_is_not_stored_any_more(self):
        for way, entry in self.each_way():
            with self.subTest(way=way):
                self.assert_second_refused(self.named(), entry, drop=True)
                self.order_id += 1
                entry = dict(self.ways_to_say_it())[way]
                self.assert_second_refused(entry, self.named(), drop=True)

    def each_way(self):
        for way in [way for way, _entry in self.ways_to_say_it()]:
            self.order_id += 1
            yield way, dict(self.ways_to_say_it())[way]

    def test_both_come_in_one_list(self):
        self.order_id += 1
        both = [self.refund("R1", oil=2), self.refund(None, oil=2, Items=[{"SKU": "OIL-1", "Quantity": 2}])]
        self.synchronize(self.sale(self.order_id, Refunds=both))
        rows = self.refund_rows(self.order_id)
        self.assertEqual(sorted(rows.mapped("state")), ["done", "failed"], rows.mapped("error_message"))
        self.assert_booked(30.0, oil=3)

    def test_one_that_does_not_say_what_was_paid_back_may_be_another_amount(self):
        less = {"CheckoutDetails": [self.payment(15.0)], "Items": [{"ItemName": "Oil", "Quantity": 2, "Amount": 15}]}
        goods = {"ItemName": "Oil", "Quantity": 2}
        for number in range(2):
            with self.subTest(number=number):
                self.order_id += 1
                money = self.money()
                entries = [self.named(**less), self.status(goods)]
                self.synchronize(self.sale(self.order_id))
                for entry in entries[:: -1 if number else 1]:
                    self.synchronize(entry)
                rows = self.refund_rows(self.order_id)
                self.assertEqual(rows.mapped("state"), ["done", "failed"], rows.mapped("error_message"))
                self.assertIn("does not say what was paid back", rows[1].error_message)
                self.assertEqual(self.money() - money, 30.0 if number else 35.0)

    def test_money_without_goods(self):
        for number, items in enumerate(([{"ItemName": "Oil", "Amount": 5}], [{"SKU": "OIL-1", "Amount": 5}])):
            with self.subTest(number=number):
                self.order_id += 1
                money = self.money()
                named = self.refund("R1", Items=items, CheckoutDetails=[])
                other = self.refund(None, Items=[{"ItemName": "Oil", "Quantity": 0}])
                other["CheckoutDetails"] = [self.payment(5.0)]
                self.synchronize(self.sale(self.order_id, Refunds=[named]))
                self.synchronize(self.sale(self.order_id, Refunds=[named, other]))
                rows = self.refund_rows(self.order_id)
                self.assertEqual(rows.mapped("state"), ["done", "failed"], rows.mapped("error_message"))
                self.assertEqual(self.money() - money, 45.0)

    def test_other_goods_or_another_amount_are_another_refund(self):
        other_money = [{"ItemName": "Oil", "Quantity": 2, "Amount": 15}]
        for number, (second, left) in enumerate(
            (
                ({"oil": 1}, 28.0),
                ({"oil": 1, "filters": 1}, 24.0),
                ({"filters": 2}, 30.0),
                ({"Items": other_money, "CheckoutDetails": [self.payment(15.0)]}, 23.0),
            )
        ):
            with self.subTest(number=number):
                self.order_id += 1
                money = self.money()
                refunds = [self.refund("R1", oil=2), self.refund(None, **second)]
                self.synchronize(self.sale(self.order_id, filters=2, Refunds=refunds))
                rows = self.refund_rows(self.order_id)
                self.assertEqual(rows.mapped("state"), ["done", "done"], rows.mapped("error_message"))
                self.assertEqual(self.money() - money, left)

    def test_the_rest_that_is_as_much_as_the_first_refund_is_another_one(self):
        for number, rest in enumerate((self.status(), self.status(CheckoutDetails=[self.payment(20.0)]))):
            with self.subTest(number=number):
                self.order_id += 1
                self.synchronize(self.sale(self.order_id, oil=4, Refunds=[self.refund("R1", oil=2)]))
                self.synchronize({**rest, "OrderID": self.order_id})
                rows = self.refund_rows(self.order_id)
                self.assertEqual(rows.mapped("state"), ["done", "done"], rows.mapped("error_message"))
                self.assert_booked(0.0, oil=0)

    def test_a_rest_of_which_nothing_is_left_needs_nobody(self):
        self.order_id += 1
        self.synchronize(self.sale(self.order_id, Refunds=[self.refund("R1", oil=5)]))
        run = self.synchronize(self.status())
        self.assertEqual((self.refund_rows(self.order_id).mapped("state"), run.status), (["done", "done"], "success"))
        self.assert_booked(0.0, oil=0)

    def test_equal_refunds_with_an_id_each_are_two(self):
        self.order_id += 1
        self.synchronize(self.sale(self.order_id, Refunds=[self.refund("R1", oil=2)]))
        self.synchronize(self.refunded(self.order_id, oil=2, RefundID="R2"))
        self.assertEqual(self.refund_rows(self.order_id).mapped("state"), ["done", "done"])
        self.assert_booked(10.0, oil=1)

    def test_an_equal_refund_of_a_changed_order_is_still_the_same(self):
        self.order_id += 1
        self.synchronize(self.sale(self.order_id, Refunds=[self.refund("R1", oil=2)]))
        self.synchronize(self.sale(self.order_id, oil=6, Refunds=[self.refund("R1", oil=2)]))
        self.sale_row(self.order_id).action_book_difference()
        self.synchronize(self.status(self.some()))
        self.assertEqual(self.refund_rows(self.order_id).mapped("state"), ["done", "failed"])
        self.assert_booked(40.0, oil=4)

    def test_a_share_with_tax_that_is_rounded_otherwise_is_the_same(self):
        taxed = self.create_product("Taxed", taxes=self.tax, list_price=3.33)
        taxed.default_code = "T-1"
        values = {"AmountTotal": 9.99, "Tax": 1.5, "TaxPercent": 15, "GrandTotal": 11.49, "AmountPaid": 11.49}
        values |= {"OrderItems": [self.item("Taxed", 3.33, 3)], "CheckoutDetails": [self.payment(11.49)]}
        goods = [{"SKU": "T-1", "Price": 3.33, "Quantity": 1}]
        first = {"RefundID": "R1", "Items": [{"ItemName": "Taxed", "Quantity": 1}]}
        for number, refund in enumerate((first, {**first, "CheckoutDetails": [self.payment(3.83)]})):
            for named_first in (True, False):
                with self.subTest(number=number, named_first=named_first):
                    self.order_id += 1
                    self.synchronize(self.order(self.order_id, **values))
                    entries = [self.order(self.order_id, **values, Refunds=[refund]), self.status(*goods)]
                    for entry in entries if named_first else reversed(entries):
                        self.synchronize(entry)
                    rows = self.refund_rows(self.order_id)
                    self.assertEqual(rows.mapped("state"), ["done", "failed"], rows.mapped("error_message"))
                    self.assertEqual(rows[1].error_code, "order_in_the_way", rows[1].error_message)

    def test_goods_at_another_price_are_another_refund(self):
        items = [self.item("Oil", 20.0, 2), self.item("Oil", 10.0, 2)]
        values = {"OrderItems": items, "CheckoutDetails": [self.payment(60.0)]}
        values |= dict.fromkeys(("AmountTotal", "GrandTotal", "AmountPaid"), 60.0)
        for prices in ((20.0, 10.0), (10.0, 20.0)):
            for listed in (True, False):
                with self.subTest(prices=prices, listed=listed):
                    self.order_id += 1
                    money = self.money()
                    self.synchronize(self.sale(self.order_id, **values))
                    first, second = (self.some(1, Price=price) for price in prices)
                    named = {"RefundID": "R1", "Items": [first]}
                    if listed:
                        self.synchronize(self.sale(self.order_id, **values, Refunds=[named]))
                    else:
                        self.synchronize(self.status(first, RefundID="R1"))
                    self.synchronize(self.status(second))
                    rows = self.refund_rows(self.order_id)
                    self.assertEqual(rows.mapped("state"), ["done", "done"], rows.mapped("error_message"))
                    self.assertEqual(self.money() - money, 30.0)

    def test_a_lower_price_than_that_of_the_first_refund_is_another_refund(self):
        self.order_id += 1
        self.synchronize(self.sale(self.order_id))
        self.synchronize(self.status(self.some(1), RefundID="R1"))
        self.synchronize(self.status(self.some(1, Price=5.0)))
        rows = self.refund_rows(self.order_id)
        self.assertEqual(rows.mapped("state"), ["done", "done"], rows.mapped("error_message"))
        self.assert_booked(35.0, oil=3)

    def test_one_cent_less_is_another_refund_where_nothing_is_rounded(self):
        less = {
            "CheckoutDetails": [self.payment(19.99)],
            "Items": [{"ItemName": "Oil", "Quantity": 2, "Amount": 19.99}],
        }
        money_less = {"CheckoutDetails": [self.payment(4.99)], "Items": [{"ItemName": "Oil", "Amount": 4.99}]}
        money = {"CheckoutDetails": [self.payment(5.0)], "Items": [{"ItemName": "Oil", "Amount": 5}]}
        for number, (first, second, left) in enumerate((({"oil": 2}, less, 10.01), (money, money_less, 40.01))):
            with self.subTest(number=number):
                self.order_id += 1
                before = self.money()
                refunds = [self.refund("R1", **first), self.refund(None, **second)]
                self.synchronize(self.sale(self.order_id, Refunds=refunds[:1]))
                self.synchronize(self.sale(self.order_id, Refunds=refunds))
                rows = self.refund_rows(self.order_id)
                self.assertEqual(rows.mapped("state"), ["done", "done"], rows.mapped("error_message"))
                self.assertAlmostEqual(self.money() - before, left)
