from .push_common import PushCase


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
