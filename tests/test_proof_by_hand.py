from datetime import timedelta

from odoo import fields
from odoo.fields import Command

from .proof_common import DAY, ProofCase

TABLES = ("pos_order", "pos_order_line", "pos_payment", "pos_session", "external_order")


class TestProofByHand(ProofCase):
    """What somebody does to the books by hand is found, also if the day has agreed before."""

    def agree(self, *order_ids):
        """Import orders, let their day agree, and return the rows some hours later."""
        self.sync.proof_start = DAY - timedelta(days=1)
        rows = self.sell(*order_ids)
        proofs = self.assert_green() | self.assert_green(DAY - timedelta(days=1))
        self.env.flush_all()
        for table in TABLES:
            self.env.cr.execute(f"UPDATE {table} SET write_date = '2026-03-10 11:00'")  # pylint: disable=sql-injection
        self.at("2026-03-10 14:00")
        proofs.checked_date = fields.Datetime.now()
        self.at("2026-03-10 16:00")
        self.assertEqual(self.due(), [])
        return rows

    def due(self):
        self.env.flush_all()
        self.env.invalidate_all()
        return self.env["external.proof"]._get_due_days(self.sync)[0]

    def assert_found(self, *reasons):
        self.assertIn(DAY, self.due())
        self.assertEqual(self.reasons(self.check()), list(reasons))

    def test_a_deleted_order(self):
        row, _other = self.agree(1, 2)
        self.delete(row)
        self.assert_found(("1", "deleted"))

    def test_a_deleted_payment(self):
        row, _other = self.agree(1, 2)
        row.pos_order_id.payment_ids.unlink()
        self.assert_found(("1", "payment"))

    def test_another_date(self):
        row, _other = self.agree(1, 2)
        row.pos_order_id.date_order -= timedelta(days=1)
        self.assert_found(("1", "moved"))

    def test_a_date_that_is_long_past(self):
        row, _other = self.agree(1, 2)
        row.pos_order_id.date_order -= timedelta(days=400)
        self.assert_found(("1", "moved"))

    def test_an_edited_line(self):
        row, _other = self.agree(1, 2)
        row.pos_order_id.lines[0].write({"price_unit": 70, "price_subtotal": 70, "price_subtotal_incl": 80.5})
        self.assert_found(("1", "edited"))

    def test_a_line_without_its_tax(self):
        row, _other = self.agree(1, 2)
        row.pos_order_id.lines[0].write({"tax_ids": [Command.clear()], "price_unit": 92, "price_subtotal": 92})
        self.assert_found(("1", "edited"))
        self.assertEqual(self.sync.proof_ids.line_ids.difference_tax, -12)

    def test_totals_without_their_lines(self):
        row, other = self.sell(1, 2)
        row.pos_order_id.amount_total = 82
        other.pos_order_id.amount_tax = 10
        self.assertEqual(self.reasons(self.check()), [("1", "edited"), ("2", "edited")])

    def test_deleted_lines(self):
        row, _other = self.sell(1, 2)
        self.env.flush_all()
        self.env.cr.execute("DELETE FROM pos_order_line WHERE order_id = %s", [row.pos_order_id.id])
        self.assertEqual(self.reasons(self.check()), [("1", "edited")])

    def test_a_change_of_what_was_accepted(self):
        row, other = self.agree(1, 2)
        self.delete(row)
        self.check().line_ids.action_accept()
        self.at("2026-03-10 18:00")
        other.pos_order_id.payment_ids.unlink()
        self.assert_found(("1", "deleted"), ("2", "payment"))

    def test_an_invoice_that_was_credited_in_accounting(self):
        self.env["res.partner"].create({"name": "Ann", "email": "ann@example.com"})
        self.sync.invoice_mode = "customer"
        paid = {"CheckoutDetails": [self.payment(92)]}
        orders = [self.sold_at(number, "2026-03-09 10:00", CustomerEmail="ann@example.com") for number in (1, 2)]
        self.synchronize(*orders)
        refund = {"RefundID": "R1", "RefundDate": "2026-03-09T11:00:00", **paid}
        self.synchronize(orders[0], {**orders[1], "Refunds": [refund]})
        refund = self.env["external.order"].search([("sync_id", "=", self.sync.id), ("kind", "=", "refund")])
        self.assertTrue(refund.pos_order_id.account_move)
        proof = self.assert_green()
        invoice = self.inbox(1).pos_order_id.account_move
        active = {"active_model": "account.move", "active_ids": invoice.ids}
        reversal = self.env["account.move.reversal"].with_context(**active)
        reversal = reversal.create({"journal_id": invoice.journal_id.id, "date": "2026-03-09"})
        self.env["account.move"].browse(reversal.refund_moves()["res_id"]).action_post()
        self.assertTrue(self.env["external.proof.books"]._has_disturbed(self.sync, DAY))
        self.assertEqual(self.reasons(self.check()), [("1", "refunded")])
        self.assertEqual((proof.difference_gross, proof.difference_tax, proof.difference_refunds), (-92, -12, 1))

    def test_a_card_difference_at_closing(self):
        """The counted amount of a card terminal is another one than the expected amount."""
        account = {"name": "Outstanding", "code": "XOUT", "account_type": "asset_current", "reconcile": True}
        account = self.env["account.account"].create({**account, "company_ids": [Command.set(self.company.ids)]})
        self.env["res.partner"].create({"name": "Ann", "email": "ann@example.com"})
        for number, is_split in enumerate((False, True), 1):
            with self.subTest(is_split=is_split):
                self.at(f"2026-03-1{number} 12:00")
                # A payment for each customer, or one for all.
                self.card.write({"outstanding_account_id": account.id, "split_transactions": is_split})
                day = f"2026-03-1{number} 10:00"
                paid = {
                    "PaymentMode": 2,
                    "CustomerEmail": "ann@example.com",
                    "CheckoutDetails": [self.payment(92.0, "Card (test)", 2)],
                }
                self.synchronize(self.sold_at(f"card{number}", day, **paid), self.sold_at(f"cash{number}", day))
                session = self.inbox(f"card{number}").session_id
                self.assertTrue(session, self.inbox(f"card{number}").error_message)
                session.post_closing_cash_details(session.cash_register_balance_end + 5)
                self.env.invalidate_all()
                session.close_session_from_ui([(self.card.id, -7.0)])
                self.assertEqual(session.state, "closed")
                self.at(f"2026-03-1{number + 1} 12:00")
                self.synchronize()
                proof = self.check(DAY + timedelta(days=number + 1))
                self.assertEqual((proof.state, self.reasons(proof)), ("red", [("", "closing")] * 2))
                self.assertEqual(sorted(proof.line_ids.mapped("difference_gross")), [-7, 5])
                self.assertEqual((proof.difference_closing, proof.difference_gross), (-2, 0))
                self.assertIn(self.card.name, " ".join(proof.line_ids.mapped("remedy")))

    def test_totals_that_are_rounded_otherwise_than_their_lines(self):
        self.open_shop_in("JPY", 150.0)
        self.company.tax_calculation_rounding_method = "round_globally"
        items = [self.item(price=103)] * 3
        total, tax = 355, 46  # 118 each if rounded by line
        self.synchronize(
            self.sold_at(
                1,
                "2026-03-09 10:00",
                OrderItems=items,
                AmountTotal=309,
                Tax=tax,
                GrandTotal=total,
                AmountPaid=total,
                CheckoutDetails=[self.payment(total)],
            )
        )
        row = self.inbox(1)
        self.assertEqual(row.state, "done", row.error_message)
        self.assert_green()
