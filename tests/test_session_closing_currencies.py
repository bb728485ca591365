from datetime import timedelta

from odoo import fields

from .money_common import MoneyCase


class TestSessionClosingCurrencies(MoneyCase):
    """Sessions in another currency, in which every amount is converted separately, are closed automatically."""

    def import_and_close(self, change=None, price=0.10, tax=0.02):
        """Import three orders, close their session, and return it.

        Their amounts are off by one cent each once converted: 0.10, 0.02 and 0.12 become 0.13, 0.03 and 0.15.

        :param change: what is done to the session before it is closed
        """
        self.open_shop_in("EUR", 0.8)
        self.sync.closing_order_count = 3
        total = round(price + tax, 2)
        self.synchronize(*[self.sold(number, self.item(price=price), total=total, tax=tax) for number in (1, 2, 3)])
        session = self.pos_orders_of(self.sync.pos_config_id).session_id
        self.assertEqual((session.state, session.order_count), ("opened", 3))
        if change:
            change(session)
            self.env.flush_all()
        self.sync.next_sync_date = fields.Datetime.now()
        with self.enter_registry_test_mode():
            self.env.ref("external_order_sync.ir_cron_sync_external_orders").method_direct_trigger()
        return session

    def pos_orders_of(self, config):
        return self.env["pos.order"].search([("config_id", "=", config.id)])

    def assert_left_to_a_person(self, session):
        self.assertEqual(session.state, "opened")
        self.assertFalse(session.move_id)
        activity = session.activity_search(["mail.mail_activity_data_warning"])
        self.assertIn("would be unbalanced", activity.note)

    def test_rounding_is_booked_as_an_exchange_difference(self):
        session = self.import_and_close()
        self.assertEqual((session.state, session.move_id.state), ("closed", "posted"))
        self.assertFalse(session.activity_ids)
        lines = session.move_id.line_ids
        rounding = lines.filtered(lambda line: line.account_id == self.company.expense_currency_exchange_account_id)
        self.assertRecordValues(rounding, [{"balance": 0.03, "amount_currency": 0}])
        self.assertRecordValues(
            (lines - rounding).sorted("balance"),
            [
                {"balance": -0.39, "amount_currency": -0.30},
                {"balance": -0.09, "amount_currency": -0.06},
                {"balance": 0.45, "amount_currency": 0.36},
            ],
        )
        receivable = lines.filtered(lambda line: line.account_id.account_type == "asset_receivable")
        self.assertTrue(all(receivable.mapped("reconciled")))

    def test_rounding_the_other_way_is_a_gain(self):
        # 0.05, 0.01 and 0.06 become 0.06, 0.01 and 0.08.
        session = self.import_and_close(price=0.05, tax=0.01)
        self.assertEqual((session.state, session.move_id.state), ("closed", "posted"))
        gain = session.move_id.line_ids.filtered(
            lambda line: line.account_id == self.company.income_currency_exchange_account_id
        )
        self.assertRecordValues(gain, [{"balance": -0.03, "amount_currency": 0}])

    def test_a_difference_in_the_currency_itself_is_none_of_rounding(self):
        def take_a_cent(session):
            payment = session.order_ids[0].payment_ids
            self.env.flush_all()
            self.env.cr.execute("UPDATE pos_payment SET amount = amount - 0.01 WHERE id = %s", [payment.id])
            self.env.invalidate_all()

        self.assert_left_to_a_person(self.import_and_close(take_a_cent))

    def test_another_rate_is_none_of_rounding(self):
        """A payment at the rate of another day has to be explained by a user."""

        def pay_two_days_ago(session):
            self.env["res.currency.rate"].create(
                {
                    "name": fields.Date.today() - timedelta(days=3),
                    "rate": 0.4,
                    "currency_id": session.currency_id.id,
                    "company_id": self.company.id,
                }
            )
            session.order_ids.payment_ids.payment_date = fields.Datetime.now() - timedelta(days=2)

        self.assert_left_to_a_person(self.import_and_close(pay_two_days_ago))

    def test_without_an_account_it_is_left_to_a_person(self):
        def forget_account(session):
            self.company.expense_currency_exchange_account_id = False

        self.assert_left_to_a_person(self.import_and_close(forget_account))

    def test_a_person_who_closes_decides_by_herself(self):
        self.open_shop_in("EUR", 0.8)
        self.synchronize(self.sold(1, self.item(price=0.1), total=0.12, tax=0.02))
        session = self.pos_orders_of(self.sync.pos_config_id).session_id
        # Odoo rolls back before it asks, so this needs a separate transaction.
        with self.enter_registry_test_mode(), self.registry.cursor() as cr:
            session = session.with_env(self.env(cr=cr))
            session.post_closing_cash_details(0.12)
            question = session.action_pos_session_closing_control()
        self.assertEqual(question["res_model"], "pos.close.session.wizard")
