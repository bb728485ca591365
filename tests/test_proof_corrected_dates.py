from datetime import date

from .proof_common import ProofCase

EVE = date(2026, 3, 8)


class TestProofCorrectedDates(ProofCase):
    """Orders whose date the shop corrects after their import: what is booked where, and what is said about it."""

    def test_a_reversal_that_cannot_be_posted_on_its_day_is_told(self):
        row = self.sell(1)
        for session in self.sessions().filtered(lambda session: session.state != "closed"):
            self.sync._close_sessions() if hasattr(self.sync, "_close_sessions") else self.close_session(session)
        self.assertEqual(set(self.sessions().mapped("state")), {"closed"})
        self.company.fiscalyear_lock_date = "2026-03-09"
        self.synchronize(self.sold_at(1, "2026-03-10 09:00"))
        row.action_book_difference()
        self.env.invalidate_all()
        self.assertEqual((row.changed, row.error_message), (False, False))
        for session in self.sessions().filtered(lambda session: session.state != "closed"):
            self.close_session(session)
        self.env.invalidate_all()
        reversal = self.pos_orders().filtered(lambda order: order.amount_total < 0)
        posted = reversal.session_id.move_id.date
        self.assertNotEqual(str(posted), "2026-03-09")
        self.assertTrue(row.doubt, f"the reversal of a sale of 2026-03-09 was posted on {posted}, and nobody was told")

    def test_a_credit_note_of_a_reversal_that_cannot_be_posted_on_its_day_is_told(self):
        self.env["res.partner"].create({"name": "Erika", "email": "erika@example.com"})
        self.sync.invoice_mode = "customer"
        row = self.sell(1, CustomerEmail="erika@example.com")
        self.assertEqual(str(row.pos_order_id.account_move.invoice_date), "2026-03-09")
        for session in self.sessions().filtered(lambda session: session.state != "closed"):
            self.close_session(session)
        self.company.fiscalyear_lock_date = "2026-03-09"
        self.synchronize(self.sold_at(1, "2026-03-10 09:00", CustomerEmail="erika@example.com"))
        row.action_book_difference()
        self.env.invalidate_all()
        self.assertEqual((row.changed, row.error_message), (False, False))
        reversal = self.pos_orders().filtered(lambda order: order.amount_total < 0)
        self.assertEqual(str(reversal.account_move.date), "2026-03-10")
        self.assertTrue(row.doubt, "the credit note of 2026-03-09 was posted on another date, and nobody was told")

    def test_a_corrected_date_is_booked_from_the_days_that_differ(self):
        self.sell(1)
        changed = {"AmountTotal": 40.0, "Tax": 6.0, "GrandTotal": 46.0, "AmountPaid": 46.0}
        changed |= {"OrderItems": [self.item(price=40.0)], "CheckoutDetails": [self.payment(46.0)]}
        self.synchronize(self.sold_at(1, "2026-03-08 10:00", **changed))
        lines = self.check().line_ids | self.check(EVE).line_ids
        self.assertEqual(lines.mapped("reason"), ["moved", "moved"])
        self.assertEqual(lines.mapped("can_book_change"), [True, True])
        for remedy in lines.mapped("remedy"):
            self.assertIn("Book the difference", remedy)
            self.assertIn("46.00", remedy)
            self.assertIn("Sold on", remedy)
        self.assertEqual(lines[0].action_open()["res_id"], self.inbox(1).id)
        lines[0].action_book_difference()
        self.env.invalidate_all()
        self.assertFalse(self.inbox(1).changed, self.inbox(1).error_message)
        self.assert_green()
        self.assert_green(EVE)

    def test_an_order_whose_date_a_user_changed_in_odoo_is_not_booked_again(self):
        self.sell(1).pos_order_id.date_order = "2026-03-08 09:00:00"
        line = self.check().line_ids
        self.assertEqual((line.reason, line.can_book_change), ("moved", False))
        self.assertNotIn("Book the difference", line.remedy)
