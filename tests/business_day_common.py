from datetime import date, datetime

import freezegun.config
import pytz
from odoo import fields
from odoo.tests import freeze_time

from .money_common import MoneyCase


class BusinessDayCase(MoneyCase):
    """A shop in Berlin with one session per business day. The test sets the time there."""

    DAY_END = 0.0

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # By default, what a thread calls sees the real time in some calls and the frozen time in others.
        ignored = [name for name in freezegun.config.DEFAULT_IGNORE_LIST if name != "threading"]
        freezegun.config.configure(default_ignore_list=ignored)
        cls.addClassCleanup(freezegun.config.reset_config)
        cls.cron = cls.env.ref("external_order_sync.ir_cron_sync_external_orders")
        cls.sync.write(
            {
                "responsible_id": cls.env.ref("base.user_admin").id,
                "timezone": "Europe/Berlin",
                "session_per_day": True,
                "day_end": cls.DAY_END,
            }
        )

    def setUp(self):
        super().setUp()
        self.freezer = None
        self.addCleanup(lambda: self.freezer and self.freezer.stop())
        self.at("2026-03-10 12:00")

    def at(self, local):
        """Set the clock to a local time of the shop."""
        if self.freezer:
            self.freezer.stop()
        moment = pytz.timezone("Europe/Berlin").localize(datetime.fromisoformat(local)).astimezone(pytz.utc)
        self.freezer = freeze_time(moment.replace(tzinfo=None))
        self.freezer.start()

    def sold_at(self, order_id, local, **values):
        """Return an order that was sold at a local time."""
        return self.order(order_id, OrderDate=local.replace(" ", "T"), **values)

    def by_card(self, order_id, local):
        return self.sold_at(order_id, local, PaymentMode=2, CheckoutDetails=[self.payment(92.0, "Card (test)", 2)])

    def run_scheduled_action(self, *orders):
        """Let the feed consist of ``orders``, and run the scheduled action."""
        self.feed(*orders)
        self.sync.next_sync_date = fields.Datetime.now()
        with self.enter_registry_test_mode():
            self.cron.method_direct_trigger()
        self.env.invalidate_all()

    def session_of(self, order_id):
        row = self.inbox(order_id)
        self.assertEqual(row.state, "done", row.error_message)
        return row.session_id

    def sessions(self):
        return self.env["pos.session"].search([("config_id", "=", self.pos_config.id)], order="id")

    def days(self):
        """Return (day, state, number of orders, whether opened late) of the sessions, in the order of their opening."""
        return [
            (str(session.external_business_day or ""), session.state, session.order_count, session.external_late)
            for session in self.sessions()
        ]

    def assert_dated(self, session, day):
        """Check that all entries of a closed session have this date, and that the session ended on that day."""
        moves = session._get_related_account_moves()
        self.assertIn(session.move_id, moves)
        self.assertEqual(set(moves.mapped("state")), {"posted"})
        self.assertEqual(set(moves.mapped("date")), {date.fromisoformat(day)})
        self.assertEqual(set(moves.line_ids.mapped("date")), {date.fromisoformat(day)})
        for line in session.statement_line_ids:
            self.assertTrue(line.internal_index.startswith(day.replace("-", "")), line.internal_index)
        self.assertEqual(
            sum(session.statement_line_ids.mapped("amount")), session.cash_real_transaction + self.cash_of(session)
        )
        self.assertEqual(set(session.bank_payment_ids.mapped("date")) - {date.fromisoformat(day)}, set())
        self.assertEqual(set(session.statement_line_ids.mapped("date")) - {date.fromisoformat(day)}, set())
        receivable = moves.line_ids.filtered(lambda line: line.account_id.account_type == "asset_receivable")
        self.assertTrue(all(receivable.mapped("reconciled")))

    def cash_of(self, session):
        payments = session.order_ids.payment_ids
        return sum(payments.filtered(lambda payment: payment.payment_method_id == self.cash).mapped("amount"))

    def closing_activities(self, session):
        return session.activity_search(["mail.mail_activity_data_warning"])
