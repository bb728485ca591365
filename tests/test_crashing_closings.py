from ..dev.stand_ins.shop import ShopServer
from .crash_case import CrashCase

KEY = "a-key-of-the-shop"


class TestCrashingClosings(CrashCase):
    """A session whose closing kills the process each time stays open, and importing goes on everywhere."""

    def test_a_closing_that_never_ends_stops_no_import(self):
        shops = [self.enterContext(ShopServer(orders=0, api_key=KEY)) for _number in range(2)]
        syncs = self.step("prepare_closings", urls=[shop.url for shop in shops], key=KEY)

        def sell(number):
            for shop in shops:
                shop.put(self.order(number))

        sell(1)
        self.assertTrue(self.step("run_scheduled", syncs=syncs))
        self.assertTrue(self.step("make_due", sync=syncs[0]))
        for number, starts in ((2, 1), (3, 2)):
            sell(number)
            self.assertIsNone(self.step("run_scheduled", syncs=syncs, is_killed=True))
            answer = self.step("look_at_sessions", syncs=syncs)
            self.assertEqual(answer["imported"], [number, number])
            self.assertEqual(answer["sessions"][0], ["opened", starts, number])
            self.assertEqual((answer["activities"], answer["entries"]), (0, 0))
        for number in (4, 5):
            sell(number)
            answer = self.step("run_scheduled", syncs=syncs, is_killed=True)
            self.assertEqual(answer["imported"], [number, number])
            self.assertEqual(answer["sessions"], [["opened", 0, number], ["opened", 0, number]])
            self.assertEqual(answer["activities"], 1)
        # With a higher limit it is tried again.
        sell(6)
        answer = self.step("run_scheduled", syncs=syncs, seconds=1000)
        self.assertEqual(answer["imported"], [6, 6])
        self.assertEqual(answer["sessions"], [["closed", 0, 6], ["opened", 0, 6]])
        self.assertEqual((answer["activities"], answer["entries"]), (0, 1))
