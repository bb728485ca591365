from datetime import datetime
from unittest.mock import patch

from odoo.tests import freeze_time
from odoo.tools import mute_logger
from psycopg2.errors import CheckViolation

from .money_common import MoneyCase

NOW = "2026-03-10 15:00:00"


@freeze_time(NOW)
class TestOrderDates(MoneyCase):
    """The POS order has the date of the sale."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.sync.timezone = "Europe/Berlin"

    def sold_at(self, stated, order_id=639):
        return str(self.import_order(order_id=order_id, OrderDate=stated).pos_order_id.date_order)

    def test_local_dates_are_read_in_the_time_zone_of_the_configuration(self):
        self.assertEqual(self.sold_at("2026-01-15T12:30:00"), "2026-01-15 11:30:00")
        self.assertEqual(self.sold_at("2025-07-15 12:30", 640), "2025-07-15 10:30:00")
        row = self.import_order(order_id=641, CheckoutDate="31-12-2025 05:16:43 PM")
        self.assertEqual(str(row.pos_order_id.date_order), "2025-12-31 16:16:43")

    def test_an_offset_counts_more_than_the_time_zone(self):
        self.assertEqual(self.sold_at("2026-01-15T12:30:00Z"), "2026-01-15 12:30:00")
        self.assertEqual(self.sold_at("2026-01-15T12:30:00+05:30", 640), "2026-01-15 07:00:00")

    def test_a_zone_that_only_pytz_knows(self):
        self.sync.timezone = "Asia/Calcutta"
        self.assertEqual(self.sold_at("2026-01-15T12:30:00"), "2026-01-15 07:00:00")

    def test_an_hour_that_comes_twice_is_the_first_one_and_one_that_does_not_come_is_read_as_before(self):
        self.assertEqual(self.sold_at("2025-10-26T02:30:00"), "2025-10-26 00:30:00")
        self.assertEqual(self.sold_at("2025-03-30T02:30:00", 640), "2025-03-30 01:30:00")

    def test_without_a_time_zone_it_is_that_of_the_responsible_user_or_of_the_company(self):
        self.sync.timezone = False
        self.sync.responsible_id.tz = "Asia/Riyadh"
        self.company.partner_id.tz = "America/New_York"
        self.assertEqual(self.sold_at("2026-01-15T12:30:00"), "2026-01-15 09:30:00")
        self.sync.responsible_id.tz = False
        self.assertEqual(self.sold_at("2026-01-15T12:30:00", 640), "2026-01-15 17:30:00")
        self.company.partner_id.tz = False
        self.assertEqual(self.sold_at("2026-01-15T12:30:00", 641), "2026-01-15 12:30:00")

    def test_without_a_date_it_is_the_time_of_the_import(self):
        row = self.import_order()
        self.assertEqual(str(row.pos_order_id.date_order), NOW)
        self.assertFalse(row.doubt)

    def test_the_payments_have_the_date_of_the_sale(self):
        payment = self.import_order(OrderDate="2026-01-15T12:30:00Z").pos_order_id.payment_ids
        self.assertEqual(payment.payment_date, datetime(2026, 1, 15, 12, 30))

    def test_a_date_that_cannot_be_right_is_the_time_of_the_import_with_a_warning(self):
        cases = (
            ("2026-03-11T16:00:01", "is in the future"),
            ("2099-01-01T00:00:00Z", "is in the future"),
            ("9998-12-31T23:59:59", "is in the future"),
            ("1970-01-01T00:00:00Z", "cannot be right"),
            ("1989-12-31T12:00:00", "cannot be right"),
        )
        for number, (stated, reason) in enumerate(cases):
            with self.subTest(stated=stated):
                row = self.import_order(order_id=number, OrderDate=stated)
                self.assertEqual(str(row.pos_order_id.date_order), NOW)
                self.assertEqual(row.doubt, "date_differs")
                self.assertIn(reason, row.warnings)
                self.assertIn(stated[:10], row.warnings)

    def test_a_date_that_cannot_be_read_is_a_warning_too(self):
        for number, stated in enumerate(("0001-01-01T00:00:00", "yesterday", "03/14/2026 12:00")):
            with self.subTest(stated=stated):
                row = self.import_order(order_id=number, OrderDate=stated)
                self.assertEqual(str(row.pos_order_id.date_order), NOW)
                self.assertEqual(row.doubt, "date_differs")
                self.assertIn("OrderDate", row.warnings)

    def test_less_than_a_day_ahead_is_what_the_shop_says(self):
        row = self.import_order(OrderDate="2026-03-11T15:59:00")
        self.assertEqual((str(row.pos_order_id.date_order), row.doubt), ("2026-03-11 14:59:00", False))

    def test_all_orders_go_into_one_session_by_default(self):
        self.synchronize(self.order(1, OrderDate="2026-03-10T12:00:00"), self.order(2, OrderDate="2026-02-01T12:00:00"))
        session = self.pos_orders().session_id
        self.assertEqual((len(session), session.rescue, session.external_business_day), (1, False, False))
        move = self.close_session(session)
        self.assertEqual(str(move.date), "2026-03-10")

    def test_the_exchange_rate_is_that_of_the_day(self):
        self.open_shop_in("EUR", 0.8)
        currency = self.sync.pos_config_id.currency_id
        for day, rate in (("2026-01-01", 0.5), ("2026-02-01", 0.4)):
            self.env["res.currency.rate"].create(
                {"name": day, "rate": rate, "currency_id": currency.id, "company_id": self.company.id}
            )
        dates = ("2026-01-15T12:00:00", "2026-02-15T12:00:00", "2026-01-20T12:00:00")
        orders = [
            self.sold(number, self.item(), total=92, tax=12, OrderDate=stated) for number, stated in enumerate(dates)
        ]
        seen = {}
        Pricing = type(self.env["external.order.pricing"])
        price_order = Pricing._price_order

        def price(pricing, sync, payload, lines, terms):
            seen[payload.external_id] = terms.rate
            return price_order(pricing, sync, payload, lines, terms)

        with patch.object(Pricing, "_price_order", price):
            self.synchronize(*orders)
        orders = self.env["pos.order"].search([("config_id", "=", self.sync.pos_config_id.id)], order="date_order")
        self.assertEqual([round(order.currency_rate, 6) for order in orders], [0.5, 0.5, 0.4])
        self.assertEqual(seen, {"0": 0.5, "1": 0.4, "2": 0.5})

    def test_the_rate_of_a_day_is_read_once_in_a_batch(self):
        self.open_shop_in("EUR", 0.8)
        terms = self.env["external.order.pricing"]._get_terms(self.sync)
        with patch.object(type(terms.currency), "_get_conversion_rate", return_value=0.5) as read:
            for hour in range(5):
                self.assertEqual(terms.on(datetime(2026, 1, 15, hour)).rate, 0.5)
            terms.on(datetime(2026, 1, 16))
        self.assertEqual(read.call_count, 2)

    def test_the_end_of_a_day_is_a_time_of_day(self):
        for day_end in (-1, 24):
            with self.subTest(day_end=day_end), mute_logger("odoo.sql_db"), self.assertRaises(CheckViolation):
                self.sync.day_end = day_end
                self.env.flush_all()
