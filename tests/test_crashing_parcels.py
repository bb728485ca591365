from ..dev.stand_ins.courier import CourierServer
from .crash_case import CrashCase

USER, PASSWORD = "warehouse", "courier-test-password"
COUNT = 6


class TestCrashingParcels(CrashCase):
    """A parcel that kills the process each time fails after three times, and no other parcel waits for it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.courier = cls.enterClassContext(CourierServer(user=USER, password=PASSWORD))
        cls.shipments = cls.step("prepare_parcels", url=cls.courier.url, user=USER, password=PASSWORD, count=COUNT)

    def test_the_parcel_that_kills_the_process_fails_alone(self):
        killer, *others = map(str, self.shipments)
        answer, deaths = self.step_until_alive("ship", killer=int(killer))
        self.assertEqual(deaths, 3)
        self.assertEqual(answer[killer]["state"], "error")
        self.assertIn("The server stopped 3 times while sending", answer[killer]["error"])
        self.assertEqual([answer[other]["state"] for other in others], ["shipped"] * (COUNT - 1))
        self.assertEqual({row["interruptions"] for row in answer.values()}, {0})
        self.assertEqual(len(self.courier.orders), COUNT - 1)

        # The scheduler does not pass the job by after three kills without progress.
        self.step("retry", shipment=int(killer))
        answer, deaths = self.step_until_alive("ship", killer=int(killer), by_scheduler=True)
        self.assertEqual((deaths, answer[killer]["state"]), (3, "error"))

        # The same for parcels whose status is read together.
        killer, *others = others
        self.step("follow", due=True, killer=0)
        answer = self.step("follow", due=True, killer=int(killer))
        self.assertIsNone(answer)
        answer, deaths = self.step_until_alive("follow", killer=int(killer))
        self.assertEqual(deaths, 2)
        self.assertFalse(answer[killer]["is_followed"])
        self.assertIn("The server stopped 3 times while reading the status", answer[killer]["error"])
        self.assertEqual({answer[other]["is_due"] for other in others}, {False})
        self.assertTrue(all(answer[other]["is_followed"] for other in others))
