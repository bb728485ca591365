from .life_common import LifeCase


class TakenOutCase(LifeCase):
    """Orders whose changes were booked, and refunds that come after these."""

    def setUp(self):
        super().setUp()
        self.oil.default_code = "OIL-1"
        self.sync.book_changes = True
        self.order_id = 7000

    def start(self, *versions):
        """Import an order and book its changes: keywords of `sale`, or numbers of Oil."""
        self.order_id += 1
        self.before = self.money(), self.in_stock(), self.in_stock(self.filter)
        for version in versions:
            self.now = {"oil": version} if isinstance(version, int) else version
            self.synchronize(self.sale(self.order_id, **self.now))
            self.assert_no_change()

    def assert_no_change(self):
        row = self.sale_row(self.order_id)
        self.assertEqual((row.state, row.changed), ("done", False), row.error_message)

    def list(self, *refunds, **values):
        """Receive the order as it is now with a list of refunds; return the row of the last one."""
        self.run = self.synchronize(self.sale(self.order_id, **{**self.now, **values}, Refunds=list(refunds)))
        self.env.invalidate_all()
        return self.row(refunds[-1]["RefundID"])

    def row(self, key):
        return self.refund_rows(self.order_id).filtered(lambda row: row.refund_id == (key or "refund")).ensure_one()

    def goods(self, oil, filters=0):
        return super().goods(oil, filters)

    def at(self, price, oil, filters=0, **values):
        """Return a version with Oil at another price."""
        total = price * oil + 4.0 * filters
        items = [self.item(name, price if name == "Oil" else 4.0, back) for name, _p, back in self.goods(oil, filters)]
        return self.costing(total, OrderItems=items, oil=oil, filters=filters, **values)

    def costing(self, total, **values):
        amounts = dict.fromkeys(("GrandTotal", "AmountPaid"), total)
        return {"AmountTotal": total, **amounts, "CheckoutDetails": [self.payment(total)], **values}

    def some(self, oil, paid, key="R1", **values):
        items = [{"ItemName": "Oil", "Quantity": oil, **values}]
        return self.refund(key, Items=items, CheckoutDetails=[self.payment(paid)] if paid else [])

    def assert_refused(self, row, *changes):
        self.assertEqual((row.state, row.error_code), ("failed", "order_in_the_way"), row.error_message)
        self.assertIn("already took out", row.error_message)
        named = ", ".join(order.name for order in changes or [self.sale_row(self.order_id).pos_order_id])
        self.assertIn(f"({named})", row.error_message)

    def assert_booked_too(self, row):
        self.assertEqual((row.state, row.error_code), ("done", False), row.error_message)

    def assert_net(self, money, oil, filters=0):
        self.env.invalidate_all()
        now = self.money(), self.in_stock(), self.in_stock(self.filter)
        left = now[0] - self.before[0], self.before[1] - now[1], self.before[2] - now[2]
        self.assertEqual((round(left[0], 2), *left[1:]), (money, oil, filters))
