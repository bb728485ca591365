from datetime import timedelta

from odoo.exceptions import AccessError
from odoo.tests import new_test_user

from .proof_common import DAY, ProofCase
from .test_message_language import GermanMixin


class TestProof(GermanMixin, ProofCase):
    """A day is green if the books are what the shop sent; otherwise it names each order behind the difference."""

    def test_what_was_imported_agrees(self):
        self.sell(1, 2)
        proof = self.assert_green()
        self.assertEqual((proof.source, proof.shop_orders, proof.odoo_orders), ("inbox", 2, 2))
        self.assertEqual((proof.shop_gross, proof.odoo_gross, proof.shop_tax, proof.odoo_tax), (184, 184, 24, 24))
        payment = proof.payment_ids
        self.assertEqual(
            (payment.payment_method_id, payment.shop_amount, payment.odoo_amount, payment.difference),
            (self.cash, 184, 184, 0),
        )

    def test_a_day_without_orders_agrees(self):
        self.synchronize()
        proof = self.assert_green()
        self.assertEqual((proof.shop_orders, proof.odoo_orders, len(proof.payment_ids)), (0, 0, 0))

    def test_orders_of_other_days_do_not_count(self):
        self.sell(1)
        self.sell(2, day="2026-03-08")
        self.assertEqual(self.assert_green().odoo_orders, 1)

    def test_change_and_refunds_of_the_shop_agree(self):
        paid = {"AmountPaid": 100, "CheckoutDetails": [self.payment(100)]}
        row = self.sell(1, **paid)
        refund = {"RefundID": "R1", "RefundDate": "2026-03-09T11:00:00", "CheckoutDetails": [self.payment(92)]}
        self.synchronize(self.sold_at(1, "2026-03-09 10:00", Refunds=[refund], **paid))
        self.assertEqual(row.life_ids.state, "done", row.life_ids.error_message)
        proof = self.assert_green()
        self.assertEqual((proof.odoo_orders, proof.odoo_refunds, proof.odoo_gross), (1, 1, 0))

    def test_a_failed_order_is_named_until_it_is_imported(self):
        self.sell(1)
        row = self.receive_bad(2)
        proof = self.check()
        self.assertEqual((proof.state, self.reasons(proof)), ("red", [("2", "failed")]))
        self.assertEqual((proof.shop_gross, proof.odoo_gross, proof.difference_gross), (184, 92, -92))
        self.assertEqual(proof.line_ids.remedy, row.error_message)
        self.create_product("No Such Product")
        proof.line_ids.action_retry()
        self.assertEqual((row.state, proof.state, len(proof.line_ids)), ("done", "green", 0))

    def test_what_was_imported_meanwhile_goes_when_the_day_is_checked_again(self):
        first, second = self.receive_bad(1), self.receive_bad(2)
        proof = self.check()
        self.create_product("No Such Product")
        (first | second).action_retry()
        self.assertIn("imported in the meantime", proof.line_ids[0].remedy)
        action = proof.line_ids[0].action_retry()
        self.assertIn("checked again", action["params"]["message"])
        self.assertEqual((proof.state, len(proof.line_ids)), ("green", 0))

    def test_a_failed_order_counts_on_its_own_day(self):
        self.receive_bad(2, day="2026-03-08")
        self.assert_green()
        self.assertEqual(self.reasons(self.check(DAY - timedelta(days=1))), [("2", "failed")])

    def test_an_order_that_was_edited_in_odoo(self):
        row, _other = self.sell(1, 2)
        self.edit(row.pos_order_id)
        proof = self.check()
        self.assertEqual(self.reasons(proof), [("1", "edited")])
        line = proof.line_ids
        self.assertEqual((line.shop_gross, line.odoo_gross, line.difference_tax), (92, 80.5, -1.5))
        self.assertEqual(proof.difference_gross, -11.5)
        self.assertEqual(line.action_open()["res_id"], row.pos_order_id.id)

    def test_lines_that_were_edited_without_the_total(self):
        row, _other = self.sell(1, 2)
        row.pos_order_id.lines[0].write({"price_unit": 70, "price_subtotal": 70, "price_subtotal_incl": 80.5})
        proof = self.check()
        self.assertEqual((self.reasons(proof), proof.difference_gross), ([("1", "edited")], -11.5))

    def test_a_payment_on_another_method(self):
        row, _other = self.sell(1, 2)
        self.pay_with(row.pos_order_id, self.card)
        proof = self.check()
        self.assertEqual((self.reasons(proof), proof.difference_gross), ([("1", "payment")], 0))
        of_method = {payment.payment_method_id: payment.difference for payment in proof.payment_ids}
        self.assertEqual(of_method, {self.cash: -92, self.card: 92})
        self.assertIn(self.card.name, proof.line_ids.payment_note)

    def test_a_refund_that_was_made_in_odoo(self):
        row, _other = self.sell(1, 2)
        refund = self.refund_by_hand(row.pos_order_id)
        proof = self.check()
        self.assertEqual(self.reasons(proof), [("1", "refunded")])
        self.assertEqual((proof.difference_gross, proof.difference_refunds), (-92, 1))
        self.assertEqual(proof.line_ids.pos_order_id, refund)

    def test_an_order_that_was_deleted_or_cancelled_in_odoo(self):
        deleted, cancelled, _other = self.sell(1, 2, 3)
        self.delete(deleted)
        self.cancel(cancelled.pos_order_id)
        proof = self.check()
        self.assertEqual(self.reasons(proof), [("1", "deleted"), ("2", "deleted")])
        self.assertEqual((proof.difference_orders, proof.difference_gross, proof.difference_tax), (-2, -184, -24))

    def test_a_refund_that_was_cancelled_in_odoo_is_not_to_be_entered_as_a_sale(self):
        row = self.sell(1)
        refund = {"RefundID": "R1", "RefundDate": "2026-03-09T11:00:00", "CheckoutDetails": [self.payment(92)]}
        self.synchronize(self.sold_at(1, "2026-03-09 10:00", Refunds=[refund]))
        self.cancel(row.life_ids.pos_order_id)
        line = self.check().line_ids
        self.assertEqual((line.reason, line.refund_id, line.difference_gross), ("deleted", "R1", 92))
        self.assertIn("refund by hand", line.remedy)

    def test_an_order_that_the_shop_moved_to_another_day(self):
        self.sell(1)
        self.synchronize(self.sold_at(1, "2026-03-08 10:00"))
        before = DAY - timedelta(days=1)
        here, there = self.check(), self.check(before)
        self.assertEqual((self.reasons(here), here.difference_gross), ([("1", "moved")], 92))
        self.assertEqual((self.reasons(there), there.difference_gross), ([("1", "moved")], -92))
        for day, *listed in ((DAY,), (before, 1)):
            self.use_summary(day, **self.listed(*listed))
            self.assertEqual(self.reasons(self.check(day)), [("1", "moved")])

    def test_an_order_whose_date_was_changed_in_odoo(self):
        row = self.sell(1)
        row.pos_order_id.date_order -= timedelta(days=1)
        self.assertEqual(self.reasons(self.check()), [("1", "moved")])
        self.assertEqual(self.reasons(self.check(DAY - timedelta(days=1))), [("1", "moved")])

    def test_a_session_that_was_closed_with_a_difference(self):
        row = self.sell(1, day="2026-03-10")
        self.close_with_difference(row.session_id, -5)
        self.at("2026-03-11 12:00")
        self.assert_green()
        proof = self.check(DAY + timedelta(days=1))
        self.assertEqual((proof.state, self.reasons(proof)), ("red", [("", "closing")]))
        self.assertEqual((proof.difference_closing, proof.difference_gross), (-5, 0))
        self.assertEqual(proof.line_ids.action_open()["res_id"], row.session_id.id)

    def test_an_order_that_the_shop_changed(self):
        row = self.sell(1)
        changed = self.sold_at(1, "2026-03-09 10:00", OrderItems=[self.item(quantity=2)], AmountTotal=160, Tax=24,
                               GrandTotal=184, AmountPaid=184, CheckoutDetails=[self.payment(184)])  # fmt: skip
        self.synchronize(changed)
        proof = self.check()
        self.assertEqual((self.reasons(proof), proof.shop_gross, proof.odoo_gross), ([("1", "changed")], 184, 92))
        proof.line_ids.action_book_difference()
        self.assertEqual((row.pos_order_id.amount_total, proof.state, proof.odoo_gross), (184, "green", 184))

    def test_a_change_that_was_booked_meanwhile_goes_when_the_day_is_checked_again(self):
        row = self.sell(1)
        changed = self.sold_at(1, "2026-03-09 10:00", OrderItems=[self.item(quantity=2)], AmountTotal=160, Tax=24,
                               GrandTotal=184, AmountPaid=184, CheckoutDetails=[self.payment(184)])  # fmt: skip
        self.synchronize(changed)
        proof = self.check()
        row.action_book_difference()
        action = proof.line_ids.action_book_difference()
        self.assertIn("checked again", action["params"]["message"])
        self.assertEqual((proof.state, len(proof.line_ids)), ("green", 0))

    # ---- what was found, and what users do with it -------------------------------------------------------------------

    def test_an_accepted_difference_stays_accepted_while_it_is_the_same(self):
        first, second = self.sell(1, 2)
        self.edit(first.pos_order_id)
        proof = self.check()
        proof.line_ids.action_accept()
        self.assertEqual((proof.state, self.check().state), ("explained", "explained"))
        self.assertEqual(proof.line_ids.accepted_by_id, self.env.user)
        self.edit(second.pos_order_id)
        self.assertEqual(self.check().state, "red")
        self.assertEqual(sorted(proof.line_ids.mapped("accepted")), [False, True])
        proof.line_ids.action_reconsider()
        self.assertFalse(any(proof.line_ids.mapped("accepted")))

    def test_one_activity_while_a_day_differs(self):
        self.sync.responsible_id = self.env.ref("base.user_admin")
        self.receive_bad(1)
        proof = self.check()
        activity = self.check().activity_ids
        self.assertEqual((len(activity), activity.user_id), (1, self.sync.responsible_id))
        self.inbox(1).action_ignore()
        self.assert_green()
        self.assertFalse(proof.activity_ids)

    def test_the_activity_is_in_the_language_of_whoever_is_responsible(self):
        groups = "base.group_user,external_order_sync.group_user"
        self.sync.responsible_id = new_test_user(self.env, "english", groups=groups)
        self.receive_bad(1)
        proof = self.check()
        self.assertEqual(proof.activity_ids.summary, "The books differ from the external system")
        self.sync.responsible_id = german = new_test_user(self.env, "german", groups=groups, lang="de_DE")
        self.assertEqual((proof.activity_ids.user_id, proof.activity_ids.summary), (german, "Die Bücher weichen ab"))
        german.group_ids = self.env.ref("base.group_user")
        proof._store_error("The shop has no summary.")
        activity = proof.activity_ids
        self.assertEqual(activity.user_id, self.env.ref("base.user_admin"))
        self.assertEqual(activity.summary, "The books could not be compared with the external system")

    def test_whoever_comes_second_reads_that_it_is_done(self):
        self.receive_bad(1)
        line = self.check().line_ids
        self.create_product("No Such Product")
        line.action_retry()
        for press in (line.action_retry, line.action_book_difference):
            self.assertEqual(press()["params"]["message"], "Another user or a run has done this already.")

    def test_only_users_of_external_order_sync_act(self):
        self.receive_bad(1)
        proof = self.check()
        cashier = new_test_user(self.env, "proof-cashier", groups="base.group_user,point_of_sale.group_pos_user")
        user = new_test_user(self.env, "proof-user", groups="base.group_user,external_order_sync.group_user")
        for action in (proof.action_check_now, proof.line_ids.action_accept, proof.line_ids.action_retry):
            with self.assertRaises(AccessError):
                getattr(action.__self__.with_user(cashier), action.__name__)()
        with self.assertRaises(AccessError):
            proof.with_user(user).state = "green"
        proof.with_user(user).action_check_now()
        proof.line_ids.with_user(user).action_accept()
        self.assertEqual(proof.state, "explained")

    def test_the_number_of_statements_does_not_depend_on_the_number_of_orders(self):
        def count():
            self.check()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.check()
            return self.env.cr.sql_log_count - before

        self.sell(1)
        few = count()
        rows = self.sell(*range(1, 31))
        self.assertEqual(self.check().odoo_orders, 30)
        self.assertLessEqual(count(), few + 2)
        self.assertEqual(len(rows), 30)


