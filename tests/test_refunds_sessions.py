from datetime import datetime

from .business_day_common import BusinessDayCase
from .refund_common import RefundCase


class TestRefundSessions(RefundCase):
    """The session and the date of a refund, and whether the session can be closed."""

    def sold_four(self, **values):
        return self.sell(self.item(price=20, quantity=4), total=92, tax=12, **values).pos_order_id

    def test_a_session_closed_meanwhile_is_no_obstacle(self):
        sale = self.sold_four()
        self.close_session(sale.session_id)
        refund = self.refund(sale, self.back(quantity=1))
        self.assertNotEqual(refund.session_id, sale.session_id)
        books = self.close_and_read(refund.session_id)
        self.assertEqual((books["sales"], books["tax"], books["paid"]), (-20, {self.tax: -3}, {self.cash: -23}))

    def test_sales_and_refunds_in_one_session_balance(self):
        sale = self.sold_four()
        other = self.sell(self.item(price=3.33, quantity=3), order_id="other", total=11.49, tax=1.5).pos_order_id
        self.refund(sale, self.back(quantity=1), paid=[self.pay_back(23, "Card (test)", 2)])
        self.refund(other, self.back(quantity=1))
        self.refund(sale, self.back(amount=5))
        books = self.close_and_read(sale.session_id)
        self.assertAlmostEqual(books["sales"], 80 + 9.99 - 20 - 3.33 - 4.35, 2)
        self.assertAlmostEqual(sum(books["tax"].values()), 12 + 1.5 - 3 - 0.5 - 0.65, 2)
        self.assertEqual(books["paid"], {self.cash: 92 + 11.49 - 3.83 - 5, self.card: -23})

    def test_everything_refunded_leaves_nothing_in_the_books(self):
        sale = self.sold_four()
        for quantity in (1, 3):
            self.refund(sale, self.back(quantity=quantity))
        books = self.close_and_read(sale.session_id)
        self.assertEqual((books["sales"], sum(books["tax"].values()), sum(books["paid"].values())), (0, 0, 0))

    def test_no_session_is_a_reason_to_wait(self):
        sale = self.sold_four()
        self.close_session(sale.session_id)
        self.sync.auto_create_session = False
        outcome = self.try_refund(sale, self.back(quantity=1))
        self.assertEqual(outcome.waiting.code, "no_session")
        self.assertFalse(outcome.error or outcome.pos_order)

    def test_its_date_is_the_stated_one(self):
        sale = self.sold_four(OrderDate="2026-03-10T10:00:00Z")
        refund = self.refund(sale, self.back(quantity=1), refunded_at=self.sale_at("2026-03-12T08:30:00"))
        self.assertEqual(refund.date_order, datetime(2026, 3, 12, 8, 30))
        self.assertEqual(refund.payment_ids.payment_date, refund.date_order)
        self.sync.timezone = "Asia/Riyadh"
        refund = self.refund(sale, self.back(quantity=1), refunded_at=datetime(2026, 3, 12, 8, 30))
        self.assertEqual(refund.date_order, datetime(2026, 3, 12, 5, 30))

    def test_it_is_never_before_its_sale(self):
        sale = self.sold_four(OrderDate="2026-03-10T10:00:00Z")
        refund = self.refund(sale, self.back(quantity=1), refunded_at=self.sale_at("2026-03-10T09:00:00"))
        self.assertEqual(refund.date_order, sale.date_order)
        self.assertEqual(self.last_outcome.doubt, "date_differs")

    def test_a_date_that_cannot_be_right(self):
        sale = self.sold_four()
        for moment in ("1970-01-01T00:00:00", "2199-01-01T00:00:00", "9999-12-31T23:59:59"):
            with self.subTest(moment=moment):
                refund = self.refund(sale, self.back(quantity=1), refunded_at=self.sale_at(moment))
                self.assertGreaterEqual(refund.date_order, sale.date_order)
                self.assertEqual(self.last_outcome.doubt, "date_differs")

    def test_the_note_of_the_refund(self):
        sale = self.sold_four()
        refund = self.refund(sale, self.back(quantity=1), reason="Broken")
        self.assertEqual(refund.general_customer_note, "Broken")


class TestRefundDays(BusinessDayCase, RefundCase):
    """With one session per business day, a refund goes into that of its own day."""

    def setUp(self):
        super().setUp()
        self.synchronize(self.sold_at("sale", "2026-03-10 11:00", OrderItems=[self.item(price=20, quantity=4)]))
        self.sale = self.inbox("sale").pos_order_id
        self.assertTrue(self.sale)

    def test_a_refund_of_the_next_day(self):
        self.at("2026-03-11 12:00")
        refund = self.refund(self.sale, self.back(quantity=1), refunded_at=datetime(2026, 3, 11, 9, 0))
        self.assertEqual(str(refund.session_id.external_business_day), "2026-03-11")
        self.assertEqual(refund.date_order, datetime(2026, 3, 11, 8, 0))

    def test_a_refund_that_arrives_late_goes_into_its_day(self):
        self.at("2026-03-13 12:00")
        self.close_session(self.sale.session_id)
        refund = self.refund(self.sale, self.back(quantity=1), refunded_at=datetime(2026, 3, 11, 9, 0))
        session = refund.session_id
        self.assertEqual((str(session.external_business_day), session.external_late), ("2026-03-11", True))
        self.close_session(session)
        self.assert_dated(session, "2026-03-11")

    def test_refunds_of_several_days_in_one_call(self):
        self.at("2026-03-13 12:00")
        self.synchronize(self.sold_at("other", "2026-03-13 11:00"))
        requests = [
            self.request(self.sale, self.back(quantity=1), refunded_at=datetime(2026, 3, 11, 9, 0)),
            self.request(self.inbox("other").pos_order_id, self.back(quantity=1)),
            self.request(self.sale, self.back(quantity=1), refunded_at=datetime(2026, 3, 12, 9, 0)),
        ]
        outcomes = self.book(*requests)
        days = [str(outcome.pos_order.session_id.external_business_day) for outcome in outcomes]
        self.assertEqual(days, ["2026-03-11", "2026-03-13", "2026-03-12"])

    def test_without_a_date_it_is_of_today(self):
        self.at("2026-03-12 12:00")
        refund = self.refund(self.sale, self.back(quantity=1))
        self.assertEqual(str(refund.session_id.external_business_day), "2026-03-12")
