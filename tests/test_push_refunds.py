from .push_common import BULK, PushCase

# RefundIDs that are stored without what looks like card data.
LIKE_CARD_DATA = ("4111 1111 1111 1111", "card 4111-1111-1111-1111", "cvv 123", "R 4111111111111111 x")


class TestPushRefunds(PushCase):
    """What happens to orders later is pushed like the orders, and their sender learns what became of it."""

    def refund(self, quantity=1.0, **values):
        item = {**self.item(quantity=quantity), "Price": 0}
        return {"RefundID": "R1", "Items": [{"ItemName": item["ItemName"], "Quantity": quantity}], **values}

    def test_a_known_order_that_lists_a_refund_is_news(self):
        self.push(self.order(1), wait=10)
        changed = self.order(1, Refunds=[self.refund()])
        [result] = self.push(changed)
        self.assertEqual((result["state"], result["duplicate"]), ("done", False))
        self.run_scheduler()
        [refund] = self.ask(1).json()["refunds"]
        self.assertEqual((refund["refund_id"], refund["state"], refund["amount_total"]), ("R1", "done", -92.0))
        self.assertEqual(sum(self.pos_orders().mapped("amount_total")), 0.0)
        [again] = self.push(changed)
        self.assertEqual((again["state"], again["duplicate"]), ("done", True))
        self.run_scheduler()
        self.assertEqual(len(self.pos_orders()), 2)

    def test_a_sender_who_waits_gets_the_sale_and_its_refund(self):
        [result] = self.push(self.order(1, Refunds=[self.refund()]), wait=10)
        self.assertEqual(result["state"], "done")
        [refund] = self.ask(1).json()["refunds"]
        self.assertEqual((refund["state"], refund["amount_total"]), ("done", -92.0))

    def test_an_entry_with_a_refund_status_has_the_result_of_the_refund(self):
        self.push(self.order(1), wait=10)
        [result] = self.push(self.order(1, OrderStatus=106), wait=10)
        refund = self.pos_orders().filtered(lambda order: order.amount_total < 0)
        self.assertEqual((result["state"], result["pos_order_id"]), ("done", refund.ensure_one().id))

    def test_a_refund_waits_for_its_order(self):
        [result] = self.push(self.order(1, OrderStatus=106), wait=10)
        self.assertEqual((result["state"], result["code"]), ("pending", "waiting_for_order"))
        self.assertEqual(self.ask(1).json()["code"], "waiting_for_order")
        self.push(self.order(1), wait=10)
        self.run_scheduler()
        self.assertEqual(self.pos_orders().sorted("id").mapped("amount_total"), [92.0, -92.0])

    def test_more_than_was_sold_is_a_failed_refund(self):
        self.push(self.order(1, Refunds=[self.refund(quantity=5.0)]), wait=10)
        [refund] = self.ask(1).json()["refunds"]
        self.assertEqual((refund["state"], refund["code"]), ("failed", "refund_exceeds_order"))
        self.assertIsNone(refund["pos_order_id"])

    def test_a_cancelled_order_is_refunded(self):
        self.push(self.order(1), wait=10)
        [result] = self.push({"OrderID": 1, "OrderStatus": "Cancelled"}, wait=10)
        self.assertEqual(result["state"], "done")
        self.assertEqual(sum(self.pos_orders().mapped("amount_total")), 0.0)

    def test_a_refund_id_like_card_data_is_one_result_among_others(self):
        for number, refund_id in enumerate(LIKE_CARD_DATA, 10):
            with self.subTest(refund_id=refund_id):
                back = {"OrderID": number, "OrderStatus": 106, "RefundID": refund_id}
                results = self.push(self.order(number + 100), back, self.order(number + 200))
                self.assertEqual(
                    [result["order_id"] for result in results], [str(number + 100), str(number), str(number + 200)]
                )
                self.assertEqual((results[1]["state"], results[1]["code"]), ("pending", "waiting_for_order"))
                self.assertEqual([result["duplicate"] for result in self.push(back)], [True])
                self.push(self.order(number), wait=10)
                self.run_scheduler()
                [refund] = self.ask(number).json()["refunds"]
                self.assertEqual((refund["state"], refund["amount_total"]), ("done", -92.0))
                self.assertNotIn("4111", refund["refund_id"])
        [result] = self.send([{"OrderID": 10, "OrderStatus": 106, "RefundID": LIKE_CARD_DATA[0]}], BULK).json()["data"][
            "results"
        ]
        self.assertEqual((result["status"], result["amount_total"]), ("success", -92.0))

    def test_a_location_and_a_status_like_card_data_are_one_result_among_others(self):
        self.sync.refund_statuses = "106, 4111111111111111"
        for number, values in enumerate(({"LocationID": LIKE_CARD_DATA[0]}, {"OrderStatus": "4111111111111111"}), 10):
            with self.subTest(values=values):
                [sold] = self.push(self.order(number, LocationID=values.get("LocationID", "")), wait=10)
                self.assertEqual(sold["state"], "done")
                [back] = self.push(self.order(number, **{"OrderStatus": 106} | values), wait=10)
                self.assertEqual((back["order_id"], back["state"]), (str(number), "done"))
        self.assertAlmostEqual(sum(self.pos_orders().mapped("amount_total")), 0.0)

    def test_an_entry_whose_row_is_not_found_is_one_bad_result(self):
        def find_rows(original, sync, received, arrived):
            rows = original(sync, received, arrived)
            return {number: row for number, row in rows.items() if row.external_id != "2"}

        name = "odoo.addons.external_order_sync.models.order_sync.external_order_sync_push"
        with self.overridden("_find_rows", find_rows), self.assertLogs(name, "ERROR") as logs:
            good, lost = self.push(self.order(1), self.order(2))
            bulk = self.send([self.order(2)], BULK).json()["data"]["results"]
        self.assertEqual((good["order_id"], good["state"], good["code"]), ("1", "pending", None))
        self.assertEqual((lost["order_id"], lost["state"], lost["code"]), ("2", "failed", "odoo_error"))
        self.assertEqual([(result["external_order_id"], result["status"]) for result in bulk], [("2", "error")])
        self.assertIn("was not found in the inbox", lost["message"])
        self.assertIn("'2'", logs.output[0])
        self.assertTrue(self.inbox(1) and self.inbox(2))
