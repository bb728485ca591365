from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import new_test_user
from odoo.tools import mute_logger
from psycopg2.errors import UniqueViolation

from .business_day_common import BusinessDayCase


class TestBusinessDays(BusinessDayCase):
    """Each order goes into the session of the day it was sold on."""

    # ---- which session -----------------------------------------------------------------------------------------------

    def test_today_s_orders_go_into_today_s_session(self):
        self.run_scheduled_action(self.sold_at(1, "2026-03-10 09:00"), self.sold_at(2, "2026-03-10 11:59"))
        self.run_scheduled_action(self.sold_at(3, "2026-03-10 10:00"))
        self.assertEqual(self.days(), [("2026-03-10", "opened", 3, False)])
        session = self.sessions()
        self.assertEqual((session.rescue, session.external_order_sync_id), (False, self.sync))
        self.assertEqual(session.start_at, fields.Datetime.now())

    def test_days_in_one_batch_have_a_session_each(self):
        orders = [
            self.sold_at(1, "2026-03-08 10:00"),
            self.sold_at(2, "2026-03-10 10:00"),
            self.sold_at(3, "2026-03-09 10:00"),
            self.sold_at(4, "2026-03-08 11:00"),
        ]
        run = self.synchronize(*orders)
        self.assertEqual((run.status, run.imported_count), ("success", 4))
        self.assertEqual(
            [self.session_of(number).external_business_day for number in (1, 2, 3, 4)],
            [fields.Date.to_date(f"2026-03-{day:02}") for day in (8, 10, 9, 8)],
        )
        self.assertEqual(len(self.sessions()), 3)
        self.assertEqual([self.session_of(number).rescue for number in (1, 2, 3)], [True, False, True])

    def test_the_time_zone_decides_on_the_day(self):
        self.synchronize(
            self.order(1, OrderDate="2026-03-09T22:59:59Z"), self.order(2, OrderDate="2026-03-09T23:00:00Z")
        )
        self.assertEqual(str(self.session_of(1).external_business_day), "2026-03-09")
        self.assertEqual(str(self.session_of(2).external_business_day), "2026-03-10")

    def test_past_midnight_it_is_still_the_day_before(self):
        self.sync.day_end = 4
        self.at("2026-03-11 02:30")
        self.run_scheduled_action(self.sold_at(1, "2026-03-10 23:00"), self.sold_at(2, "2026-03-11 02:00"))
        self.assertEqual(self.days(), [("2026-03-10", "opened", 2, False)])
        self.at("2026-03-11 04:10")
        self.run_scheduled_action(self.sold_at(3, "2026-03-11 03:59:59"), self.sold_at(4, "2026-03-11 04:00"))
        self.assertEqual(self.days(), [("2026-03-10", "closed", 3, False), ("2026-03-11", "opened", 1, False)])
        self.assert_dated(self.session_of(1), "2026-03-10")
        self.assertEqual(str(self.inbox(2).pos_order_id.date_order), "2026-03-11 01:00:00")

    def test_in_the_night_in_which_the_clock_goes_back_a_day_begins_once(self):
        self.sync.day_end = 2.5
        self.at("2026-10-25 12:00")
        self.synchronize(
            self.order(1, OrderDate="2026-10-25T00:29:00Z"),  # 02:29 the first time
            self.order(2, OrderDate="2026-10-25T00:45:00Z"),  # 02:45
            self.order(3, OrderDate="2026-10-25T01:15:00Z"),  # 02:15 the second time
        )
        days = [str(self.session_of(number).external_business_day) for number in (1, 2, 3)]
        self.assertEqual(days, ["2026-10-24", "2026-10-25", "2026-10-25"])

    def test_an_order_without_a_date_or_from_tomorrow_belongs_to_today(self):
        self.synchronize(self.order(1), self.sold_at(2, "2026-03-11 08:00"), self.sold_at(3, "2031-01-01 08:00"))
        self.assertEqual(self.days(), [("2026-03-10", "opened", 3, False)])

    def test_late_orders_go_into_their_day_s_session_while_it_is_open(self):
        self.synchronize(self.sold_at(1, "2026-03-10 10:00"))
        session = self.sessions()
        self.at("2026-03-11 09:00")
        self.synchronize(self.sold_at(2, "2026-03-11 08:00"), self.sold_at(3, "2026-03-10 21:00"))
        self.assertEqual(self.session_of(3), session)
        self.assertEqual(self.days(), [("2026-03-10", "opened", 2, False), ("2026-03-11", "opened", 1, False)])
        self.assertEqual(self.sessions().mapped("rescue"), [True, False])  # yesterday's made room

    def test_once_it_is_closed_they_go_into_a_further_session_of_that_day(self):
        self.run_scheduled_action(self.sold_at(1, "2026-03-10 10:00"))
        self.at("2026-03-11 00:10")
        self.run_scheduled_action()
        self.assertEqual(self.days(), [("2026-03-10", "closed", 1, False)])
        self.at("2026-03-11 09:00")
        self.run_scheduled_action(self.sold_at(2, "2026-03-10 21:00"), self.sold_at(3, "2026-03-11 08:00"))
        self.at("2026-03-11 10:00")
        self.run_scheduled_action(self.sold_at(4, "2026-03-10 21:30"))
        self.assertEqual(
            self.days(),
            [
                ("2026-03-10", "closed", 1, False),
                ("2026-03-11", "opened", 1, False),
                ("2026-03-10", "closed", 1, True),
                ("2026-03-10", "closed", 1, True),
            ],
        )
        for number in (1, 2, 4):
            self.assert_dated(self.session_of(number), "2026-03-10")
        late = self.session_of(2)
        self.assertTrue(late.rescue)
        self.assertEqual((str(late.start_at), str(late.stop_at)), ("2026-03-10 00:00:00", "2026-03-10 22:59:59"))

    # ---- sessions of people ------------------------------------------------------------------------------------------

    def open_session(self):
        session = self.env["pos.session"].create({"config_id": self.pos_config.id})
        session.set_opening_control(0, "")
        return session

    def test_a_session_that_a_person_opened_today_takes_today_s_orders_only(self):
        session = self.open_session()
        self.synchronize(self.sold_at(1, "2026-03-10 10:00"), self.sold_at(2, "2026-03-09 10:00"))
        self.assertEqual(self.session_of(1), session)
        self.assertEqual(self.days(), [("", "opened", 1, False), ("2026-03-09", "opened", 1, True)])

    def test_one_that_a_person_opened_yesterday_is_left_alone(self):
        session = self.open_session()
        self.at("2026-03-11 12:00")
        self.run_scheduled_action(self.sold_at(1, "2026-03-10 10:00"), self.sold_at(2, "2026-03-11 10:00"))
        self.assertEqual((session.order_count, session.rescue, session.state), (0, False, "opened"))
        self.assertEqual(
            self.days(),
            [("", "opened", 0, False), ("2026-03-11", "opened", 1, False), ("2026-03-10", "closed", 1, True)],
        )
        self.assertTrue(self.session_of(2).rescue)  # beside the person's
        self.at("2026-03-12 00:10")
        self.run_scheduled_action()
        self.assertEqual(self.session_of(2).state, "closed")
        self.assert_dated(self.session_of(2), "2026-03-11")
        self.assertEqual(session.state, "opened")

    def test_one_that_waits_for_its_opening_control_is_opened(self):
        session = self.env["pos.session"].create({"config_id": self.pos_config.id})
        self.synchronize(self.sold_at(1, "2026-03-10 10:00"))
        self.assertEqual((self.session_of(1), session.state), (session, "opened"))

    def test_while_a_person_closes_today_s_session_today_s_orders_wait_and_the_others_go_in(self):
        session = self.open_session()
        session.state = "closing_control"
        run = self.synchronize(self.sold_at(1, "2026-03-10 10:00"), self.sold_at(2, "2026-03-09 10:00"))
        self.assertEqual((self.inbox(1).state, self.inbox(2).state), ("pending", "done"))
        self.assertIn("is being closed", run.message)
        session.state = "opened"
        self.close_session(session)
        self.sync.sync_orders()
        self.assertEqual(self.session_of(1).external_business_day, fields.Date.to_date("2026-03-10"))

    def test_without_auto_create_late_orders_wait_and_the_reason_names_their_day(self):
        self.sync.auto_create_session = False
        self.open_session()
        run = self.synchronize(self.sold_at(1, "2026-03-10 10:00"), self.sold_at(2, "2026-03-09 10:00"))
        self.assertEqual((self.inbox(1).state, self.inbox(2).state), ("done", "pending"))
        self.assertIn("No open POS session found for Test POS on 03/09/2026.", run.message)
        self.assertIn("1 order waits.", run.message)

    # ---- the setting -------------------------------------------------------------------------------------------------

    def test_switched_on_while_a_session_is_open(self):
        self.sync.session_per_day = False
        self.synchronize(self.sold_at(1, "2026-03-09 10:00"))
        session = self.session_of(1)
        self.sync.session_per_day = True
        self.synchronize(self.sold_at(2, "2026-03-10 10:00"))
        self.assertEqual(self.session_of(2), session)
        self.at("2026-03-11 09:00")
        self.run_scheduled_action(self.sold_at(3, "2026-03-11 08:00"))
        self.assertEqual(self.days(), [("", "closed", 2, False), ("2026-03-11", "opened", 1, False)])

    def test_switched_off_while_a_session_is_open(self):
        self.synchronize(self.sold_at(1, "2026-03-10 10:00"))
        self.sync.session_per_day = False
        self.at("2026-03-12 09:00")
        self.run_scheduled_action(self.sold_at(2, "2026-03-12 08:00"))
        self.assertEqual(self.days(), [("", "opened", 2, False)])

    def test_switched_on_and_off_again_beside_a_session_that_made_room(self):
        self.sync.session_per_day = False
        self.synchronize(self.sold_at(1, "2026-03-10 10:00"))
        self.sync.session_per_day = True
        self.at("2026-03-11 09:00")
        self.synchronize(self.sold_at(2, "2026-03-11 08:00"))
        self.close_session(self.session_of(2))
        self.sync.session_per_day = False
        self.synchronize(self.sold_at(3, "2026-03-11 08:30"))
        self.assertEqual(
            self.days(),
            [("", "opened", 1, False), ("2026-03-11", "closed", 1, False), ("", "opened", 1, False)],
        )

    def test_two_workers_open_one_session_of_a_day(self):
        late = self.sold_at(1, "2026-03-09 10:00")
        self.synchronize(late)
        values = {"config_id": self.pos_config.id, "external_order_sync_id": self.sync.id, "rescue": True}
        day = fields.Date.to_date("2026-03-09")
        with mute_logger("odoo.sql_db"), self.assertRaises(UniqueViolation):
            self.env["pos.session"].sudo().create({**values, "external_business_day": day})
            self.env.flush_all()
        self.env["pos.session"].sudo().create({**values, "external_business_day": fields.Date.add(day, days=-1)})
        self.env.flush_all()

    def test_only_the_system_says_which_day_a_session_is_of(self):
        self.synchronize(self.sold_at(1, "2026-03-10 10:00"))
        manager = new_test_user(self.env, "pos-manager", groups="point_of_sale.group_pos_manager")
        session = self.session_of(1).with_user(manager)
        self.assertEqual(str(session.external_business_day), "2026-03-10")
        with self.assertRaises(AccessError):
            session.external_business_day = "2026-03-09"

    def test_many_late_days_cost_no_statement_per_order(self):
        self.sync._get_or_create_pos_session()
        for number in range(40):
            self.shop.put(self.sold_at(number, f"2026-03-{8 + number % 2:02} 10:00"))
        run = self.sync.sync_orders()  # opens the sessions, reads what is read once
        self.assertEqual(run.imported_count, 40)
        orders = [self.sold_at(1000 + number, f"2026-03-{8 + number % 2:02} 11:00") for number in range(60)]
        self.env["external.order"]._receive(self.sync, orders)
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        self.env["external.order"]._claim(self.sync, 60)._import()
        self.env.flush_all()
        self.assertLessEqual((self.env.cr.sql_log_count - before) / 60, 15)
        self.assertEqual(len(self.sessions()), 3)

    def test_a_session_found_without_an_order_is_today_s(self):
        session = self.sync._get_or_create_pos_session()
        self.assertEqual(str(session.external_business_day), "2026-03-10")
        self.assertEqual(self.sync._get_or_create_pos_session(), session)
