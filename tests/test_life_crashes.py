from ..dev.stand_ins.shop import ShopServer
from .crash_case import CrashCase

KEY = "a-key-of-the-shop"
DONE = ["done", False, False]


class TestLifeCrashes(CrashCase):
    """Refunds and changes at which the process dies, or which two workers want, are booked once and hold nothing up."""

    def setUp(self):
        super().setUp()
        self.shop = self.enterContext(ShopServer(orders=0, api_key=KEY))

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        with ShopServer(orders=0, api_key=KEY) as shop:
            cls.sync = cls.step("prepare_orders", url=shop.url, key=KEY)

    def connect(self):
        self.step("connect", sync=self.sync, url=self.shop.url)

    def order(self, number, quantity=2, refunds=()):
        total = 40.0 * quantity
        return {
            "OrderID": number,
            "OrderStatus": 103,
            "GrandTotal": total,
            "CheckoutDetails": [{"AmountPaid": total, "CardType": "Card", "PaymentMode": 2}],
            "OrderItems": [{"ItemID": 0, "ItemName": "Lamp", "Price": 40.0, "Quantity": quantity}],
            "Refunds": [
                {
                    "RefundID": name,
                    "Items": [{"ItemName": "Lamp", "Quantity": 1}],
                    "CheckoutDetails": [{"AmountPaid": 40.0, "CardType": "Card", "PaymentMode": 2}],
                }
                for name in refunds
            ],
        }

    def test_a_refund_at_which_the_process_dies_fails_alone(self):
        self.connect()
        before = self.step("sync_lives", sync=self.sync)["total"]
        for number in ("a1", "a2", "a3"):
            self.shop.put(self.order(number, refunds=[f"{number}-R1", f"{number}-R2"]))
        answer, deaths = self.step_until_alive("sync_lives", sync=self.sync, killer="a2-R1")
        self.assertLessEqual(deaths, 4)
        rows = answer["rows"]
        self.assertEqual(rows.pop("a2 · Refund a2-R1"), ["failed", "server_stopped", False])
        self.assertEqual({name: told for name, told in rows.items() if name.startswith("a") and told != DONE}, {})
        self.assertEqual(answer["total"] - before, 40.0)

    def test_a_change_at_which_the_process_dies_is_left_to_a_person(self):
        self.connect()
        self.shop.put(self.order("b1"))
        self.shop.put(self.order("b2"))
        before = self.step("sync_lives", sync=self.sync)["total"]
        self.shop.put(self.order("b1", 3))
        self.shop.put(self.order("b2", 3))
        answer, deaths = self.step_until_alive("sync_lives", sync=self.sync, killer="b1", book_changes=True)
        self.assertLessEqual(deaths, 4)
        self.assertEqual(answer["rows"]["b1"], ["done", "server_stopped", True])
        self.assertEqual(answer["rows"]["b2"], DONE)
        self.assertEqual((answer["total"] - before, answer["status"]), (40.0, "error"))

    def test_two_workers_book_a_refund_once(self):
        self.connect()
        self.shop.put(self.order("c1"))
        before = self.step("sync_lives", sync=self.sync)
        self.step("receive_entries", sync=self.sync, entries=[self.order("c1", refunds=["c1-R1", "c1-R2"])])
        answer = self.step("work_at_once", sync=self.sync)
        self.assertEqual(answer["got"], [["c1 · Refund c1-R1", "c1 · Refund c1-R2"], [], []])
        self.assertEqual((answer["total"], answer["orders"]), (before["total"] - 80.0, before["orders"] + 2))
