from datetime import timedelta

from odoo.exceptions import UserError, ValidationError

from .proof_common import DAY, ProofCase


class TestProofSummary(ProofCase):
    """The shop's own summary of a day: which of its orders the inbox and the books do not have."""

    def test_it_agrees(self):
        self.sell(1, 2)
        self.use_summary(**self.listed(1, 2))
        proof = self.assert_green()
        self.assertEqual((proof.source, proof.shop_orders, proof.shop_gross, proof.shop_tax), ("summary", 2, 184, 24))
        self.assertEqual((self.asked()["date"], self.shop.requests[-1].key), ("2026-03-09", "valid"))

    def test_an_order_that_was_not_received_is_named_and_fetched(self):
        lost, _other = self.sell(1, 2)
        self.lose(lost)
        self.use_summary(**self.listed(1, 2))
        proof = self.check()
        self.assertEqual((proof.state, self.reasons(proof)), ("red", [("1", "missing")]))
        self.assertEqual((proof.difference_orders, proof.difference_gross), (-1, -92))
        proof.line_ids.action_fetch()
        self.assertEqual((proof.state, self.inbox(1).state, proof.odoo_gross), ("green", "done", 184))

    def test_without_a_list_of_orders_it_is_found_in_the_feed(self):
        lost, _other = self.sell(1, 2)
        self.lose(lost)
        figures = self.listed(1, 2)
        del figures["order_ids"]
        self.use_summary(**figures)
        proof = self.check()
        self.assertEqual(self.reasons(proof), [("1", "missing")])
        self.assertEqual((proof.line_ids.shop_gross, proof.line_ids.difference_tax), (92, -12))
        proof.line_ids.action_fetch()
        self.assertEqual((proof.state, self.inbox(1).state), ("green", "done"))

    def test_a_feed_that_cannot_be_read_is_a_reason(self):
        lost = self.sell(1)
        self.lose(lost)
        self.use_summary(orders=1, gross=92)
        self.shop.faults.add("status", times=10, status=404)
        proof = self.check()
        self.assertEqual(proof.state, "error")
        self.assertIn("404", proof.message)
        self.shop.faults.clear()
        self.assertEqual(self.reasons(self.check()), [("1", "missing")])

    def test_the_feed_is_asked_since_the_beginning_of_the_day(self):
        self.sync.write({"since_parameter": "since", "overlap_minutes": 0})
        lost = self.sell(1)
        self.lose(lost)
        figures = self.listed(1)
        del figures["order_ids"]
        self.use_summary(**figures)
        self.assertEqual(self.reasons(self.check()), [("1", "missing")])
        self.assertEqual(self.asked()["since"], "2026-03-08T23:00:00Z")

    def test_a_refund_that_was_not_received_is_named_and_fetched(self):
        self.sell(1)
        refund = {"RefundID": "R1", "RefundDate": "2026-03-09T11:00:00", "CheckoutDetails": [self.payment(92)]}
        self.feed(self.sold_at(1, "2026-03-09 10:00", Refunds=[refund]))
        self.use_summary(orders=1, refunds=1, gross=0, tax=0, payments={"Cash": 0})
        proof = self.check()
        self.assertEqual([(line.external_id, line.refund_id) for line in proof.line_ids], [("1", "R1")])
        proof.line_ids.action_fetch()
        self.assertEqual((proof.state, proof.odoo_refunds), ("green", 1))

    def test_an_order_that_the_feed_does_not_have_either(self):
        self.sell(1)
        self.use_summary(**self.listed(1, 2))
        proof = self.check()
        self.assertEqual(self.reasons(proof), [("2", "missing")])
        with self.assertRaisesRegex(UserError, "does not have order 2"):
            proof.line_ids.action_fetch()

    def test_an_order_that_the_shop_does_not_know(self):
        self.sell(1, 2)
        self.use_summary(**self.listed(1))
        proof = self.check()
        self.assertEqual((self.reasons(proof), proof.difference_gross), ([("2", "extra")], 92))

    def test_an_order_with_another_amount(self):
        self.sell(1, 2)
        figures = self.listed(1, 2, gross="194.00")
        figures["order_ids"] = [1, {"order_id": "2", "gross": "102.00"}]
        self.use_summary(**figures)
        proof = self.check()
        self.assertEqual(self.reasons(proof), [("2", "changed")])
        self.assertEqual((proof.line_ids.shop_gross, proof.line_ids.odoo_gross), (102, 92))

    def test_an_order_that_is_on_another_day_here(self):
        self.sell(1)
        self.sell(2, day="2026-03-08")
        self.use_summary(**self.listed(1, 2))
        self.assertEqual(self.reasons(self.check()), [("2", "moved")])

    def test_an_order_that_the_shop_has_on_another_day_is_not_unknown_to_it(self):
        self.sell(1)
        before = DAY - timedelta(days=1)
        self.use_summary(before, **self.listed(1))
        self.use_summary(DAY, **self.listed())
        self.assertEqual(self.reasons(self.check(before)), [("1", "moved")])
        self.assertEqual(self.reasons(self.check()), [("1", "moved")])

    def test_the_tax_of_listed_orders(self):
        self.sell(1, 2, 3)
        listed = [{"order_id": 1, "tax": "8.00"}, {"order_id": 2, "tax": "16.00"}, {"order_id": 3, "tax": "12.0001"}]
        self.use_summary(**self.listed(1, 2, 3, order_ids=listed))
        proof = self.check()
        self.assertEqual(self.reasons(proof), [("1", "changed"), ("2", "changed")])
        self.assertEqual(sorted(proof.line_ids.mapped("difference_tax")), [-4, 4])

    def test_an_order_that_the_shop_has_in_another_branch(self):
        there = self.create_pos_config("Branch There", self.card)
        places = [("404", self.pos_config), ("405", there), ("406", self.pos_config)]
        here, *_others = self.env["external.location.mapping"].create(
            [
                {"sync_id": self.sync.id, "external_location": location, "pos_config_id": config.id}
                for location, config in places
            ]
        )
        by_card = {"PaymentMode": 2, "CheckoutDetails": [self.payment(92.0, "Card (test)", 2)]}
        self.synchronize(self.sold_at(1, "2026-03-09 10:00", LocationID=404, **by_card))
        here.pos_config_id = there
        of_here = self.listed(1, location=404, payments={"Card (test)": 92})
        self.use_summary(locations=[of_here, self.listed(location=406)])
        proofs = self.env["external.proof"]._check_day(self.sync, DAY)
        reasons = {proof.pos_config_id: self.reasons(proof) for proof in proofs}
        self.assertEqual(reasons, {there: [("1", "moved")], self.pos_config: [("1", "moved")]})

    def test_an_order_that_a_user_ignored(self):
        self.receive_bad(1)
        self.inbox(1).action_ignore()
        self.use_summary(**self.listed(1))
        self.assertEqual(self.reasons(self.check()), [("1", "ignored")])

    def test_another_payment_method(self):
        self.sell(1, 2)
        self.use_summary(**self.listed(1, 2, payments={"Cash": 92, "Card (test)": 92}))
        proof = self.check()
        self.assertEqual(self.reasons(proof), [("", "unexplained")])
        self.assertEqual(
            sorted((payment.name, payment.difference) for payment in proof.payment_ids),
            [("Card (test)", -92), ("Cash (test)", 92)],
        )

    def test_a_payment_that_no_method_stands_for(self):
        self.sync.unknown_payment = "refuse"
        self.sell(1)
        self.use_summary(**self.listed(1, payments={"Cash": 80, "Seashells": 12}))
        payments = {payment.name: payment.difference for payment in self.check().payment_ids}
        self.assertEqual(payments, {"Cash (test)": 12, "Seashells": -12})

    def test_what_the_summary_does_not_state_is_not_compared(self):
        self.sell(1)
        self.use_summary(orders=1, gross=92)
        self.assert_green()

    def test_each_branch_has_its_own_day(self):
        there = self.create_pos_config("Branch There", self.card)
        self.env["external.location.mapping"].create(
            [
                {"sync_id": self.sync.id, "external_location": "404", "pos_config_id": self.pos_config.id},
                {"sync_id": self.sync.id, "external_location": "405", "pos_config_id": there.id},
            ]
        )
        by_card = {"PaymentMode": 2, "CheckoutDetails": [self.payment(92.0, "Card (test)", 2)]}
        # The shop keeps one order of each OrderID as written.
        orders = [self.sold_at(" 1", "2026-03-09 10:00", LocationID=404)]
        orders += [self.sold_at(number, "2026-03-09 10:00", LocationID=405, **by_card) for number in (1, 2)]
        self.synchronize(*orders)
        paid = {"Card (test)": 184}
        locations = [self.listed(1, location=404), self.listed(1, 2, location=405, payments=paid)]
        self.use_summary(locations=locations)
        proofs = self.env["external.proof"]._check_day(self.sync, DAY)
        self.assertEqual(
            sorted((proof.pos_config_id.name, proof.state, proof.odoo_orders) for proof in proofs),
            [("Branch There", "green", 2), ("Test POS", "green", 1)],
        )
        lost = self.env["external.order"].search([("pos_config_id", "=", there.id), ("external_id", "=", "1")])
        self.lose(lost)
        proofs = self.env["external.proof"]._check_day(self.sync, DAY)
        line = proofs.line_ids
        self.assertEqual((line.proof_id.pos_config_id, line.reason, line.external_id), (there, "missing", "1"))
        line.action_fetch()
        self.assertEqual(set(proofs.mapped("state")), {"green"})
        self.use_summary(locations=[*locations, self.listed(location=406)])
        proofs = self.env["external.proof"]._check_day(self.sync, DAY)
        self.assertEqual(set(proofs.mapped("state")), {"error"})
        self.assertIn("406", proofs[0].message)

    # ---- when it cannot be had ---------------------------------------------------------------------------------------

    def test_a_summary_that_cannot_be_read_is_a_reason_not_a_difference(self):
        self.sell(1)
        self.use_summary(orders="many", gross=92)
        proof = self.check()
        self.assertEqual((proof.state, len(proof.line_ids)), ("error", 0))
        self.assertIn("orders", proof.message)
        self.assertTrue(proof.activity_ids)
        self.use_summary(**self.listed(1))
        proof = self.assert_green()
        self.assertFalse(proof.message or proof.activity_ids)

    def test_a_summary_of_another_day_is_refused(self):
        self.use_summary(**self.listed(1, date="2026-03-08"))
        proof = self.check()
        self.assertEqual(proof.state, "error")
        self.assertIn("2026-03-09", proof.message)

    def test_the_key_goes_only_to_the_server_of_the_feed(self):
        for url in ("https://elsewhere.example/api/summary", "http://127.0.0.1:9/api/summary", "nonsense"):
            with self.subTest(url=url), self.assertRaises(ValidationError):
                self.sync.summary_url = url
        with self.assertRaisesRegex(ValidationError, "remove the key"):
            self.sync.summary_url = f"{self.shop.summary_url}?token=1"
        self.sync.summary_url = self.shop.summary_url
        with self.assertRaises(ValidationError):
            self.sync.external_api_url = "https://elsewhere.example/api/orders"

    def test_a_server_that_refuses(self):
        self.use_summary()
        self.shop.summaries[DAY] = None
        proof = self.check()
        self.assertEqual(proof.state, "error")
        self.assertIn("404", proof.message)

    def test_an_archived_synchronization_asks_nobody(self):
        lost = self.sell(1)
        self.lose(lost)
        self.use_summary(**self.listed(1))
        proof = self.check()
        self.assertEqual(self.reasons(proof), [("1", "missing")])
        self.sync.active = False
        self.shop.requests.clear()
        with self.assertRaisesRegex(UserError, "archived"):
            proof.line_ids.action_fetch()
        self.assertEqual(self.check().source, "inbox")
        self.assertFalse(self.shop.requests)
