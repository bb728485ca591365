from urllib.parse import quote

from .push_common import ORDERS, PushCase

IDS = (
    "2026/11/1", "A//1", "/A", "A/", "A", "a/../b", "100%", "a%2Fb", "a+b", "a b", "a?b", "a#b", "a;b", "a&b=c", "a\\b",
    '"q"', "<b>", "é", "\u0645\u062a\u062c\u0631", "\U0001f600", "x" * 64,
)  # fmt: skip


class TestPushOrderIds(PushCase):
    """An OrderID may be any text, so the address has it percent-encoded."""

    def test_each_order_is_found_by_its_id(self):
        results = self.push(*(self.order(order_id) for order_id in IDS))
        self.assertEqual({result["state"] for result in results}, {"pending"})
        for order_id in IDS:
            with self.subTest(order_id=order_id):
                response = self.ask(quote(order_id, safe=""))
                self.assertEqual(response.status_code, 200, response.text[:500])
                self.assertEqual(response.json()["order_id"], order_id)

    def test_an_id_that_is_not_known_is_not_found(self):
        self.push(self.order("A"))
        for path in ("B/1", "A/", "A/1", "//A", "A%00", "A%FF", "/", "x" * 300, "a/" * 120):
            with self.subTest(path=path):
                self.assertProblem(self.ask(path), 404)

    def test_a_location_is_asked_for_beside_it(self):
        self.push(self.order("2026/1", LocationID="North/1"))
        self.assertEqual(self.ask("2026%2F1", "?sync=main-store&location=North%2F1").json()["location_id"], "North/1")
        self.assertProblem(self.ask("2026%2F1", "?sync=main-store&location=South"), 404)

    def test_only_get_asks_for_it(self):
        for path in ("1", "2026/1"):
            response = self.send([], f"{ORDERS}/{path}")
            self.assertProblem(response, 405)
            self.assertEqual(response.headers["Allow"], "GET, HEAD, OPTIONS")
