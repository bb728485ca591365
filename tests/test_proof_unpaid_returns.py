from .proof_common import ProofCase


class TestProofUnpaidReturns(ProofCase):
    """A return without payments is named by the check of its day and stops no other check."""

    def unpaid_return(self, number=9):
        return self.sold_at(
            number, "2026-03-09 10:00", AmountTotal=-80.0, Tax=-12.0, GrandTotal=-92.0, AmountPaid=None,
            PaymentMode=None, CheckoutDetails=[], OrderItems=[self.item(quantity=-1)],
        )  # fmt: skip

    def test_a_return_that_is_not_paid_yet_stops_no_check(self):
        self.sell(1)
        self.synchronize(self.unpaid_return())
        self.assertEqual(self.inbox(9).state, "failed")
        proof = self.check()
        self.assertIn(("9", "failed"), self.reasons(proof))

    def test_a_return_that_is_not_paid_yet_stops_no_scheduled_check(self):
        self.sync.proof_start = "2026-03-07"
        self.sell(1)
        self.synchronize(self.unpaid_return())
        proofs = self.run_proof()
        self.assertEqual(
            {day: proof.state for day, proof in proofs.items()},
            {"2026-03-07": "green", "2026-03-08": "green", "2026-03-09": "red"},
        )

    def test_a_user_checks_a_day_beside_a_return_that_is_not_paid_yet(self):
        self.sell(1)
        proof = self.check()
        self.synchronize(self.sold_at(1, "2026-03-09 10:00"), self.unpaid_return())
        proof.sudo()._check_again()
        self.assertEqual(proof.state, "red")

    def test_an_imported_order_that_becomes_an_unpaid_return(self):
        self.sell(9)
        self.synchronize(self.unpaid_return())
        self.assertTrue(self.inbox(9).changed)
        self.assertEqual(self.check().state, "red")
