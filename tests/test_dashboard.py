from odoo.tests import new_test_user
from odoo.tools import SQL

from .explaining import explain, statements
from .proof_common import ProofCase


class TestDashboard(ProofCase):
    """One card for each synchronization: today, what waits and failed, and whether yesterday agrees."""

    FIGURES = ("today_count", "today_amount", "card_pending_count", "card_failed_count", "doubtful_count",
               "changed_count", "red_days", "yesterday_state")  # fmt: skip

    def read_cards(self, syncs=None):
        self.env.invalidate_all()
        user = new_test_user(
            self.env, f"card-{self.env.cr.sql_log_count}", groups="base.group_user,external_order_sync.group_user"
        )
        return (syncs or self.sync).with_user(user).read(self.FIGURES)

    def test_today_is_the_business_day_of_the_shop(self):
        self.sync.day_end = 4
        self.at("2026-03-11 02:00")
        self.synchronize(
            self.sold_at(1, "2026-03-10 03:59"),
            self.sold_at(2, "2026-03-10 04:00"),
            self.sold_at(3, "2026-03-11 01:00"),
        )
        [card] = self.read_cards()
        self.assertEqual((card["today_count"], card["today_amount"]), (2, 184))
        rows = self.env["external.order"].search(self.sync.action_open_today()["domain"])
        self.assertEqual(rows, self.inbox(2) | self.inbox(3))

    def test_refunds_count_and_lower_the_amount(self):
        self.sell(1, day="2026-03-10")
        refund = {"RefundID": "R1", "RefundDate": "2026-03-10T11:00:00", "CheckoutDetails": [self.payment(92)]}
        self.synchronize(self.sold_at(1, "2026-03-10 10:00", Refunds=[refund]))
        [card] = self.read_cards()
        self.assertEqual((card["today_count"], card["today_amount"]), (2, 0))

    def test_what_waits_and_failed(self):
        self.receive_bad(1)
        self.sync.auto_create_session = False
        self.synchronize(self.sold_at(2, "2026-03-10 10:00"))
        [card] = self.read_cards()
        self.assertEqual((card["card_pending_count"], card["card_failed_count"]), (1, 1))
        rows = self.env["external.order"].search(self.sync.action_open_waiting()["domain"])
        self.assertEqual(rows, self.inbox(2))

    def test_whether_yesterday_agrees(self):
        self.assertFalse(self.read_cards()[0]["yesterday_state"])
        row = self.sell(1)
        self.check()
        self.assertEqual(self.read_cards()[0]["yesterday_state"], "green")
        self.edit(row.pos_order_id)
        self.check()
        [card] = self.read_cards()
        self.assertEqual((card["yesterday_state"], card["red_days"]), ("red", 1))

    def test_more_cards_take_no_more_statements(self):
        def count(syncs):
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            syncs.read(self.FIGURES)
            return self.env.cr.sql_log_count - before

        syncs = self.sync.union(*[self.create_sync(name=f"Store {number}") for number in range(5)])
        syncs.timezone = self.sync.timezone
        self.sell(1, day="2026-03-10")
        count(syncs)
        self.assertLessEqual(count(syncs), count(self.sync))

    def test_today_is_found_by_its_first_moment(self):
        syncs = self.sync | self.create_sync(name="Store")
        with statements() as executed:
            syncs.read(["today_count"])
        [query] = [statement for statement in executed if "today" in statement]
        start = self.sync._get_start_of_day(self.sync._get_business_day())
        values = [value for sync in syncs for value in (sync.id, start)]
        # Compared with joined rows only, PostgreSQL expects a third of all orders, and reads all of them.
        self.assertIn("sold_date >= '20", explain(self.env, SQL(query, *values, start)))

    def test_cards_count_up_to_a_bound_and_nothing_twice(self):
        self.sync.invalidate_recordset()
        with statements() as executed:
            self.sync.read(["card_pending_text", "card_failed_text", "doubtful_text", "changed_text"])
        counting = [statement for statement in executed if "count(*)" in statement.lower()]
        self.assertTrue(counting)
        for statement in counting:
            self.assertEqual(statement.lower().count("count(*)"), statement.count("LIMIT"), statement)
