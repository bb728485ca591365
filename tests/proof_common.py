from datetime import date

from .business_day_common import BusinessDayCase

DAY = date(2026, 3, 9)


class ProofCase(BusinessDayCase):
    """A shop whose orders of 9 March are compared with the books on 10 March."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.sync.proof_start = "2026-03-01"

    def sell(self, *order_ids, day="2026-03-09", **values):
        """Import orders of 92.00 in cash, sold on a day, and return their rows."""
        orders = [self.sold_at(number, f"{day} 10:00", **values) for number in order_ids]
        self.synchronize(*orders)
        rows = self.env["external.order"].union(*map(self.inbox, order_ids))
        self.assertEqual(set(rows.mapped("state")), {"done"}, rows.mapped("error_message"))
        return rows

    def use_summary(self, day=DAY, **figures):
        """Let the shop have a summary of a day, and the synchronization its address."""
        self.sync.summary_url = self.shop.summary_url
        self.shop.summaries[day] = {"date": day.isoformat(), **figures}
        self.addCleanup(self.shop.summaries.clear)

    def listed(self, *order_ids, **figures):
        """Return the figures of orders of 92.00 in cash, with the list of them."""
        count = len(order_ids)
        return {
            "orders": count,
            "gross": f"{92 * count}.00",
            "tax": f"{12 * count}.00",
            "payments": {"Cash": f"{92 * count}.00"},
            "order_ids": list(order_ids),
            **figures,
        }

    def check(self, day=DAY):
        """Check a day, and return its proof."""
        self.env.invalidate_all()
        return self.env["external.proof"]._check_day(self.sync, day).ensure_one()

    def reasons(self, proof):
        """Return (OrderID, reason) of the differences of a day."""
        return sorted((line.external_id or "", line.reason) for line in proof.line_ids)

    def assert_green(self, day=DAY):
        proof = self.check(day)
        self.assertEqual((proof.state, self.reasons(proof)), ("green", []), proof.message)
        return proof

    # What is done to the books by hand

    def pay_with(self, pos_order, method):
        """Let a POS order be paid with another method."""
        pos_order.payment_ids.payment_method_id = method

    def edit(self, pos_order):
        """Change the price of a POS order by hand."""
        pos_order.lines[0].write({"price_unit": 70, "price_subtotal": 70, "price_subtotal_incl": 80.5})
        pos_order.write({"amount_total": 80.5, "amount_tax": 10.5, "amount_paid": 80.5})
        pos_order.payment_ids[:1].amount = 80.5

    def refund_by_hand(self, pos_order):
        """Refund a POS order as a user does in the backend, on the day of its sale."""
        if not pos_order.config_id.current_session_id:
            self.sell("today", day="2026-03-10")
        refund = pos_order._refund()
        refund.date_order = pos_order.date_order
        payment = {"pos_order_id": refund.id, "amount": refund.amount_total, "payment_method_id": self.cash.id}
        refund.add_payment(payment)
        refund.action_pos_order_paid()
        return refund

    def cancel(self, pos_order):
        """Cancel a paid POS order, as only a script on the database can."""
        self.env.flush_all()
        self.env.cr.execute("UPDATE pos_order SET state = 'cancel' WHERE id = %s", [pos_order.id])
        self.env.invalidate_all()

    def delete(self, row):
        """Delete the POS order of a row, as only a script on the database can."""
        pos_order = row.pos_order_id
        self.env.flush_all()
        self.env.cr.execute("UPDATE external_order SET pos_order_id = NULL WHERE id = %s", [row.id])
        self.env.cr.execute("DELETE FROM pos_payment WHERE pos_order_id = %s", [pos_order.id])
        self.env.invalidate_all()
        pos_order.picking_ids.write({"pos_order_id": False})
        self.cancel(pos_order)
        pos_order.unlink()

    def lose(self, row):
        """Let the inbox and the books lose an order, as if it had never arrived."""
        self.delete(row)
        row.unlink()

    def receive_bad(self, order_id, day="2026-03-09"):
        """Receive an order of a day that cannot be imported."""
        items = [self.item("No Such Product")]
        self.synchronize(self.sold_at(order_id, f"{day} 10:00", OrderItems=items))
        return self.inbox(order_id)

    def run_proof(self):
        """Let the scheduled action check the days that are due; return the proofs by day."""
        with self.enter_registry_test_mode():
            self.env.ref("external_order_sync.ir_cron_proof").method_direct_trigger()
        self.env.invalidate_all()
        proofs = self.env["external.proof"].search([("sync_id", "=", self.sync.id)], order="day")
        return {str(proof.day): proof for proof in proofs}

    def close_with_difference(self, session, difference):
        """Close a session with more or less cash than expected."""
        session.post_closing_cash_details(session.cash_register_balance_end + difference)
        self.env.invalidate_all()
        session.close_session_from_ui()
        self.assertEqual(session.state, "closed")
