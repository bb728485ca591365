from datetime import datetime, timedelta

from ..models.order_sync import external_order_by_day
from .common import ExternalOrderCase
from .explaining import explain, statements

DAY = "received_date:day"
AGGREGATES = ["__count", "total:sum"]


class TestInboxByDay(ExternalOrderCase):
    """The list grouped by day: the same groups as Odoo finds, without reading all orders."""

    def setUp(self):
        super().setUp()
        # Every seven hours, for some days with a gap between them.
        start = datetime(2026, 3, 27, 22, 30)  # the clocks change in Brussels on the 29th
        times = [start + timedelta(hours=7 * number) for number in range(20) if not 8 <= number < 14]
        self.env["external.order"].create(
            [
                {
                    "sync_id": self.sync.id,
                    "external_id": str(number),
                    "state": "failed" if number % 4 == 0 else "done",
                    "received_date": time,
                    "total": number,
                }
                for number, time in enumerate(times)
            ]
        )
        self.domain = [("sync_id", "=", self.sync.id)]

    def groups(self, by_day, domain=(), order=None, limit=80, offset=0, zone="Europe/Brussels"):
        """Return the groups and their number, as we find them or as Odoo does."""
        self.patch(external_order_by_day, "COUNTED_AT_MOST", 0 if by_day else 10**9)
        self.patch(external_order_by_day, "SHARE", 10**9)
        Order = self.env["external.order"].with_context(tz=zone)
        options = {"order": order, "limit": limit, "offset": offset}
        return Order.web_read_group([*self.domain, *domain], [DAY], AGGREGATES, **options)

    def test_the_same_groups_as_odoo_finds(self):
        for zone in ("Europe/Brussels", "America/Los_Angeles", "Asia/Kolkata", "Nowhere/At All", False):
            for options in (
                {},
                {"order": f"{DAY} DESC"},
                {"order": "received_date desc"},
                {"limit": 2},
                {"limit": 2, "offset": 2},
                {"limit": 2, "offset": 80},
                {"domain": [("state", "=", "failed")]},
                {"domain": [("total", "<", 0)]},
            ):
                with self.subTest(zone=zone, **options):
                    ours, odoo = (self.groups(by_day, zone=zone, **options) for by_day in (True, False))
                    self.assertEqual(ours["groups"], odoo["groups"])
                    if options.get("offset") != 80:  # Odoo reports none then
                        self.assertEqual(ours["length"], odoo["length"])

    def test_a_day_begins_at_the_first_midnight_where_clocks_are_set_back_at_one(self):
        rows = self.env["external.order"].search(self.domain)
        for zone, first in (("America/Havana", datetime(2026, 11, 1, 4)), ("Atlantic/Azores", datetime(2026, 10, 25))):
            for number, row in enumerate(rows):
                row.received_date = first + timedelta(minutes=15 + 30 * (number - 6))
            for limit in (1, 80):
                with self.subTest(zone=zone, limit=limit):
                    ours, odoo = (self.groups(by_day, limit=limit, zone=zone) for by_day in (True, False))
                    self.assertEqual(ours["groups"], odoo["groups"])

    def test_a_page_reads_the_orders_of_its_days_only(self):
        with statements() as executed:
            answer = self.groups(True, limit=2)
        self.assertEqual((len(answer["groups"]), answer["length"]), (2, 6))
        groupings = [statement for statement in executed if "GROUP BY" in statement and '"total"' in statement]
        self.assertTrue(groupings)
        for grouping in groupings:
            self.assertIn('"external_order"."received_date" < ', grouping)

    def test_other_groups_are_odoos(self):
        self.groups(True)
        Order = self.env["external.order"]
        for groupby in (["received_date:month"], [DAY, "state"], ["state"]):
            self.assertIsNone(Order._get_days(self.domain, groupby[:2], ", ".join(groupby)))
        self.assertIsNone(Order._get_days(self.domain, [DAY], "__count DESC"))
        self.assertTrue(Order._get_days(self.domain, [DAY], DAY))
        self.env["external.order"].search(self.domain, limit=1).received_date = False
        self.assertIsNone(Order._get_days(self.domain, [DAY], DAY))

    def test_days_are_not_looked_up_one_by_one_for_few_orders(self):
        self.patch(external_order_by_day, "COUNTED_AT_MOST", 0)
        self.patch(external_order_by_day, "SHARE", 0)
        self.assertIsNone(self.env["external.order"]._get_days(self.domain, [DAY], DAY))

    def test_the_orders_of_a_day_are_found_by_their_index(self):
        day = [("received_date", ">=", "2026-03-28"), ("received_date", "<", "2026-03-29")]
        self.assertIn("external_order_received", explain(self.env, self.env["external.order"]._search(day)))

    def test_the_chart_opens_with_a_period(self):
        action = self.env.ref("external_order_sync.action_external_order_analysis")
        self.assertIn("search_default_received_date", action.context)
        self.assertNotIn("graph", self.env.ref("external_order_sync.action_external_order").view_mode)