class TestProofScreens(ProofCase):
    """A bookkeeper reads a day on the screen and on paper."""

    def test_the_table_shows_what_differs(self):
        row, _other = self.sell(1, 2)
        self.pay_with(row.pos_order_id, self.card)
        rows = {row["name"]: row for row in self.check()._get_figure_rows()}
        self.assertFalse(rows["Total"]["differs"] or rows["Orders"]["differs"])
        self.assertEqual((rows["Total"]["shop"], rows["Total"]["difference"]), (rows["Total"]["odoo"], ""))
        self.assertTrue(rows["Paid: Card (test)"]["differs"])
        self.assertIn("92.00", rows["Paid: Card (test)"]["difference"])

    def test_the_report_names_the_orders(self):
        row = self.sell("A-17")
        self.edit(row.pos_order_id)
        proof = self.check()
        html, _kind = self.env["ir.actions.report"]._render_qweb_html(
            "external_order_sync.report_external_proof", proof.ids
        )
        for text in ("A-17", "Edited in Odoo", "80.50", "Differs"):
            self.assertIn(text, html.decode())

    def test_hostile_names_are_shown_as_text(self):
        self.sync.unknown_payment = "refuse"
        self.sell(1)
        self.use_summary(**self.listed(1, payments={"<b>Shells</b>": 92}))
        self.assertIn("&lt;b&gt;", self.check().figures_html)

    def test_a_user_reads_days_of_the_own_companies_only(self):
        proof = self.check()
        user = new_test_user(self.env, "proof-reader", groups="base.group_user,external_order_sync.group_user")
        proof.with_user(user).read()
        other = self.env["res.company"].create({"name": "Other"})
        user.write({"company_ids": other.ids, "company_id": other.id})
        proofs = self.env["external.proof"].with_user(user).with_context(allowed_company_ids=other.ids)
        self.assertFalse(proofs.search([]))

    def test_the_way_from_the_synchronization(self):
        self.receive_bad(1)
        proof = self.check()
        self.assertEqual(self.sync.red_days, 1)
        action = self.sync.action_open_proofs()
        self.assertIn(proof, self.env["external.proof"].search(action["domain"]))
        lines = self.env["external.proof.line"].search(proof.action_open_lines()["domain"])
        self.assertEqual(lines, proof.line_ids)
