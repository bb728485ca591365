from .proof_common import ProofCase


class TestProofChanges(ProofCase):
    """Refunds that the shop changes, and cancellations that it takes back, are differences of their day."""

    def refunded(self, **values):
        """Return an order of 92.00 of 9 March, of which something was paid back on the same day."""
        refund = {"RefundID": "R1", "RefundDate": "2026-03-09T15:00:00", **values}
        return self.sold_at(1, "2026-03-09 10:00", Refunds=[refund])

    def paid_back(self, amount):
        """Return an order of which this amount was paid back."""
        items = [{"ItemName": "Product Name", "Amount": amount}]
        return self.refunded(Amount=amount, Items=items, CheckoutDetails=[self.payment(amount)])

    def row_of(self, kind):
        return self.env["external.order"].search([("sync_id", "=", self.sync.id), ("kind", "=", kind)])

    def updated_at(self, local_time, **values):
        """Return an order of 92.00 that was last changed at a time of 9 March."""
        return self.sold_at(1, "2026-03-09 10:00", LastUpdated=f"2026-03-09T{local_time}:00Z", **values)

    def test_a_refund_that_the_shop_changed_is_a_difference(self):
        self.synchronize(self.paid_back(23.0))
        self.assert_green()
        self.synchronize(self.paid_back(46.0))
        row = self.row_of("refund")
        self.assertEqual((row.state, row.changed, row.pos_order_id.amount_total), ("done", True, -23.0))
        proof = self.check()
        self.assertEqual((proof.state, self.reasons(proof)), ("red", [("1", "changed")]))
        line = proof.line_ids
        self.assertEqual((line.order_id, line.shop_gross, line.odoo_gross), (row, -46.0, -23.0))
        self.assertEqual((line.can_book_change, "Change Seen" in line.remedy), (False, True), line.remedy)

    def test_a_changed_refund_without_amounts_is_a_difference(self):
        items = [{"ItemName": "Product Name", "Quantity": 0.25}]
        self.synchronize(self.refunded(Items=items))
        self.assertEqual(self.row_of("refund").state, "done", self.row_of("refund").error_message)
        self.assert_green()
        self.synchronize(self.refunded(Items=[{**items[0], "Quantity": 0.5}]))
        self.assertTrue(self.row_of("refund").changed)
        proof = self.check()
        self.assertEqual((proof.state, self.reasons(proof)), ("red", [("1", "changed")]))

    def test_an_order_that_is_valid_again_after_its_cancellation_is_a_difference(self):
        self.synchronize(self.updated_at("10:00"))
        self.synchronize(self.updated_at("11:00", OrderStatus="Cancelled"))
        self.assert_green()
        self.assertEqual(sum(self.pos_orders().mapped("amount_total")), 0)
        self.synchronize(self.updated_at("12:00"))
        sale = self.row_of("sale")
        self.assertTrue(sale.changed)
        proof = self.check()
        self.assertEqual((proof.state, proof.shop_gross, proof.odoo_gross), ("red", 92.0, 0.0))
        line = proof.line_ids.ensure_one()
        self.assertEqual((line.order_id, line.difference_gross), (sale, -92.0))
        self.assertEqual(line.pos_order_id, self.row_of("cancellation").pos_order_id)

    def test_a_cancellation_that_is_taken_back_is_a_difference_of_its_own_day(self):
        self.synchronize(self.updated_at("10:00"))
        cancelled = {"OrderStatus": "Cancelled", "LastUpdated": "2026-03-10T08:00:00Z"}
        self.synchronize(self.sold_at(1, "2026-03-09 10:00", **cancelled))
        self.assert_green()
        self.at("2026-03-11 12:00")
        self.synchronize(self.sold_at(1, "2026-03-09 10:00", **cancelled))
        day = self.row_of("cancellation").sold_date.date()
        self.assertEqual(str(day), "2026-03-10")
        self.assert_green(day)
        self.synchronize(self.sold_at(1, "2026-03-09 10:00", LastUpdated="2026-03-11T08:00:00Z"))
        self.at("2026-03-11 14:00")
        due, _unbooked = self.env["external.proof"]._get_due_days(self.sync)
        self.assertIn(day, due)
        self.assert_green()
        self.assertEqual(self.check(day).state, "red")

    def test_a_cancellation_that_is_taken_back_is_named_once_beside_a_daily_summary(self):
        self.synchronize(self.updated_at("10:00"))
        self.synchronize(self.updated_at("11:00", OrderStatus="Cancelled"))
        self.synchronize(self.updated_at("12:00"))
        self.use_summary(**self.listed(1))
        proof = self.check()
        self.assertEqual((proof.state, self.reasons(proof)), ("red", [("1", "changed")]))
