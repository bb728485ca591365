from datetime import datetime

from ..exceptions import ExternalOrderError
from ..models.order_refund.refund_request import ReplacementRequest
from .business_day_common import BusinessDayCase
from .refund_common import RefundCase
from .tracked_common import TrackedGoods


class TestReplacements(TrackedGoods, RefundCase):
    """A sale whose content changed: refunded as a whole and booked again on its date, with its earlier refunds."""

    def replace(self, sale, *items, revision=1, **values):
        """Replace a sale by other content and return the `Replacement`."""
        request = ReplacementRequest(sale, self.sold("sale", *items, **values), revision)
        replacement = self.env["external.order.replacement"]._book_replacement(self.sync, request)
        self.env.flush_all()
        self.env.invalidate_all()
        return replacement

    def assert_refused(self, code, sale, *items, parts=(), **values):
        before = self.books()
        with self.assertRaises(ExternalOrderError) as caught:
            self.replace(sale, *items, **values)
        self.assertEqual(caught.exception.code, code, caught.exception)
        for part in parts:
            self.assertIn(part, str(caught.exception))
        self.env.invalidate_all()
        self.assertEqual(self.books(), before)

    def books(self):
        """Return what the Point of Sale and the stock hold, by product, tax and payment method."""
        orders = self.pos_orders()
        goods, paid = {}, {}
        for line in orders.lines:
            goods[line.product_id] = round(goods.get(line.product_id, 0) + line.qty, 6)
        for payment in orders.payment_ids:
            method = payment.payment_method_id
            paid[method] = round(paid.get(method, 0) + payment.amount, 6)
        return {
            "goods": {product: quantity for product, quantity in goods.items() if quantity},
            "paid": {method: amount for method, amount in paid.items() if amount},
            "money": [round(sum(orders.mapped(field)), 6) for field in ("amount_total", "amount_tax")],
            "stock": {product: self.on_hand(product) for product in orders.lines.product_id},
            "orders": len(orders),
        }

    def setUp(self):
        super().setUp()
        self.other = self.create_product("Other")

    def sold_two(self, **values):
        return self.sell(self.item(price=40, quantity=2), total=92, tax=12, **values).pos_order_id

    def test_the_books_hold_the_new_content(self):
        sale = self.sold_two(OrderDate="2026-03-10T10:00:00Z")
        stock = self.on_hand(self.product), self.on_hand(self.other)
        items = (self.item(price=40, quantity=3), self.item("Other", 10))
        card = [self.payment(149.5, "Card (test)", 2)]
        replacement = self.replace(sale, *items, total=149.5, tax=19.5, CheckoutDetails=card)
        new = replacement.pos_order
        self.assert_amounts(new, 149.5, 19.5)
        self.assertEqual((new.date_order, new.external_replaced_id), (datetime(2026, 3, 10, 10, 0), sale))
        self.assertEqual(replacement.reversal.date_order, sale.date_order)
        self.assert_refund(sale, replacement.reversal)
        self.assert_nothing_left(sale)
        books = self.books()
        self.assertEqual(books["goods"], {self.product: 3, self.other: 1})
        self.assertEqual((books["paid"], books["money"]), ({self.card: 149.5}, [149.5, 19.5]))
        self.assertEqual((self.on_hand(self.product), self.on_hand(self.other)), (stock[0] - 1, stock[1] - 1))

    def test_a_date_that_was_corrected_is_that_of_the_new_sale(self):
        sale = self.sold_two(OrderDate="2026-03-10T10:00:00Z")
        items = (self.item(price=40, quantity=2),)
        replacement = self.replace(sale, *items, total=92, tax=12, OrderDate="2026-03-11T09:30:00Z")
        new = replacement.pos_order
        self.assertEqual(new.date_order, datetime(2026, 3, 11, 9, 30))
        self.assertEqual(set(new.payment_ids.mapped("payment_date")), {new.date_order})
        self.assertEqual(replacement.reversal.date_order, sale.date_order)
        self.assertEqual((replacement.warnings, self.books()["money"]), ([], [92, 12]))

    def test_a_date_that_cannot_be_right_is_not_that_of_the_new_sale(self):
        sale = self.sold_two(OrderDate="2026-03-10T10:00:00Z")
        items = (self.item(price=40, quantity=2),)
        replacement = self.replace(sale, *items, total=92, tax=12, OrderDate="2099-03-11T09:30:00Z")
        self.assertEqual(replacement.pos_order.date_order, sale.date_order)
        [warning] = replacement.warnings
        self.assertEqual(warning.doubt, "date_differs")
        self.assertIn("2099-03-11 09:30:00", warning)

    def test_a_refund_with_the_number_of_the_change_is_not_taken_for_it(self):
        sale = self.sold_two()
        refund = self.refund(sale, self.back(quantity=1), paid=46, refund_id="replacement/1")
        new = self.replace(sale, self.item(price=40, quantity=3), total=138, tax=18).pos_order
        self.assertEqual(refund.refunded_order_id, new)
        self.assertEqual(self.books()["money"], [92, 12])
        last = self.refund(new, self.back(quantity=1), paid=46, refund_id="replacement/2")
        self.assertEqual(
            self.replace(new, self.item(price=40, quantity=4), total=184, tax=24, revision=2).refunds, refund | last
        )

    def test_it_is_booked_once(self):
        sale = self.sold_two()
        first = self.replace(sale, self.item(price=40), total=46, tax=6)
        again = self.replace(sale, self.item(price=40), total=46, tax=6)
        self.assertEqual((again.pos_order, again.reversal), (first.pos_order, first.reversal))
        self.assertEqual(len(self.pos_orders()), 3)

    def test_a_second_change(self):
        sale = self.sold_two()
        new = self.replace(sale, self.item(price=40), total=46, tax=6).pos_order
        newest = self.replace(new, self.item(price=10), total=11.5, tax=1.5, revision=2).pos_order
        self.assertEqual((newest.external_replaced_id, sale._get_valid()), (new, newest))
        self.assertEqual(self.books()["money"], [11.5, 1.5])

    def test_the_external_order_is_recognized_in_its_replacement(self):
        sale = self.sold_two()
        new = self.replace(sale, self.item(price=40), total=46, tax=6).pos_order
        order = self.sold("sale", self.item(price=40), total=46, tax=6)
        self.inbox("sale").pos_order_id = False
        self.assertEqual(self.env["external.order.import"]._import_order(self.sync, order), new)

    def test_earlier_refunds_become_those_of_the_new_sale(self):
        sale = self.sold_two()
        refund = self.refund(sale, self.back(quantity=1), paid=[self.pay_back(46, "Card (test)", 2)])
        money = self.refund(sale, self.back(amount=4.6))
        replacement = self.replace(sale, self.item(price=40, quantity=3), self.item("Other", 10), total=149.5, tax=19.5)
        new = replacement.pos_order
        self.assertEqual(replacement.refunds, refund | money)
        self.assertEqual((refund | money).refunded_order_id, new)
        self.assertEqual(new.lines.sorted("id").mapped("refunded_qty"), [1, 0])
        self.assertEqual(new.refund_orders_count, 2)
        self.assertEqual(sale._get_all_refunds(), replacement.reversal)
        self.assert_nothing_left(sale)
        books = self.books()
        self.assertEqual(books["money"], [98.9, 12.9])
        self.assertEqual(books["paid"], {self.cash: 144.9, self.card: -46})
        self.refund_rest(new)
        self.assertFalse(new.has_refundable_lines)
        self.assertEqual(self.books()["money"], [0, 0])

    def test_an_earlier_refund_stays_with_the_line_of_its_price(self):
        two = (self.item(price=40, quantity=2), self.item(price=10, quantity=2))
        sale = self.sell(*two, total=115, tax=15).pos_order_id
        self.refund(sale, self.back(quantity=1), paid=11.5)
        new = self.replace(sale, *two, self.item("Other", 10), total=126.5, tax=16.5).pos_order
        self.assertEqual(new.lines.sorted("id").mapped("refunded_qty"), [0, 1, 0])

    def test_more_came_back_than_the_changed_order_has(self):
        sale = self.sold_two()
        self.refund(sale, self.back(quantity=2))
        self.assert_refused(
            "refund_exceeds_order", sale, self.item(price=40), total=46, tax=6, parts=("2", "Product Name")
        )
        self.assert_refused(
            "refund_exceeds_order", sale, self.item(price=10, quantity=2), total=23, tax=3, parts=("23.00", "92.00")
        )

    def test_a_refund_made_in_the_register_is_not_guessed_about(self):
        sale = self.sold_two()
        by_hand = sale._refund()
        by_hand.add_payment({"pos_order_id": by_hand.id, "amount": -92, "payment_method_id": self.cash.id})
        by_hand.action_pos_order_paid()
        self.assert_refused("order_in_the_way", sale, self.item(price=40), total=46, tax=6, parts=(by_hand.name,))

    def test_a_change_that_cannot_be_imported_changes_nothing(self):
        sale = self.sold_two()
        refund = self.refund(sale, self.back(quantity=1))
        self.assert_refused("product_not_found", sale, self.item("Unheard of"), total=92, tax=12)
        self.assert_refused("amount_mismatch", sale, self.item(), total=100, tax=12)
        self.assert_refused("invalid_payload", sale, total=100, tax=12)
        self.assertEqual(refund.refunded_order_id, sale)
        self.assertEqual(sale.lines.refunded_qty, 1)

    def test_a_session_closed_meanwhile(self):
        sale = self.sold_two()
        self.close_session(sale.session_id)
        replacement = self.replace(sale, self.item(price=40), total=46, tax=6)
        move = self.close_session(replacement.pos_order.session_id)
        self.assertAlmostEqual(sum(move.line_ids.mapped("balance")), 0)

    def test_no_session_changes_nothing(self):
        sale = self.sold_two()
        self.close_session(sale.session_id)
        self.sync.auto_create_session = False
        self.assert_refused("no_session", sale, self.item(price=40), total=46, tax=6)

    def test_a_return_is_replaced(self):
        sale = self.sell(self.item(price=40, quantity=-2), total=-92, tax=-12).pos_order_id
        self.replace(sale, self.item(price=40, quantity=-1), total=-46, tax=-6)
        self.assertEqual(self.books()["money"], [-46, -6])
        self.assertEqual(self.books()["goods"], {self.product: -1})

    def test_an_invoiced_sale(self):
        customer = self.invoice_customers()
        sale = self.sold_two(**customer)
        refund = self.refund(sale, self.back(quantity=1))
        replacement = self.replace(sale, self.item(price=40, quantity=3), total=138, tax=18, **customer)
        new = replacement.pos_order
        self.assertEqual((new.account_move.amount_total, replacement.reversal.account_move.amount_total), (138, 92))
        self.assertEqual(replacement.reversal.account_move.reversed_entry_id, sale.account_move)
        self.assertEqual(refund.account_move.reversed_entry_id, new.account_move)
        self.close_session(sale.session_id)

    def test_an_invoice_that_goes_after_a_refund_is_left_to_a_person(self):
        customer = self.invoice_customers()
        sale = self.sold_two(**customer)
        refund = self.refund(sale, self.back(quantity=1))
        three = self.item(price=40, quantity=3)
        self.assert_refused("invoice_refused", sale, three, total=138, tax=18, parts=(refund.name,))

    def test_an_invoice_that_comes_after_a_refund_is_left_to_a_person(self):
        customer = self.invoice_customers()
        sale = self.sold_two()
        refund = self.refund(sale, self.back(quantity=1))
        three = self.item(price=40, quantity=3)
        self.assert_refused("invoice_refused", sale, three, total=138, tax=18, parts=(refund.name,), **customer)

    def invoice_customers(self):
        """Let sales of customers be invoiced, and return what an order says of one."""
        self.env["res.partner"].create({"name": "Anna", "email": "anna@example.com"})
        self.sync.invoice_mode = "customer"
        return {"Customer": {"Email": "anna@example.com"}}

    def put_serials(self, *names):
        for place, name in enumerate(names):
            self.put(self.by_serial, name, days=9 - place)

    def test_the_customer_keeps_the_serial_numbers(self):
        self.put_serials("S1", "S2", "S3")
        sale = self.sell(self.item("Phone", 10, 2), total=20, percent=0).pos_order_id
        serials = sale.lines.pack_lot_ids.mapped("lot_name")
        new = self.replace(sale, self.item("Phone", 9, 2), total=18, percent=0).pos_order
        self.assertEqual(new.lines.pack_lot_ids.mapped("lot_name"), serials)
        self.assertEqual(sorted(new.picking_ids.move_line_ids.lot_id.mapped("name")), sorted(serials))

    def test_more_serial_numbers_than_the_customer_had(self):
        self.put_serials("S1", "S2", "S3")
        sale = self.sell(self.item("Phone", 10, 1), total=10, percent=0).pos_order_id
        new = self.replace(sale, self.item("Phone", 10, 3), total=30, percent=0).pos_order
        self.assertEqual(sorted(new.lines.pack_lot_ids.mapped("lot_name")), ["S1", "S2", "S3"])

    def test_tracked_goods_of_which_some_came_back_are_left_to_a_person(self):
        self.put_serials("S1", "S2")
        sale = self.sell(self.item("Phone", 10, 2), total=20, percent=0).pos_order_id
        self.refund(sale, self.back("Phone", quantity=1))
        self.assert_refused("lots_missing", sale, self.item("Phone", 9, 2), total=18, percent=0, parts=("Phone",))


