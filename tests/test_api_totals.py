from datetime import datetime

from ..tools import bounded_count
from .api_common import PICKINGS, ApiCase
from .explaining import statements

BOUNDED = "AS counted"  # how a statement that counts calls what it counts


class TestApiTotals(ApiCase):
    """How many transfers match: exact while they are few, estimated beyond, and counted once a walk."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.pickings = [cls.create_picking(f"2026-01-{day} 10:00:00") for day in range(11, 18)]
        cls.env.flush_all()
        cls.warehouse = cls.env["warehouse.api"].with_user(cls.clerk)

    def counted_at_most(self, rows):
        self.patch(bounded_count, "COUNTED_AT_MOST", rows)

    def test_few_are_counted(self):
        self.counted_at_most(7)
        response = self.call(f"{PICKINGS}?limit=3")
        self.assertEqual(response.headers["X-Total-Count"], "7")
        self.assertNotIn("X-Total-Count-Estimated", response.headers)

    def test_many_are_estimated(self):
        self.counted_at_most(6)
        response = self.call(f"{PICKINGS}?limit=3")
        self.assertEqual(response.headers["X-Total-Count-Estimated"], "true")
        self.assertGreaterEqual(int(response.headers["X-Total-Count"]), 6)

    def test_the_estimate_is_that_of_the_users_own_transfers(self):
        self.counted_at_most(0)
        self.env.cr.execute("ANALYZE stock_picking")
        total = self.warehouse._read_pickings().total
        self.assertTrue(total.is_estimate)
        seen = self.env["stock.picking"].with_user(self.clerk).search_count([])
        self.assertTrue(seen / 2 <= total.rows <= seen * 2, total)

    def test_all_are_counted_for_a_client_that_asks_for_it(self):
        self.counted_at_most(2)
        response = self.call(f"{PICKINGS}?limit=3&count=exact")
        self.assertEqual(response.headers["X-Total-Count"], "7")
        response = self.call(response.links["next"]["url"])
        self.assertEqual(response.headers["X-Total-Count"], "7")
        self.assertNotIn("X-Total-Count-Estimated", response.headers)
        estimated = self.call(f"{PICKINGS}?limit=3").links["next"]["url"]
        self.assertEqual(self.call(f"{estimated}&count=exact").headers["X-Total-Count"], "7")
        self.assertEqual(self.call(f"{PICKINGS}?count=roughly").status_code, 400)

    def test_a_walk_counts_once(self):
        for rows in (7, 2):
            with self.subTest(counted_at_most=rows):
                self.counted_at_most(rows)
                with statements() as executed:
                    page = self.warehouse._read_pickings(limit=3)
                self.assertEqual(sum(BOUNDED in statement for statement in executed), 1)
                total, cursors = page.total, 0
                while page.next_cursor:
                    with statements() as executed:
                        page = self.warehouse._read_pickings(limit=3, cursor=page.next_cursor)
                    self.assertFalse([s for s in executed if BOUNDED in s or "EXPLAIN" in s])
                    self.assertEqual(page.total, total)
                    cursors += 1
                self.assertEqual(cursors, 2)

    def test_a_walk_that_began_with_304_counts_on_its_second_page(self):
        etag = self.call(f"{PICKINGS}?limit=3").headers["ETag"]
        response = self.call(f"{PICKINGS}?limit=3", If_None_Match=etag)
        self.assertEqual(response.status_code, 304)
        self.assertNotIn("X-Total-Count", response.headers)
        response = self.call(response.links["next"]["url"])
        self.assertEqual(response.headers["X-Total-Count"], "7")

    def test_one_statement_for_few_and_two_for_many(self):
        self.warehouse._read_pickings()  # fills the caches
        for rows, count in ((7, 1), (6, 2)):
            self.counted_at_most(rows)
            with self.assertQueryCount(count):
                self.warehouse._read_pickings(updated_since=datetime.min)
