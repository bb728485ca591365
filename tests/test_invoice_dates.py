from odoo import Command

from .business_day_common import BusinessDayCase


class TestInvoiceDates(BusinessDayCase):
    """Invoices and their payments are dated when the order was sold, in the time zone of the synchronization."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.partner"].create({"name": "Anna", "email": "anna@example.com"})
        cls.sync.invoice_mode = "customer"

    def for_anna(self, order_id, local, **values):
        return self.sold_at(order_id, local, CustomerEmail="anna@example.com", **values)

    def assert_invoiced(self, order_id, invoice_date, accounting_date=None):
        """Check the dates of an order's invoice and of its payment, and that both are posted and settled."""
        order = self.inbox(order_id).pos_order_id
        self.assertTrue(order, self.inbox(order_id).error_message)
        invoice, payments = order.account_move, order.payment_ids.account_move_id
        self.assertTrue(payments)
        self.assertEqual(set((invoice | payments).mapped("state")), {"posted"})
        self.assertEqual(str(invoice.invoice_date), invoice_date)
        self.assertEqual({str(move.date) for move in invoice | payments}, {accounting_date or invoice_date})
        self.assertEqual(set(invoice.line_ids.mapped("date")), {invoice.date})
        self.assertFalse(invoice.amount_residual)
        self.assertIn(f"/{invoice.date.year}/", invoice.name)

    def test_the_time_zone_is_that_of_the_synchronization_whoever_imports(self):
        for number, (zone, user_zone, sold, day) in enumerate(
            (
                ("Asia/Riyadh", "UTC", "2026-03-01 00:15", "2026-03-01"),
                ("America/Los_Angeles", "UTC", "2026-02-28 20:00", "2026-02-28"),
                ("America/Los_Angeles", "Pacific/Auckland", "2026-02-27 20:00", "2026-02-27"),
            )
        ):
            with self.subTest(zone=zone, user_zone=user_zone):
                self.sync.timezone = zone
                self.env.ref("base.user_root").tz = self.env.user.tz = user_zone
                self.run_scheduled_action(self.for_anna(number, sold))
                self.assert_invoiced(number, day)
                self.assert_dated(self.session_of(number), day)

    def test_in_one_running_session_too(self):
        self.sync.write({"session_per_day": False, "timezone": "Asia/Riyadh"})
        self.synchronize(self.for_anna(1, "2026-03-01 00:15"))
        self.assert_invoiced(1, "2026-03-01")

    # ---- locked days -------------------------------------------------------------------------------------------------

    def test_on_a_locked_day_the_invoice_is_posted_on_the_first_open_one_and_the_order_says_so(self):
        self.company.fiscalyear_lock_date = "2026-02-28"
        for number, per_day in enumerate((True, False)):
            with self.subTest(per_day=per_day):
                self.sync.session_per_day = per_day
                self.synchronize(self.for_anna(number, "2026-02-21 10:00"))
                self.assert_invoiced(number, "2026-02-21", "2026-03-01")
                row = self.inbox(number)
                self.assertEqual(row.doubt, "date_differs")
                for part in ("02/21/2026 is locked", "Global Lock Date", "invoice", "posted on 03/01/2026"):
                    self.assertIn(part, row.warnings)

    def test_each_kind_of_lock_date_counts(self):
        for number, lock in enumerate(("tax_lock_date", "sale_lock_date", "hard_lock_date")):
            with self.subTest(lock=lock):
                self.company[lock] = f"2026-03-0{number + 1}"
                self.run_scheduled_action(self.for_anna(number, f"2026-03-0{number + 1} 10:00"))
                self.assert_invoiced(number, f"2026-03-0{number + 1}", f"2026-03-0{number + 2}")

    def test_an_open_day_needs_no_warning_and_an_order_without_invoice_neither(self):
        self.sync.session_per_day = False
        self.company.fiscalyear_lock_date = "2026-02-28"
        self.synchronize(self.for_anna(1, "2026-03-01 10:00"), self.sold_at(2, "2026-02-21 10:00"))
        self.assert_invoiced(1, "2026-03-01")
        for number in (1, 2):
            self.assertFalse(self.inbox(number).warnings)

    def test_where_no_day_until_today_is_open_the_invoice_is_refused(self):
        self.sync.session_per_day = False
        self.company.sale_lock_date = "2026-03-10"
        self.synchronize(self.for_anna(1, "2026-02-21 10:00"))
        self.assertEqual((self.inbox(1).state, self.inbox(1).error_code), ("failed", "invoice_refused"))

    # ---- clocks ahead ------------------------------------------------------------------------------------------------

    def test_a_sale_dated_tomorrow_is_invoiced_today_and_its_session_can_be_closed(self):
        self.at("2026-03-10 23:50")
        for number, per_day in enumerate((True, False)):
            with self.subTest(per_day=per_day):
                self.sync.session_per_day = per_day
                late = f"late {number}"
                self.synchronize(self.for_anna(number, "2026-03-11 00:10"), self.for_anna(late, "2026-03-11 20:00"))
                for order_id in (number, late):
                    self.assert_invoiced(order_id, "2026-03-10")
        self.close_session(self.session_of(0) | self.session_of(1))

    def test_it_can_be_paid_on_account(self):
        account = self.env["pos.payment.method"].create({"name": "Account", "split_transactions": True})
        self.pos_config.payment_method_ids = [Command.link(account.id)]
        self.at("2026-03-10 23:50")
        self.synchronize(self.for_anna(1, "2026-03-11 00:10", CheckoutDetails=[self.payment(92.0, "Account", 3)]))
        invoice = self.inbox(1).pos_order_id.account_move
        self.assertEqual((invoice.state, invoice.amount_residual), ("posted", 92.0))
        self.close_session(self.session_of(1))