class TestReplacementDays(BusinessDayCase, RefundCase):
    def test_it_is_booked_on_the_business_day_of_the_sale(self):
        self.synchronize(self.sold_at("sale", "2026-03-10 11:00"))
        sale = self.inbox("sale").pos_order_id
        self.at("2026-03-12 12:00")
        self.close_session(sale.session_id)
        request = ReplacementRequest(sale, self.sold("sale", self.item(price=40), total=46, tax=6), 1)
        replacement = self.env["external.order.replacement"]._book_replacement(self.sync, request)
        session = replacement.pos_order.session_id
        self.assertEqual(replacement.reversal.session_id, session)
        self.assertEqual((str(session.external_business_day), session.external_late), ("2026-03-10", True))
        self.close_session(session)
        self.assert_dated(session, "2026-03-10")

    def test_a_corrected_date_is_booked_on_its_own_business_day(self):
        self.synchronize(self.sold_at("sale", "2026-03-10 11:00"))
        sale = self.inbox("sale").pos_order_id
        self.at("2026-03-12 12:00")
        self.close_session(sale.session_id)
        self.synchronize(self.sold_at("sale", "2026-03-11 11:00"))
        row = self.inbox("sale")
        row.action_book_difference()
        reversal, new = sale._get_all_refunds(), row.pos_order_id
        days = [str(order.session_id.external_business_day) for order in (reversal, new)]
        self.assertEqual(days, ["2026-03-10", "2026-03-11"])
        self.assertEqual(str(new.date_order), "2026-03-11 10:00:00")
        self.assertEqual((row.changed, row.doubt), (False, False))

    def test_a_date_that_was_wrong_from_the_beginning_stays_as_it_was_booked(self):
        self.synchronize(self.sold_at("sale", "2026-03-14 11:00"))  # so it has the time of import
        sale = self.inbox("sale").pos_order_id
        self.at("2026-03-16 12:00")
        self.synchronize(self.sold("sale", self.item(price=40), total=46, tax=6, OrderDate="2026-03-14T11:00:00"))
        row = self.inbox("sale")
        row.action_book_difference()
        self.assertEqual((row.changed, row.pos_order_id.date_order), (False, sale.date_order))
