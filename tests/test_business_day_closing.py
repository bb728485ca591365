from unittest.mock import patch

from odoo import fields

from .business_day_common import BusinessDayCase


class TestBusinessDayClosing(BusinessDayCase):
    """Sessions of a past day are closed automatically, and everything booked has the date of that day."""

    # ---- closing -----------------------------------------------------------------------------------------------------

    def test_a_day_is_closed_after_it_has_ended_and_its_orders_were_requested(self):
        self.run_scheduled_action(self.sold_at(1, "2026-03-10 10:00"))
        self.at("2026-03-11 00:00")
        with self.enter_registry_test_mode():
            self.env["pos.session"]._close_due_external_sessions()
        self.assertEqual(self.days(), [("2026-03-10", "opened", 1, False)])  # the last orders may still be coming
        self.at("2026-03-11 00:05")
        self.run_scheduled_action(self.sold_at(2, "2026-03-10 23:59"))
        self.assertEqual(self.days(), [("2026-03-10", "closed", 2, False)])
        session = self.sessions()
        self.assert_dated(session, "2026-03-10")
        self.assertFalse(session.rescue)
        self.assertEqual(str(session.stop_at), "2026-03-10 22:59:59")

    def test_a_feed_that_fails_does_not_keep_a_day_open(self):
        self.run_scheduled_action(self.sold_at(1, "2026-03-10 10:00"))
        self.at("2026-03-11 00:05")
        self.sync.external_api_key = "wrong"
        self.run_scheduled_action()
        self.assertEqual(self.sync.last_sync_status, "error")
        self.assertEqual(self.days(), [("2026-03-10", "closed", 1, False)])

    def test_orders_that_are_still_to_be_imported_hold_the_closing_of_past_days(self):
        self.run_scheduled_action(self.sold_at(1, "2026-03-10 10:00"))
        self.at("2026-03-11 09:00")
        self.run_scheduled_action(self.sold_at(2, "2026-03-11 08:00"), self.sold_at(3, "2026-03-10 21:00"))
        self.assertEqual(self.days(), [("2026-03-10", "closed", 2, False), ("2026-03-11", "opened", 1, False)])

    def test_cash_and_bank_lines_have_the_date_of_the_day(self):
        self.card.split_transactions = False
        self.run_scheduled_action(self.sold_at(1, "2026-03-10 10:00"), self.by_card(2, "2026-03-10 10:30"))
        self.at("2026-03-12 09:00")
        self.run_scheduled_action()
        session = self.session_of(1)
        self.assertEqual((len(session.statement_line_ids), len(session.bank_payment_ids)), (1, 1))
        self.assertEqual(session.statement_line_ids.amount, 92.0)
        self.assert_dated(session, "2026-03-10")

    def test_stock_at_closing_is_off_and_transfers_are_done_when_they_are_imported(self):
        self.company.point_of_sale_update_stock_quantities = "closing"
        self.synchronize(self.sold_at(1, "2026-03-08 10:00"))
        self.assertFalse(self.session_of(1).update_stock_at_closing)
        picking = self.inbox(1).pos_order_id.picking_ids
        self.assertEqual((picking.state, picking.date_done.date()), ("done", fields.Date.to_date("2026-03-10")))

    def test_a_closing_that_fails_leaves_the_next_day_alone_and_is_tried_again(self):
        self.run_scheduled_action(self.sold_at(1, "2026-03-10 10:00"))
        session = self.session_of(1)
        payment = session.order_ids.payment_ids
        self.env.flush_all()
        self.env.cr.execute("UPDATE pos_payment SET amount = amount - 1 WHERE id = %s", [payment.id])
        self.env.invalidate_all()
        self.at("2026-03-11 09:00")
        self.run_scheduled_action(self.sold_at(2, "2026-03-11 08:00"), self.sold_at(3, "2026-03-10 21:00"))
        self.assertEqual(self.days(), [("2026-03-10", "opened", 2, False), ("2026-03-11", "opened", 1, False)])
        self.assertEqual(self.session_of(3), session)
        self.assertIn("would be unbalanced", self.closing_activities(session).note)
        self.assertEqual(self.sync.last_sync_status, "success")
        self.run_scheduled_action(self.sold_at(4, "2026-03-10 22:00"))
        self.assertEqual(self.session_of(4), session)
        self.env.cr.execute("UPDATE pos_payment SET amount = amount + 1 WHERE id = %s", [payment.id])
        self.env.invalidate_all()
        self.closing_activities(session).action_done()
        self.run_scheduled_action()
        self.assertEqual(self.days(), [("2026-03-10", "closed", 3, False), ("2026-03-11", "opened", 1, False)])
        self.assert_dated(session, "2026-03-10")
        self.assertFalse(session.rescue)

    def test_a_server_that_stopped_while_closing_is_made_up_for(self):
        self.run_scheduled_action(self.sold_at(1, "2026-03-10 10:00"))
        self.at("2026-03-11 09:00")
        with patch.object(type(self.sessions()), "_close_in_own_transaction", lambda session: None):
            self.run_scheduled_action(self.sold_at(2, "2026-03-11 08:00"))
        self.assertEqual(self.days(), [("2026-03-10", "opened", 1, False), ("2026-03-11", "opened", 1, False)])
        self.run_scheduled_action()
        self.assertEqual(self.days(), [("2026-03-10", "closed", 1, False), ("2026-03-11", "opened", 1, False)])

    def test_a_session_with_enough_orders_is_closed_during_its_day(self):
        self.sync.closing_order_count = 2
        self.run_scheduled_action(self.sold_at(1, "2026-03-10 10:00"), self.sold_at(2, "2026-03-10 10:30"))
        self.run_scheduled_action(self.sold_at(3, "2026-03-10 11:00"))
        self.assertEqual(self.days(), [("2026-03-10", "closed", 2, False), ("2026-03-10", "opened", 1, False)])
        session = self.session_of(1)
        self.assert_dated(session, "2026-03-10")
        self.assertEqual(session.stop_at, fields.Datetime.now())

    def test_before_dawn_a_closing_has_the_date_of_the_shop_s_day(self):
        """In the shop it is the 11th, in UTC still the 10th."""
        self.sync.closing_order_count = 1
        self.at("2026-03-11 00:30")
        self.run_scheduled_action(self.sold_at(1, "2026-03-11 00:20"))
        self.assertEqual(self.days(), [("2026-03-11", "closed", 1, False)])
        self.assert_dated(self.sessions(), "2026-03-11")

    def test_the_closing_time_of_every_day_counts_too(self):
        self.sync.write({"close_daily": True, "closing_time": 23.0})
        self.run_scheduled_action(self.sold_at(1, "2026-03-10 10:00"))
        self.at("2026-03-10 23:10")
        self.run_scheduled_action(self.sold_at(2, "2026-03-10 23:05"))
        self.assertEqual(self.days(), [("2026-03-10", "closed", 2, False)])
        self.at("2026-03-11 00:10")
        self.run_scheduled_action(self.sold_at(3, "2026-03-10 23:50"))
        self.assertEqual(self.days(), [("2026-03-10", "closed", 2, False), ("2026-03-10", "closed", 1, True)])

    def test_a_person_closes_a_day_s_session_in_the_register(self):
        self.synchronize(self.sold_at(1, "2026-03-10 10:00"))
        session = self.session_of(1)
        self.at("2026-03-11 09:00")
        self.close_session(session)
        self.assert_dated(session, "2026-03-10")

    def test_the_sales_details_show_the_day(self):
        self.run_scheduled_action(self.sold_at(1, "2026-03-08 10:00"))
        session = self.session_of(1)
        Report = self.env["report.point_of_sale.report_saledetails"]
        details = Report.get_sale_details(session_ids=session.ids)
        self.assertEqual(
            (str(details["date_start"])[:10], str(details["date_stop"])[:10]), ("2026-03-08", "2026-03-08")
        )
        of_day = Report.get_sale_details("2026-03-07 23:00:00", "2026-03-08 22:59:59", config_ids=self.pos_config.ids)
        self.assertEqual(of_day["currency"]["total_paid"], 92.0)
        self.assertEqual(
            self.env["report.pos.order"].search([("order_id", "=", self.inbox(1).pos_order_id.id)]).date.day, 8
        )

    # ---- cash --------------------------------------------------------------------------------------------------------

    def test_the_cash_goes_on_from_day_to_day_with_late_sessions_in_between(self):
        self.run_scheduled_action(self.sold_at(1, "2026-03-10 10:00"), self.sold_at(2, "2026-03-10 11:00"))
        self.at("2026-03-11 00:10")
        self.run_scheduled_action()
        self.run_scheduled_action(self.sold_at(3, "2026-03-10 23:00"))
        self.assertEqual(self.session_of(3).cash_register_balance_end_real, 92.0)
        self.at("2026-03-11 09:00")
        self.run_scheduled_action(self.sold_at(4, "2026-03-11 08:00"))
        self.assertEqual(self.session_of(4).cash_register_balance_start, 3 * 92.0)
        self.at("2026-03-12 09:00")
        self.synchronize(self.sold_at(5, "2026-03-12 08:00"))  # yesterday's is not closed yet
        self.assertEqual(self.session_of(5).cash_register_balance_start, 4 * 92.0)

    def test_cash_moves_of_a_day_that_made_room_are_counted(self):
        self.run_scheduled_action(self.sold_at(1, "2026-03-10 10:00"))
        session = self.session_of(1)
        session.try_cash_in_out("out", 50, "bread", False, {"formattedAmount": "50", "translatedType": "out"})
        self.at("2026-03-11 09:00")
        self.run_scheduled_action(self.sold_at(2, "2026-03-11 08:00"))
        self.assertEqual(session.state, "closed")
        self.assertEqual((session.cash_register_balance_end_real, session.cash_register_difference), (42.0, 0))
        self.assertEqual(sorted(session.statement_line_ids.mapped("amount")), [-50, 92])

    # ---- locked days -------------------------------------------------------------------------------------------------

    def test_behind_a_lock_date_the_entry_has_the_first_open_day_and_each_order_says_so(self):
        self.company.fiscalyear_lock_date = "2026-03-08"
        self.run_scheduled_action(self.sold_at(1, "2026-03-05 10:00"), self.sold_at(2, "2026-03-05 11:00"))
        session = self.session_of(1)
        self.assertEqual(self.days(), [("2026-03-05", "closed", 2, True)])
        self.assert_dated(session, "2026-03-09")
        for number in (1, 2):
            row = self.inbox(number)
            self.assertEqual(row.doubt, "date_differs")
            self.assertIn("03/05/2026 is locked", row.warnings)
            self.assertIn("Global Lock Date", row.warnings)
            self.assertIn("posted on 03/09/2026", row.warnings)
            self.assertEqual(str(row.pos_order_id.date_order.date()), "2026-03-05")
        self.assertTrue(self.sync._get_attention_activity())

    def test_each_kind_of_lock_date_counts(self):
        self.pos_config.journal_id.type = "sale"
        for number, lock in enumerate(("tax_lock_date", "sale_lock_date", "hard_lock_date")):
            with self.subTest(lock=lock):
                self.company[lock] = f"2026-03-0{number + 1}"
                self.run_scheduled_action(self.sold_at(number, f"2026-03-0{number + 1} 10:00"))
                self.assert_dated(self.session_of(number), f"2026-03-0{number + 2}")
                self.assertIn("is locked", self.inbox(number).warnings)

    def test_a_day_that_is_locked_while_its_session_is_open(self):
        self.run_scheduled_action(self.sold_at(1, "2026-03-10 10:00"))
        self.at("2026-03-11 09:00")
        # Odoo refuses it for a day with open sessions, but an exception that allowed the day may end meanwhile.
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE res_company SET fiscalyear_lock_date = '2026-03-10' WHERE id = %s", self.company.ids
        )
        self.env.invalidate_all()
        self.run_scheduled_action()
        self.assert_dated(self.session_of(1), "2026-03-11")
        self.assertIn("is locked", self.inbox(1).warnings)

    def test_the_first_open_day_itself_needs_no_warning(self):
        self.company.fiscalyear_lock_date = "2026-03-08"
        self.run_scheduled_action(self.sold_at(1, "2026-03-09 10:00"))
        self.assert_dated(self.session_of(1), "2026-03-09")
        self.assertFalse(self.inbox(1).warnings)

    def test_in_one_running_session_a_customer_s_cash_line_skips_a_locked_day(self):
        self.sync.session_per_day = False
        self.company.fiscalyear_lock_date = "2026-03-08"
        self.synchronize(self.sold_at(1, "2026-03-05 10:00"), self.sold_at(2, "2026-03-09 10:00"))
        self.env.flush_all()
        self.env.cr.execute("UPDATE pos_payment_method SET split_transactions = true WHERE id = %s", self.cash.ids)
        self.env.invalidate_all()
        self.pos_orders().partner_id = self.env["res.partner"].create({"name": "A Customer"})
        session = self.session_of(1)
        self.close_session(session)
        self.assertEqual(set(session.statement_line_ids.mapped("date")), {fields.Date.to_date("2026-03-09")})

    # ---- foreign currency --------------------------------------------------------------------------------------------

    def test_a_day_in_another_currency_is_booked_at_that_day_s_rate(self):
        currency = self.open_shop_in("EUR", 0.8)
        self.env["res.currency.rate"].create(
            {"name": "2026-03-05", "rate": 0.5, "currency_id": currency.id, "company_id": self.company.id}
        )
        self.run_scheduled_action(self.sold_at(1, "2026-03-05 10:00"), self.sold_at(2, "2026-03-05 12:00"))
        session = self.session_of(1)
        self.assertEqual((session.state, str(session.external_business_day)), ("closed", "2026-03-05"))
        self.assertEqual(set(session._get_related_account_moves().mapped("date")), {session.external_business_day})
        lines = session.move_id.line_ids
        self.assertEqual(sum(lines.mapped("balance")), 0)
        self.assertEqual(sum(lines.mapped("debit")), 2 * 92 / 0.5)
        receivable = session._get_related_account_moves().line_ids.filtered(
            lambda line: line.account_id.account_type == "asset_receivable"
        )
        self.assertTrue(all(receivable.mapped("reconciled")))
        self.assertFalse(receivable.matched_debit_ids.exchange_move_id | receivable.matched_credit_ids.exchange_move_id)
