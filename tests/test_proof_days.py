from datetime import timedelta

from odoo import fields
from odoo.exceptions import UserError

from ..models.proof import external_proof_check
from .proof_common import DAY, ProofCase


class TestProofDays(ProofCase):
    """Days are checked by themselves once they are over, and again when something of them has changed."""

    def test_days_are_checked_from_the_first_one_to_yesterday(self):
        self.sync.proof_start = "2026-03-07"
        self.sell(1)
        proofs = self.run_proof()
        self.assertEqual(list(proofs), ["2026-03-07", "2026-03-08", "2026-03-09"])
        self.assertEqual({proof.state for proof in proofs.values()}, {"green"})

    def test_without_a_first_day_it_is_that_of_the_creation(self):
        self.sync.proof_start = False
        self.assertEqual(self.sync._get_proof_start(), self.sync._get_business_day(self.sync.create_date))

    def test_a_day_waits_for_its_last_orders(self):
        self.sync.proof_start = "2026-03-10"
        self.sell(1, day="2026-03-10")
        self.at("2026-03-11 00:05")
        self.assertFalse(self.run_proof())
        self.synchronize(self.sold_at(1, "2026-03-10 10:00"), self.sold_at(2, "2026-03-10 23:59"))
        self.assertEqual(self.run_proof()["2026-03-10"].odoo_orders, 2)

    def test_a_day_whose_orders_cannot_be_requested_waits_for_some_hours(self):
        self.sync.proof_start = "2026-03-10"
        self.at("2026-03-11 06:05")
        self.assertEqual(list(self.run_proof()), ["2026-03-10"])

    def test_a_day_whose_orders_were_not_requested_does_not_agree(self):
        self.sync.proof_start = DAY
        self.shop.faults.add("status", times=10, status=403)
        self.synchronize()
        proof = self.run_proof()[str(DAY)]
        self.assertEqual((proof.state, len(proof.line_ids), len(proof.activity_ids)), ("error", 0, 0))
        self.assertIn("have not been fetched", proof.message_text)
        self.shop.faults.clear()
        self.at("2026-03-10 14:00")
        self.synchronize()
        proof = self.run_proof()[str(DAY)]
        self.assertEqual((proof.state, proof.message_text), ("green", False))

    def test_a_shop_that_sends_its_orders_is_asked_for_none(self):
        self.sync.external_api_url = False
        self.assert_green()

    def test_a_day_of_a_synchronization_that_is_not_started_waits(self):
        self.sync.write({"proof_start": DAY, "state": "draft"})
        self.env["external.proof"].action_check_now()
        self.assertFalse(self.sync.proof_ids)
        self.assertEqual(self.check().state, "error")

    def test_a_day_is_checked_again_when_something_of_it_changes(self):
        self.sync.proof_start = DAY
        row = self.sell(1)
        proof = self.run_proof()[str(DAY)]
        self.at("2026-03-10 14:00")
        proofs = self.env["external.proof"]
        self.env.cr.execute("UPDATE pos_order SET write_date = '2026-03-10 11:00' WHERE id = %s", [row.pos_order_id.id])
        self.env.cr.execute("UPDATE pos_payment SET write_date = '2026-03-10 11:00'")
        self.env.cr.execute("UPDATE pos_session SET write_date = '2026-03-10 11:00'")
        self.env.cr.execute("UPDATE external_order SET write_date = '2026-03-10 11:00'")
        proof.checked_date = fields.Datetime.now()
        self.assertEqual(proofs._get_due_days(self.sync)[0], [])
        self.at("2026-03-10 15:00")
        self.env.cr.execute("UPDATE pos_payment SET write_date = %s", [fields.Datetime.now()])
        self.assertEqual(proofs._get_due_days(self.sync)[0], [DAY])
        proof.checked_date = fields.Datetime.now() + timedelta(minutes=20)
        self.assertEqual(proofs._get_due_days(self.sync)[0], [])
        self.receive_bad(3)
        self.assertEqual(proofs._get_due_days(self.sync)[0], [])
        self.assertEqual(proofs._get_due_days(self.sync, is_asked=True)[0], [DAY])
        self.at("2026-03-10 16:30")
        self.assertEqual(proofs._get_due_days(self.sync)[0], [DAY])

    def test_a_day_whose_orders_were_settled_since_is_checked_by_the_next_scheduled_check(self):
        self.sync.proof_start = DAY
        rows = self.receive_bad(1) | self.receive_bad(2)
        proof = self.check()
        proofs = self.env["external.proof"]
        self.assertEqual(proofs._get_due_days(self.sync)[0], [])
        rows[0].action_ignore()
        self.assertEqual(proofs._get_due_days(self.sync)[0], [DAY])
        self.assertEqual(self.reasons(self.check()), [("2", "failed")])
        self.assertEqual(proofs._get_due_days(self.sync)[0], [])
        self.create_product("No Such Product")
        rows[1].action_retry()
        self.run_proof()
        self.assertEqual((proof.state, len(proof.line_ids)), ("green", 0))

    def test_a_failure_of_one_day_stops_no_other_one(self):
        self.sync.proof_start = "2026-03-08"
        self.synchronize()
        books = type(self.env["external.proof.books"])
        original = books._read_day

        def read_day(model, sync, day, unbooked=()):
            if str(day) == "2026-03-08":
                raise KeyError("a step that fails")
            return original(model, sync, day, unbooked)

        self.patch(books, "_read_day", read_day)
        with self.assertLogs("odoo.addons.external_order_sync", "ERROR"):
            proofs = self.run_proof()
        self.assertEqual([proof.state for proof in proofs.values()], ["error", "green"])
        self.assertIn("KeyError", proofs["2026-03-08"].message)

    def test_a_failure_of_all_days_is_shown_on_the_last_one(self):
        self.sync.responsible_id = self.env.ref("base.user_admin")

        def fail(*_args):
            raise KeyError("a step that fails")

        with self.assertLogs("odoo.addons.external_order_sync", "ERROR"):
            self.patch(type(self.env["external.proof.unbooked"]), "_read_unbooked", fail)
            [proof] = self.run_proof().values()
        self.assertEqual((str(proof.day), proof.state), ("2026-03-09", "error"))
        self.assertIn("KeyError", proof.message)
        self.assertEqual(proof.activity_ids.user_id, self.sync.responsible_id)

    def test_a_summary_that_hangs_is_not_asked_for_the_other_days(self):
        self.sync.write({"proof_start": "2026-03-07", "summary_url": self.shop.summary_url})
        asked = []

        def fetch(sync, day):
            asked.append(str(day))
            problem = f"{day} hangs."
            raise UserError(problem)

        self.patch(type(self.sync), "_fetch_summaries", fetch)
        self.patch(external_proof_check, "SLOW_SECONDS", -1)
        self.assertEqual([proof.state for proof in self.run_proof().values()], ["error"])
        self.assertEqual(asked, ["2026-03-07"])

    def test_check_now_without_a_selection_checks_the_days_that_are_over(self):
        self.sync.proof_start = DAY
        self.sell(1)
        self.receive_bad(2, day="2026-03-10")
        self.env["external.proof"].action_check_now()
        self.assertEqual(self.sync.proof_ids.mapped("day"), [DAY])
        self.assertEqual(self.sync.red_days, 0)

    def test_a_day_that_was_checked_before_its_end_is_checked_again_after_it(self):
        self.sync.proof_start = "2026-03-10"
        self.receive_bad(1, day="2026-03-10")
        today = self.check(DAY + timedelta(days=1))
        today.action_check_now()
        self.assertEqual((today.state, len(today.activity_ids)), ("red", 0))
        self.at("2026-03-11 12:00")
        self.synchronize()
        self.assertEqual((self.run_proof()["2026-03-10"], len(today.activity_ids)), (today, 1))

    def test_what_was_received_already_is_not_fetched(self):
        self.receive_bad(1)
        with self.assertRaises(UserError):
            self.check().line_ids.action_fetch()
