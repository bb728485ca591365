import json

from .push_common import BULK, PushCase


class TestPushBulk(PushCase):
    """The shop system's own address and form: its sender needs another key and nothing else."""

    def send_bulk(self, body, status=200, path=BULK, key=None):
        """Return the answer to a request as the shop system sends it."""
        response = self.send(body, path, key=False, X_API_KEY=key or self.key)
        self.assertEqual(response.status_code, status, response.text)
        answer = response.json()
        self.assertEqual(set(answer), {"status", "data", "error", "count"})
        self.assertEqual(set(answer["data"]), {"pos_config_id", "total", "successful", "failed", "results"})
        return answer

    def test_orders_are_imported_and_answered_in_its_form(self):
        answer = self.send_bulk([self.order(1), self.order(2, OrderItems=[self.item("Unheard Of")]), {"x": 1}])
        order = self.pos_orders().ensure_one()
        self.assertEqual((answer["status"], answer["error"], answer["count"]), ("success", None, 3))
        data = answer["data"]
        self.assertEqual((data["total"], data["successful"], data["failed"]), (3, 1, 2))
        self.assertEqual(data["pos_config_id"], self.pos_config.id)
        done, failed, refused = data["results"]
        self.assertEqual(
            done,
            {
                "external_order_id": "1",
                "status": "success",
                "pos_order_id": order.id,
                "pos_order_name": order.name,
                "amount_total": 92.0,
                "error": None,
            },
        )
        self.assertEqual((failed["external_order_id"], failed["status"], failed["pos_order_id"]), ("2", "error", None))
        self.assertIn("Unheard Of", failed["error"])
        self.assertIn("OrderID", refused["error"])

    def test_what_is_sent_again_is_a_success_again(self):
        first, second = (self.send_bulk([self.order(1)])["data"]["results"] for _number in range(2))
        self.assertEqual(first, second)
        self.assertEqual(len(self.pos_orders()), 1)

    def test_the_object_names_point_of_sale_and_customer(self):
        partner = self.env["res.partner"].create({"name": "Customer of all", "ref": "C-1"})
        other_pos = self.create_pos_config("Other POS", self.card)
        other = self.create_sync(code="other", pos_config_id=other_pos.id)
        own = self.env["res.partner"].create({"name": "Own customer"})
        body = {
            "pos_config_id": self.pos_config.id,
            "partner_id": partner.id,
            "orders": [self.order(1), self.order(2, partner_id=own.id)],
        }
        self.assertEqual(self.send_bulk(body)["data"]["successful"], 2)
        self.assertEqual(self.pos_orders().partner_id, partner | own)
        body = {"pos_config_id": self.pos_config.id, "customer_ref": "C-1", "orders": [self.order(3)]}
        self.send_bulk(body)
        self.assertEqual(self.pos_orders()[-1].partner_id, partner)
        self.assertFalse(other.order_ids)
        self.send_bulk({"pos_config_id": 2**31 - 1, "orders": []}, 400)
        self.send_bulk([self.order(4)], 400)  # of two synchronizations, which?
        self.send_bulk([self.order(4)], 200, f"{BULK}?sync=main-store")

    def test_a_customer_of_all_that_cannot_be_one_is_a_wrong_request(self):
        for value in (
            b"NaN",
            b'{"id": 5}',
            b"[5]",
            b"true",
            b"1e999",
            b'"\\u0000"',
            b'"' + b"r" * 501 + b'"',
            b'"\xe9"',
        ):
            for name in (b"partner_id", b"customer_ref"):
                with self.subTest(name=name, value=value[:10]):
                    body = b'{"' + name + b'": ' + value + b', "orders": [' + self.json_of(self.order(1)) + b"]}"
                    self.assertIn(name.decode(), self.send_bulk(body, 400)["error"])
        self.assertFalse(self.sync.order_ids)

    def test_no_customer_of_all_may_be_written_in_many_ways(self):
        partner = self.env["res.partner"].create({"name": "Customer of one"})
        for number, value in enumerate((None, "", False, 0)):
            body = {"partner_id": value, "customer_ref": value, "orders": [self.order(number, partner_id=partner.id)]}
            self.assertEqual(self.send_bulk(body)["data"]["successful"], 1)
            self.send_bulk({**body, "orders": [self.order(f"none-{number}")]})
        self.assertEqual(len(self.pos_orders()), 8)
        self.assertEqual(len(self.pos_orders().filtered("partner_id")), 4)
        self.assertFalse(any(self.sync.order_ids.mapped("doubt")))

    def test_the_customer_of_a_request_does_not_replace_that_of_an_order(self):
        buyer, other = self.env["res.partner"].create(
            [{"name": "Request", "email": "request@example.com"}, {"name": "Order", "email": "order@example.com"}]
        )
        own = ({"CustomerEmail": "order@example.com"}, {"Customer": {"Email": "order@example.com"}})
        for number, customer in enumerate(own):
            with self.subTest(customer=customer):
                body = {"partner_id": buyer.id, "orders": [self.order(number, **customer)]}
                self.assertEqual(self.send_bulk(body)["data"]["successful"], 1)
                self.assertEqual(self.inbox(number).pos_order_id.partner_id, other)

    def test_the_customer_of_a_request_counts_for_an_order_that_names_none(self):
        buyer = self.env["res.partner"].create({"name": "Request", "email": "request@example.com"})
        nobody = [{"partner_id": value} for value in (False, 0, None, "", "-")]
        for number, customer in enumerate([{}, *nobody, {"Customer": {}}, {"Customer": None, "customer_ref": ""}]):
            with self.subTest(customer=customer):
                self.send_bulk({"partner_id": buyer.id, "orders": [self.order(number, **customer)]})
                self.assertEqual(self.inbox(number).pos_order_id.partner_id, buyer)

    def test_a_change_that_was_not_booked_is_not_a_success(self):
        [sold] = self.send_bulk([self.order(1)])["data"]["results"]
        for _attempt in range(2):
            data = self.send_bulk([self.half_order(1)])["data"]
            [result] = data["results"]
            self.assertTrue(self.inbox(1).changed)
            self.assertEqual((data["successful"], data["failed"], result["status"]), (0, 1, "error"))
            self.assertIn("different content", result["error"])
            # What is sold as it was.
            self.assertEqual({**result, "status": "success", "error": None}, sold)
        self.assertEqual(self.send_bulk([self.order(1)])["data"]["results"], [sold])

    def test_an_order_that_waits_is_not_a_success(self):
        self.sync.auto_create_session = False
        [result] = self.send_bulk([self.order(1)])["data"]["results"]
        self.assertEqual((result["status"], result["pos_order_id"]), ("error", None))
        self.assertTrue(result["error"])

    def test_a_wrong_request_is_a_400_and_a_wrong_key_a_401(self):
        for body in (
            b"7",
            b"",
            b"{",
            b"[1]",
            b'{"pos_config_id": "x", "orders": []}',
            b'{"pos_config_id": true, "orders": []}',
        ):
            answer = self.send_bulk(body, 400)
            self.assertEqual((answer["status"], answer["count"], answer["data"]["total"]), ("error", 0, 0))
            self.assertTrue(answer["error"])
        self.send_bulk([{"OrderID": number} for number in range(1001)], 400)
        self.send_bulk(b" " * 5 * 1024 * 1024 + b"[]", 400)
        self.send_bulk([self.order(1)], 401, key="0" * 40)
        response = self.send(json.dumps([]).encode(), BULK, key=False, Content_Type="text/plain", X_API_KEY=self.key)
        self.assertEqual((response.status_code, response.json()["status"]), (400, "error"))
        self.assertFalse(self.pos_orders())
