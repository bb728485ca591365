from ..dev.stand_ins.shop import ShopServer
from .crash_case import CrashCase

KEY = "a-key-of-the-shop"
KILLER = "7"
ORDERS = [str(number) for number in range(1, 22)]


class TestCrashingOrders(CrashCase):
    """An order that kills the process each time fails, and no other order fails or waits because of it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.shop = cls.enterClassContext(ShopServer(orders=0, api_key=KEY))
        cls.sync = cls.step("prepare_orders", url=cls.shop.url, key=KEY)

    def test_the_order_that_kills_the_process_fails_alone(self):
        for number in ORDERS:
            self.shop.put(self.order(number))
        answer, deaths = self.step_until_alive("sync_orders", sync=self.sync, killer=KILLER)
        self.assertLessEqual(deaths, 4)
        self.assertEqual(answer["orders"].pop(KILLER), ["failed", "server_stopped", deaths])
        self.assertEqual({state for state, *_rest in answer["orders"].values()}, {"done"})
        self.assertEqual(answer["made"], len(ORDERS) - 1)
        self.assertEqual((answer["status"], answer["left"]), ("error", 0))
        self.assertIn(f"Order {KILLER}: The server stopped 2 times with this order alone", answer["message"])
        self.assertIn("press Retry", answer["messages"][KILLER])
        # A failed order is not tried again; when the cause is gone, it is imported like any other.
        self.assertTrue(self.step("sync_orders", sync=self.sync, killer=KILLER))
        self.assertEqual(self.step("retry_order", sync=self.sync, number=KILLER), ["done", 0])

    def test_the_others_survive_deaths_at_different_orders(self):
        numbers = [str(number) for number in range(101, 122)]
        for number in numbers:
            self.shop.put(self.order(number))
        for killer in ("103", "103", "105"):
            self.assertIsNone(self.step("sync_orders", sync=self.sync, killer=killer))
        answer = self.step("sync_orders", sync=self.sync)
        self.assertEqual({answer["orders"][number][0] for number in numbers}, {"done"})

    def test_the_scheduler_does_not_pass_the_job_by(self):
        """After three kills without progress, Odoo would leave the job to its next regular run."""
        numbers = [str(number) for number in range(201, 204)]
        self.shop.clear()
        for number in numbers:
            self.shop.put(self.order(number))
        answer, deaths = self.step_until_alive("run_scheduler", sync=self.sync, killer="201")
        self.assertGreaterEqual(deaths, 3)
        states = {number: answer["orders"][number] for number in numbers}
        self.assertEqual(states.pop("201"), ["failed", "server_stopped"])
        self.assertEqual(list(states.values()), [["done", False]] * 2)
        self.assertEqual(answer["running"], 0)
